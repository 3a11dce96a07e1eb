"""What the database says at a scrape: right, in a fixed number of queries, and nothing personal."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import LastRun, Mail, mails
from audit.models import AuditEvent
from config.monitoring import figures, metrics
from impersonation.models import AssumedSession
from tests.support.assumed import log_in_as, post_login_as, sign_in

pytestmark = pytest.mark.django_db
QUERIES = 9


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    monkeypatch.setattr(figures, "_kept", (-figures.CACHED_FOR, []))


def scraped():
    """Return all samples of a scrape by name and labels."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for metric in figures.collect()
        for sample in metric.samples
    }


def test_an_empty_platform_has_every_figure(db):
    found = scraped()
    assert found["standin_database_up",] == 1
    assert found["standin_live_assumed_sessions", "act"] == 0
    assert found["standin_mails_waiting", "mails"] == found["standin_oldest_mail_seconds", "notices"] == 0
    assert found["standin_audit_head",] == 0
    assert found["standin_events_last_hour", "assumed_session.started"] == 0


def test_a_session_is_seen_from_its_start_to_its_end(client, sam, lena):
    log_in_as(client, sam, lena)
    found = figures_now()
    assert found["standin_live_assumed_sessions", "act"] == 1
    assert found["standin_events_last_hour", "assumed_session.started"] == 1
    assert found["standin_audit_head",] == AuditEvent.objects.count()
    client.post(reverse("assumed_session_exit"))
    found = figures_now()
    assert found["standin_live_assumed_sessions", "act"] == 0
    assert found["standin_assumed_session_ends_last_hour", "exit"] == 1
    assert found["standin_events_last_hour", "assumed_session.ended"] == 1


def figures_now():
    figures._kept = (-figures.CACHED_FOR, [])
    return scraped()


def test_an_expired_session_is_no_live_one(client, sam, lena):
    log_in_as(client, sam, lena)
    AssumedSession.objects.update(last_active_at=timezone.now() - timedelta(days=1))
    assert scraped()["standin_live_assumed_sessions", "act"] == 0


def test_a_refusal_is_counted_by_its_name(client, sam, owner):
    sign_in(client, sam)
    post_login_as(client, owner)
    assert scraped()["standin_refusals_last_hour", "target_superuser"] == 1


def test_events_before_the_last_hour_are_not_counted(client, sam, lena, monkeypatch):
    log_in_as(client, sam, lena)
    monkeypatch.setattr(figures, "WINDOW", timedelta(0))
    assert scraped()["standin_events_last_hour", "assumed_session.started"] == 0


def test_mail_that_waits_is_counted_with_the_age_of_the_oldest(lena):
    mails.put(Mail.Kind.TEST, lena)
    mails.put(Mail.Kind.TEST, lena)
    Mail.objects.order_by("pk").filter(pk=Mail.objects.first().pk).update(
        created_at=timezone.now() - timedelta(minutes=5)
    )
    found = scraped()
    assert found["standin_mails_waiting", "mails"] == 2
    assert 299 < found["standin_oldest_mail_seconds", "mails"] < 400
    call_command("send_notices", verbosity=0)
    assert figures_now()["standin_mails_waiting", "mails"] == 0


def test_commands_of_timers_say_when_they_ended(client, sam, lena, capsys):
    log_in_as(client, sam, lena)
    for command in ("verify_audit", "send_notices", "end_lapsed_sessions"):
        call_command(command)
    found = scraped()
    for command in ("verify_audit", "send_notices", "end_lapsed_sessions"):
        assert found["standin_last_run_succeeded", command] == 1
        assert 0 <= found["standin_last_run_seconds", command] < 60


def test_the_number_of_queries_is_the_same_however_much_there_is(client, sam, lena, mona):
    with CaptureQueriesContext(connection) as empty:
        scraped()
    log_in_as(client, sam, lena)
    call_command("verify_audit", stdout=None)
    with CaptureQueriesContext(connection) as full:
        figures_now()
    reads = [[query["sql"] for query in run if query["sql"].startswith("SELECT")] for run in (empty, full)]
    assert [len(found) for found in reads] == [QUERIES, QUERIES]


def test_a_second_scrape_within_seconds_asks_nothing(django_assert_num_queries):
    scraped()
    with django_assert_num_queries(0):
        scraped()


def test_a_scrape_without_the_database_answers_with_the_rest(monkeypatch):
    def gone(now):
        raise OperationalError("connection refused, lena@harbour.example")

    monkeypatch.setattr(figures, "of_the_database", gone)
    text = metrics.text(figures.collect).decode()
    assert "standin_database_up 0.0" in text
    assert "standin_requests_total" in text
    assert "standin_build_info" in text
    assert "lena" not in text


def test_an_anchor_file_that_cant_be_written_shows(settings, tmp_path):
    settings.AUDIT_ANCHOR_FILE = str(tmp_path / "gone" / "anchors")
    assert scraped()["standin_anchor_file_writable",] == 0


def test_no_figure_names_a_person(client, sam, lena):
    log_in_as(client, sam, lena)
    call_command("verify_audit", stdout=None)
    text = metrics.text(figures.collect).decode()
    session = AssumedSession.objects.get()
    for personal in (sam.email, lena.email, sam.first_name, lena.first_name, str(session.pk)):
        assert personal not in text
    assert LastRun.objects.get().name in text
