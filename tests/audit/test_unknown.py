"""What verification says of keys and schemas that it does not know: before the first known one, and after it."""

import pytest
from django.db import connection

from audit.models import AuditEvent
from audit.verification.checker import verify

from .verification.test_checker import ROWS, forged, written  # noqa: F401 a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("written")]

AFTER_KNOWN = "is unknown, after events of a known one"
STRANGE = {"key": ({"key_id": "k9"}, f"key 'k9' {AFTER_KNOWN}"), "schema": ({"schema": 2}, f"schema 2 {AFTER_KNOWN}")}


@pytest.mark.parametrize("what", STRANGE)
def test_an_event_forged_with_an_unknown_key_or_schema_is_altered(what):
    changes, problem = STRANGE[what]
    forged(**changes).save(force_insert=True)
    report = verify()
    assert (report.exit_code, report.altered, report.unknown) == (1, [(21, problem)], [])


@pytest.mark.parametrize("column", ["key_id", "schema"])
def test_what_comes_before_the_first_known_key_or_schema_can_not_be_judged(column):
    AuditEvent.objects.filter(seq__lte=3).update(**{column: 9})
    report = verify()
    assert (report.exit_code, report.altered) == (2, [])
    assert [seq for seq, _ in report.unknown] == [1, 2, 3]


def test_a_forged_signature_makes_no_key_a_known_one(settings):
    settings.AUDIT_KEYS = {"k2": "another secret, of 16 characters"}
    AuditEvent.objects.filter(seq=1).update(key_id="k2")
    report = verify()
    assert (report.exit_code, report.altered) == (1, [(1, "its signature is wrong")])
    assert len(report.unknown) == ROWS - 1


def test_an_event_of_another_version_may_hold_any_time():
    time = "at - interval '5000 years'" if connection.vendor == "postgresql" else "7"
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE audit_auditevent SET schema = 9, at = {time} WHERE seq = 1")
    report = verify()
    assert (report.exit_code, report.altered, report.warnings) == (2, [], [])
    assert report.unknown == [(1, "schema 9 is unknown")]
