"""The auditor's pages say in words which events are altered or not signed, without a further query."""

import csv
import io
import json
import subprocess
import sys
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit import log, triggers
from audit.models import AuditEvent, AuditText
from audit.verification.checker import record_verification, verify
from config.settings import BASE_DIR
from tests.support.assumed import data_queries, log_in_as, sign_in

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/admin/audit/auditevent/"
UNSIGNED = "Not signed with a key that the platform knows."
FIELDS = "Altered: its fields are not those that were recorded."
TEXT = "Altered: its text is not the one that was recorded."
SCHEMA = "Altered, or of another version: its schema is unknown."


@contextmanager
def stronger_hand():
    """Disable the triggers, as the owner of the tables can."""
    triggers.drop(connection)
    yield
    triggers.create(connection)


@pytest.fixture
def started(client, sam, lena, audrey):
    """Sam logs in as Lena and out again; Audrey reads of it."""
    session = log_in_as(client, sam, lena)
    client.post(reverse("assumed_session_exit"))
    sign_in(client, audrey)
    return AuditEvent.objects.get(assumed_session=session.pk, kind="assumed_session.started")


def alter(event, **fields):
    AuditEvent.objects.filter(pk=event.pk).update(**fields)


def alter_text(event, text):
    AuditText.objects.filter(event=event, part="reason").update(text=text)


ALTERATIONS = {
    "a field": (lambda event: alter(event, actor_id=99), [FIELDS]),
    "the signature": (lambda event: alter(event, mac="0" * 64), [UNSIGNED]),
    "a signature that is none": (lambda event: alter(event, mac="ø"), [UNSIGNED]),
    "an unknown key": (lambda event: alter(event, key_id="k9"), [UNSIGNED]),
    "an unknown schema": (lambda event: alter(event, schema=2), [SCHEMA]),
    "a hash": (lambda event: alter(event, entry_hash="no hash"), [FIELDS, UNSIGNED]),
    "a text": (lambda event: alter_text(event, '{"text":"Nothing to see"}'), [TEXT]),
    "a nonce that is no number": (lambda event: event.texts.filter(part="reason").update(nonce="no number"), [TEXT]),
    "a text that is no JSON": (lambda event: alter_text(event, "Nothing to see"), [TEXT]),
    "a text that is a list": (lambda event: alter_text(event, '["Nothing to see"]'), [TEXT]),
}


def pages(event):
    return LIST, f"{LIST}{event.pk}/change/", f"{LIST}session/{event.assumed_session}/"


@pytest.mark.parametrize("what", ALTERATIONS)
def test_list_event_timeline_and_exports_say_what_is_wrong(client, started, what, tmp_path, audrey):
    change, said = ALTERATIONS[what]
    with stronger_hand():
        change(started)
    for page in pages(started):
        shown = client.get(page).content.decode()
        for doubt in (UNSIGNED, FIELDS, TEXT, SCHEMA):
            assert (doubt in shown) is (doubt in said), (page, doubt)
    export = reverse("admin:audit_auditevent_export")
    table = csv.DictReader(io.StringIO(client.post(export, {"format": "csv"}).getvalue().decode("utf-8-sig")))
    assert next(row["doubts"] for row in table if row["number"] == str(started.pk)) == " ".join(said)
    file = tmp_path / "audit.jsonl"
    file.write_bytes(client.post(export, {"format": "jsonl"}).getvalue())
    events = [json.loads(line) for line in file.read_text().splitlines()]
    assert [event["doubts"] for event in events if event["seq"] == started.pk] == [said]
    checked = [sys.executable, BASE_DIR / "docs" / "reference" / "verify_export.py", file]
    ran = subprocess.run(checked, capture_output=True, text=True)
    assert ran.returncode == 1
    assert f"event {started.pk}: the platform said: {said[0]}" in ran.stdout


def test_of_what_is_whole_nothing_is_said(client, started):
    for page in pages(started):
        assert "audit-doubt" not in client.get(page).content.decode()


def test_the_marks_cost_no_query(client, started):
    for page in pages(started):
        client.get(page)  # Django remembers content types from the first time on
    counts = []
    for alteration in (None, "a text"):
        if alteration:
            with stronger_hand():
                ALTERATIONS[alteration][0](started)
        for page in pages(started):
            with CaptureQueriesContext(connection) as captured:
                client.get(page)
            counts.append(len(data_queries(captured)))
    assert counts[:3] == counts[3:]
    assert max(counts) <= 10, counts


def test_a_verification_that_somebody_forged_is_not_believed(client, started):
    record_verification(verify())
    assert ", clean." in client.get(LIST).content.decode()
    with log.recording():
        log.record("audit.verified", detail={"through": 99, "exit_code": 0})
    with stronger_hand():
        alter(AuditEvent.objects.latest("seq"), mac="0" * 64)
    shown = client.get(LIST).content.decode()
    assert "The newest recorded verification is altered or not signed." in shown
    assert ", clean." not in shown
