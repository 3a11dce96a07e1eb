"""Lena is told that her account was opened: by mail, through an outbox, and on her dashboard until she has seen it."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.models.outbox import ATTEMPTS, LONGEST_WAIT
from audit import log
from impersonation import actions, loader, notices
from impersonation.models import AssumedSession, Cause
from impersonation.notices import Moment, Notice, announce
from tests.support.assumed import GOOD_REASON, data_queries, log_in_as, post_login_as, sign_in
from tests.support.learning_factories import make_event
from tests.support.mail_backends import Down
from tests.support.permission_setup import set_company

pytestmark = pytest.mark.django_db
TITLE = "Somebody opened your account to help you"


def exit_from(client):
    client.post(reverse("assumed_session_exit"))


def send():
    out = StringIO()
    call_command("send_notices", stdout=out)
    return out.getvalue().strip()


def make_due():
    Notice.objects.update(try_at=timezone.now())


def dashboard(person):
    browser = Client()
    sign_in(browser, person)
    return browser, browser.get(reverse("dashboard")).content.decode().replace("</bdi></strong>", "").replace(
        "<strong><bdi>", ""
    )


def test_lena_is_told_at_the_start_who_came_and_why(client, sam, lena):
    log_in_as(client, sam, lena)
    assert send() == "1 sent, 0 failed, 0 given up"
    [message] = mail.outbox
    assert (message.to, message.subject) == (["lena@harbour.example"], TITLE)
    [(html, kind)] = message.alternatives
    assert kind == "text/html"
    for text in (message.body, html):
        for said in ("Hello Lena", "Sam Okafor opened your account on", GOOD_REASON, "SUP-7", "on your behalf"):
            assert said in text
        assert "Tell your HR department now, and change your password" in text
        assert "http" not in text


def test_a_notice_is_sent_once_however_often_the_command_runs(client, sam, lena):
    log_in_as(client, sam, lena)
    assert [send(), send()] == ["1 sent, 0 failed, 0 given up", "0 sent, 0 failed, 0 given up"]
    make_due()
    assert send().startswith("0 sent")
    assert len(mail.outbox) == 1


def test_two_runs_at_the_same_time_share_the_notices(client, sam, lena):
    log_in_as(client, sam, lena)
    now = timezone.now()
    mine, theirs = Notice.objects.get(), Notice.objects.get()
    assert mine.claim(now)
    assert not theirs.claim(now)


def test_at_the_end_lena_is_told_what_was_changed(client, sam, lena):
    set_company(notice="end")
    event = make_event()
    log_in_as(client, sam, lena)
    assert not Notice.objects.exists()
    client.get("/")
    client.get("/events/")
    client.get("/account/")
    client.post(reverse("event_register", args=[event.pk]))
    exit_from(client)
    assert send().startswith("1 sent")
    for text in (mail.outbox[0].body, mail.outbox[0].alternatives[0][0]):
        assert "Pages looked at: 2" in text
        assert "Attempts refused: 1" in text
        assert "Registration added · Latte art night" in text
        assert "It took 1 minute." in text


def test_none_means_that_nobody_is_told(client, sam, lena):
    set_company(notice="none")
    log_in_as(client, sam, lena)
    exit_from(client)
    assert not Notice.objects.exists()


@pytest.mark.parametrize("moment", ["start", "end"])
def test_each_session_brings_one_notice(client, sam, lena, moment):
    set_company(notice=moment)
    log_in_as(client, sam, lena)
    exit_from(client)
    log_in_as(client, sam, lena)
    exit_from(client)
    assert Notice.objects.filter(moment=moment).count() == Notice.objects.count() == 2


def test_a_member_of_support_stays_unnamed_where_the_organisation_wants_it(client, sam, lena):
    set_company(names_staff=False)
    log_in_as(client, sam, lena)
    send()
    exit_from(client)
    for text in (mail.outbox[0].body, mail.outbox[0].alternatives[0][0], dashboard(lena)[1]):
        assert "a member of support opened your account" in text
        assert "Sam" not in text


def test_a_refused_start_brings_no_notice(client, mona, lena):
    sign_in(client, mona)
    assert post_login_as(client, lena).status_code == 403
    assert not Notice.objects.exists()


def test_a_start_that_fails_half_way_brings_no_notice(client, sam, lena, settings):
    sign_in(client, sam)
    client.raise_request_exception = False
    settings.AUDIT_KEYS = {}
    assert post_login_as(client, lena).status_code == 503
    assert not AssumedSession.objects.exists()
    assert not Notice.objects.exists()


def test_a_mail_server_that_is_down_neither_blocks_nor_ends_a_session(client, sam, lena, settings):
    settings.EMAIL_BACKEND = "tests.support.mail_backends.Down"
    Down.knocked = 0
    log_in_as(client, sam, lena)
    assert Down.knocked == 0
    assert send() == "0 sent, 1 failed, 0 given up"
    assert Down.knocked == 1
    assert client.get(reverse("dashboard")).wsgi_request.user == lena
    exit_from(client)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send().startswith("0 sent"), "it waits before it tries again"
    make_due()
    assert send().startswith("1 sent")


def test_each_try_waits_longer_until_it_is_given_up(client, sam, lena, settings):
    settings.EMAIL_BACKEND = "tests.support.mail_backends.Down"
    log_in_as(client, sam, lena)
    waits = []
    for _ in range(ATTEMPTS):
        make_due()
        now = timezone.now()
        result = send()
        waits.append(round((Notice.objects.get().try_at - now) / timedelta(minutes=1)))
    assert waits[:4] == [1, 2, 4, 8]
    assert waits[-1] == LONGEST_WAIT / timedelta(minutes=1)
    assert result == "0 sent, 1 failed, 1 given up"
    make_due()
    assert send() == "0 sent, 0 failed, 0 given up"


def test_a_run_stops_knocking_at_a_server_that_is_down(client, sam, lena, settings):
    settings.EMAIL_BACKEND = "tests.support.mail_backends.Down"
    for _ in range(5):
        log_in_as(client, sam, lena)
        exit_from(client)
    Down.knocked = 0
    assert send() == "0 sent, 3 failed, 0 given up"
    assert Down.knocked == 3


@pytest.mark.parametrize("gone", ["deactivated", "deleted"])
def test_a_person_who_is_gone_gets_no_mail(client, sam, lena, gone):
    log_in_as(client, sam, lena)
    if gone == "deactivated":
        User.objects.update(is_active=False)
    else:
        User.objects.get(pk=lena.pk).delete()
    assert send() == "0 sent, 0 failed, 1 given up"
    assert mail.outbox == []


def test_what_somebody_writes_stays_text_in_the_html_mail(client, sam, lena):
    log_in_as(client, sam, lena, text="<script>alert('hers')</script> & more")
    send()
    [(html, _)] = mail.outbox[0].alternatives
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "<script>alert('hers')</script> & more" in mail.outbox[0].body


def test_her_dashboard_says_it_until_she_has_seen_it(client, sam, lena):
    log_in_as(client, sam, lena)
    exit_from(client)
    browser, page = dashboard(lena)
    for said in (TITLE, "Sam Okafor opened your account on", GOOD_REASON, reverse("access_history")):
        assert said in page
    response = browser.post(reverse("notices_seen"), {"newest": Notice.objects.get().pk})
    assert response.url == reverse("dashboard")
    assert TITLE not in browser.get(reverse("dashboard")).content.decode()
    log_in_as(client, sam, lena)
    exit_from(client)
    assert TITLE in browser.get(reverse("dashboard")).content.decode(), "another session is another notice"


def test_a_live_session_is_told_once_and_an_earlier_one_beside_it(client, sam, lena):
    log_in_as(client, sam, lena)
    _browser, page = dashboard(lena)
    assert "Sam Okafor is in your account now." in page
    assert TITLE not in page, "the past tense waits for the end"
    exit_from(client)
    log_in_as(client, sam, lena)
    browser, page = dashboard(lena)
    assert "Sam Okafor is in your account now." in page
    assert TITLE in page
    assert "Your account was opened 2 times" not in page
    exit_from(client)
    assert "Your account was opened 2 times" in browser.get(reverse("dashboard")).content.decode()


def test_what_came_after_the_page_was_shown_stays_unseen(client, sam, lena):
    log_in_as(client, sam, lena)
    shown = Notice.objects.get()
    exit_from(client)
    log_in_as(client, sam, lena)
    exit_from(client)
    browser, page = dashboard(lena)
    assert "Your account was opened 2 times" in page
    browser.post(reverse("notices_seen"), {"newest": shown.pk})
    assert list(Notice.objects.filter(seen_at=None)) == [Notice.objects.exclude(pk=shown.pk).get()]


@pytest.mark.parametrize("newest", ["", "x", "9" * 30, "٣", "-1"])
def test_a_number_that_is_none_marks_nothing(client, sam, lena, newest):
    log_in_as(client, sam, lena)
    browser, _ = dashboard(lena)
    assert browser.post(reverse("notices_seen"), {"newest": newest}).status_code == 302
    assert Notice.objects.get().seen_at is None


def test_nobody_marks_somebody_elses_notice_as_seen(client, sam, lena, max_):
    log_in_as(client, sam, lena)
    browser, page = dashboard(max_)
    assert TITLE not in page
    browser.post(reverse("notices_seen"), {"newest": Notice.objects.get().pk})
    assert Notice.objects.get().seen_at is None


def test_sam_in_lenas_place_neither_reads_nor_dismisses_it(client, sam, lena):
    log_in_as(client, sam, lena)
    assert TITLE not in client.get(reverse("dashboard")).content.decode()
    assert client.post(reverse("notices_seen"), {"newest": Notice.objects.get().pk}).status_code == 403
    assert Notice.objects.get().seen_at is None


def test_an_end_pays_one_query_for_its_notice_and_none_without(client, sam, lena):
    key = log_in_as(client, sam, lena).pk
    asked = {}
    for moment in ("start", "end"):
        set_company(notice=moment)
        AssumedSession.objects.filter(pk=key).update(ended_at=None, cause="")
        session = loader.find(key)
        with CaptureQueriesContext(connection) as captured, log.recording():
            assert actions.end(session, Cause.REVOKED)
        asked[moment] = len(data_queries(captured))
    assert asked["end"] == asked["start"] + 1
    assert Notice.objects.filter(moment="end").count() == 1


def test_a_page_without_the_notice_never_asks_for_it(client, lena, monkeypatch):
    asked, read = [], notices.UNSEEN.objects
    monkeypatch.setattr(notices.UNSEEN, "objects", lambda **given: asked.append(given) or read(**given))
    sign_in(client, lena)
    for name, expected in {"dashboard": 1, "module_list": 0, "access_history": 0}.items():
        asked.clear()
        client.get(reverse(name))
        assert len(asked) == expected, name


def test_the_database_keeps_one_notice_per_moment(sam, lena, client):
    session = log_in_as(client, sam, lena)
    with pytest.raises(IntegrityError, match=r"notice_once_per_moment|UNIQUE"), transaction.atomic():
        announce(session, Moment.START)
