"""Lena sees who is in her account, ends it, and says that she did not ask; nobody in her place can do any of it."""

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models.mails import Mail
from impersonation.models import AssumedSession, Cause
from tests.support.assumed import GOOD_REASON, data_queries, detail, events, log_in_as, sign_in
from tests.support.factories import permission_type

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(client, sam, lena):
    return log_in_as(client, sam, lena)


@pytest.fixture
def hers(session, lena):
    """Return Lena's own browser."""
    browser = Client()
    sign_in(browser, lena)
    return browser


def address(name, session):
    return reverse(name, args=[session.pk])


@pytest.mark.parametrize("page", ["/", "/modules/", "/account/", "/no/such/page/"])
def test_lena_sees_on_every_page_of_hers_who_is_in_her_account(hers, session, sam, page):
    text = hers.get(page).content.decode()
    assert f"{sam.name} is in your account now" in text
    assert GOOD_REASON in text
    assert address("access_end", session) in text


def test_the_strip_goes_when_the_session_ends(hers, client, session):
    client.post(reverse("assumed_session_exit"))
    assert "is in your account now" not in hers.get("/").content.decode()


def test_an_expired_session_is_not_shown_as_live(hers, session):
    AssumedSession.objects.update(last_active_at=session.started_at - (session.limit_at - session.started_at) * 2)
    assert "is in your account now" not in hers.get("/").content.decode()


def test_sam_in_her_place_sees_neither_strip_nor_buttons(client, session):
    for page in ("/", "/modules/"):
        assert "is in your account now" not in client.get(page).content.decode()
    for name in ("access_end", "access_objection", "access_objection_withdraw"):
        assert client.post(address(name, session)).status_code == 403
    assert client.get(address("access_objection", session)).status_code == 403
    assert AssumedSession.objects.get().ended_at is None
    assert AssumedSession.objects.get().objected_at is None


def test_somebody_elses_session_is_not_found(session, max_, sam):
    for somebody in (max_, sam):
        browser = Client()
        sign_in(browser, somebody)
        for name in ("access_end", "access_objection", "access_objection_withdraw"):
            assert browser.post(address(name, session)).status_code == 404
    assert AssumedSession.objects.get().ended_at is None
    assert not events("assumed_session.objected")


def test_a_page_costs_nothing_more_for_the_strip(lena):
    browser = Client()
    sign_in(browser, lena)
    browser.get("/documents/")
    with CaptureQueriesContext(connection) as captured:
        browser.get("/documents/")
        assert not [sql for sql in data_queries(captured) if sql.startswith('SELECT "impersonation_assumedsession"')]


def test_lena_ends_it_at_the_very_next_request(hers, client, session, sam, lena):
    assert hers.post(address("access_end", session)).status_code == 302
    response = client.post(reverse("assumed_session_stay"))
    assert response.url.startswith(reverse("account_login"))
    assert f"ended={Cause.ENDED_BY_PERSON}" in response.url
    assert "ended the assumed session" in client.get(response.url).content.decode()
    [end] = events("assumed_session.ended")
    assert detail(end)["cause"] == "ended_by_person"
    assert (end.actor_id, end.target_id) == (sam.pk, lena.pk)
    again = hers.post(address("access_end", session), follow=True)
    assert "already ended" in again.content.decode()
    assert len(events("assumed_session.ended")) == 1


def test_looking_at_the_question_says_nothing_to_anybody(hers, session):
    assert hers.get(address("access_objection", session)).status_code == 200
    assert AssumedSession.objects.get().objected_at is None
    assert not Mail.objects.exists()


def test_lena_objects_and_the_reviewers_are_told(hers, session, lena, audrey, sam):
    review = permission_type("Reviewers", "review_assumedsession")
    for reviewer in (audrey, sam):
        reviewer.groups.add(review)
    assert hers.post(address("access_objection", session)).status_code == 302
    [event] = events("assumed_session.objected")
    assert (event.actor_id, event.target_id) == (lena.pk, lena.pk)
    assert detail(event) == {"about": str(session.pk)}
    assert AssumedSession.objects.get().is_objected_to
    call_command("send_notices")
    told = [letter for letter in mail.outbox if "did not ask" in letter.subject]
    assert audrey.email in {letter.to[0] for letter in told}
    assert sam.email not in {letter.to[0] for letter in told}, "nobody reviews their own session"
    assert str(session.pk) in told[0].body
    assert lena.name not in told[0].body


def test_an_objection_is_taken_back_once(hers, session):
    for _time in range(2):
        hers.post(address("access_objection", session))
    assert len(events("assumed_session.objected")) == 1
    mails = Mail.objects.count()
    assert hers.post(address("access_objection_withdraw", session)).status_code == 302
    assert not AssumedSession.objects.get().is_objected_to
    assert len(events("assumed_session.objection_withdrawn")) == 1
    hers.post(address("access_objection_withdraw", session))
    hers.post(address("access_objection", session))
    assert hers.get(address("access_objection", session)).status_code == 302
    assert (len(events("assumed_session.objected")), len(events("assumed_session.objection_withdrawn"))) == (1, 1)
    assert Mail.objects.count() == mails, "nobody fills a mailbox by changing their mind"


def test_audrey_finds_the_flagged_session_and_no_other(hers, client, session, sam, max_, audrey):
    audrey.groups.add(permission_type("Reviewers", "review_assumedsession"))
    client.post(reverse("assumed_session_exit"))
    other = log_in_as(client, sam, max_)
    client.post(reverse("assumed_session_exit"))
    hers.post(address("access_objection", session))
    reviewing = Client()
    sign_in(reviewing, audrey)
    listed = reviewing.get(reverse("admin:impersonation_assumedsession_changelist"), follow=True)
    page = listed.content.decode()
    assert "Lena" in page
    assert "Objected to on" in page
    assert reverse("admin:audit_auditevent_timeline", args=[session.pk]) in page
    assert str(other.pk) not in page
    for state in ("ended", ""):
        page = reviewing.get(reverse("admin:impersonation_assumedsession_changelist"), {"state": state}, follow=True)
        assert "Max" not in page.content.decode()
    assert reviewing.post(reverse("admin:impersonation_assumedsession_end", args=[other.pk])).status_code == 403


def test_without_the_right_nobody_sees_the_flagged_sessions(hers, session, audrey):
    hers.post(address("access_objection", session))
    reading = Client()
    sign_in(reading, audrey)
    assert reading.get(reverse("admin:impersonation_assumedsession_changelist")).status_code == 403


def test_it_is_not_said_that_nobody_is_left_while_another_is_there(hers, session, owner, lena):
    another = log_in_as(Client(), owner, lena, mode="look_only")
    page = hers.post(address("access_end", session), follow=True).content.decode()
    assert "Somebody else is still in your account." in page
    assert address("access_end", another) in page
