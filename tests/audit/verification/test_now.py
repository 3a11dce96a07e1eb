"""Verification on the page: by readers of the log, one at a time, bounded, recorded, and never greener than it is."""

import json
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from audit import log, triggers
from audit.dates import date_format
from audit.models import AuditEvent
from audit.verification import checker, now
from audit.verification.anchor_file import UnreadableAnchors
from tests.support.assumed import sign_in

pytestmark = pytest.mark.django_db
LIST = "/admin/audit/auditevent/"
VERIFY = f"{LIST}verify/"
STREAM = {"Accept": "application/x-ndjson"}


@pytest.fixture
def reading(client, audrey):
    """Audrey reads a log of four events."""
    with log.recording():
        for _number in range(4):
            log.record("user.imported", detail={"file": "hr.csv"})
    sign_in(client, audrey)
    yield client
    cache.delete(now.MARK)


def newest():
    return AuditEvent.objects.latest("seq")


def test_audrey_verifies_and_the_log_says_who_asked(reading, audrey):
    response = reading.post(VERIFY, follow=True)
    assert (newest().kind, newest().outcome, newest().actor_id) == ("audit.verified", "done", audrey.pk)
    assert "Verified just now: 4 events, clean." in response.content.decode()


def test_progress_is_streamed_and_leads_back_to_the_list(reading, monkeypatch):
    monkeypatch.setattr("audit.verification.rows.CHUNK", 2)
    lines = [json.loads(line) for line in reading.post(VERIFY, headers=STREAM).streaming_content]
    assert lines == [{"done": 2, "of": 4}, {"done": 4, "of": 4}, {"go": LIST}]
    assert newest().kind == "audit.verified"
    assert cache.get(now.MARK) is None


@pytest.mark.parametrize("who", ["lena", "sam", "carl", "mona"])
def test_nobody_else_verifies(reading, request, who):
    sign_in(reading, request.getfixturevalue(who))
    assert reading.post(VERIFY).status_code in (403, 404)
    assert AuditEvent.objects.filter(kind="audit.verified").count() == 0


def test_a_link_verifies_nothing(reading):
    assert reading.get(VERIFY).status_code == 403
    assert newest().seq == 4


def test_a_second_tab_waits_for_the_first_and_a_broken_one_lets_go(reading):
    steps = now.begin()
    next(steps)
    page = reading.post(VERIFY, follow=True).content.decode()
    assert "Somebody is verifying the log already." in page
    assert newest().seq == 4
    steps.close()  # the browser of the first tab went away
    assert newest().seq == 4, "half a verification is not on record"
    reading.post(VERIFY)
    assert newest().kind == "audit.verified"


def test_a_long_log_is_left_to_the_timer(reading, monkeypatch):
    monkeypatch.setattr(now, "AT_MOST", 3)
    page = reading.get(LIST).content.decode()
    assert "The log has 4 events. Verifying takes about 1 minute" in page
    assert "Verify now" not in page
    assert "too long for a page" in reading.post(VERIFY, follow=True).content.decode()
    assert newest().seq == 4
    assert "about 17 minutes" in now.why_not_now(10_000_000)


def test_without_its_anchors_nothing_is_called_clean(reading, settings, tmp_path):
    settings.AUDIT_ANCHOR_FILE = str(tmp_path)  # a folder can't be read as a file
    with pytest.raises(UnreadableAnchors):
        now.begin()
    assert "can&#x27;t read its anchor file" in reading.post(VERIFY, follow=True).content.decode()
    assert newest().seq == 4


def test_an_altered_log_is_said_to_be_altered_and_watchers_hear_of_it(reading, monkeypatch):
    heard = []
    monkeypatch.setattr(checker, "AFTER_VERIFICATION", [heard.append])
    monkeypatch.setattr(now, "AFTER_VERIFICATION", [heard.append])
    reading.post(VERIFY)
    assert heard == [], "a clean one by hand does not stand for the timer"
    triggers.drop(connection)
    AuditEvent.objects.filter(seq=2).update(kind="user.changed")
    page = reading.post(VERIFY, follow=True).content.decode()
    assert "not clean (code 1)" in page
    assert [report.exit_code for report in heard] == [1]


def test_a_sealed_log_counts_what_is_left(reading):
    class Seal:
        through_seq = 3

    assert (now.events_to_verify(None), now.events_to_verify(Seal()), now.events_to_verify(None, 9)) == (4, 1, 9)


def test_an_older_verification_says_when_it_was(reading, monkeypatch):
    at = newest().at
    monkeypatch.setattr("audit.clock.now", lambda: at + timedelta(minutes=2))
    written = date_format(timezone.localtime(at), "DATETIME_FORMAT")
    assert now.in_words({"at": at, "events": 1}) == f"Verified on {written}: 1 event, clean."
