"""Starting an assumed session: who may, what is asked, what is recorded, and what stays untouched."""

import re

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.db import DatabaseError, connection
from django.forms import model_to_dict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit.models import AuditEvent
from impersonation import actions
from impersonation.models import AssumedSession, Mode
from tests.support.assumed import (
    GOOD_REASON,
    data_queries,
    detail,
    events,
    log_in_as,
    login_as_data,
    post_login_as,
    sign_in,
    text,
)

pytestmark = pytest.mark.django_db


def nothing_started(client, user):
    """No assumed session, no event of one, and the browser still belongs to the user."""
    assert not AssumedSession.objects.exists()
    assert not events("assumed_session.started")
    return client.get(reverse("assumed_session")).wsgi_request.user == user


def test_sam_logs_in_as_lena_and_sees_her_dashboard(client, sam, lena):
    sign_in(client, sam)
    response = post_login_as(client, lena)
    assert (response.status_code, response.url) == (302, reverse("dashboard"))
    page = client.get(response.url)
    assert page.wsgi_request.user == lena
    assert page.wsgi_request.actor == sam
    assert page.wsgi_request.assumed_session.mode == Mode.ACT


def test_the_start_is_recorded_with_actor_target_time_and_reason(client, sam, lena):
    session = log_in_as(client, sam, lena)
    [event] = events("assumed_session.started")
    assert (event.actor_id, event.target_id, event.assumed_session) == (sam.pk, lena.pk, session.pk)
    assert event.outcome == "done"
    assert text(event, "reason") == {
        "category": "cannot_submit", "text": GOOD_REASON, "ticket": "SUP-7", "mode": "act",
    }  # fmt: skip
    assert text(event, "actor")["name"] == sam.name
    assert text(event, "target")["name"] == lena.name


@pytest.mark.parametrize("method", ["get", "head"])
def test_starting_by_get_changes_nothing(client, sam, lena, method):
    sign_in(client, sam)
    before = Session.objects.values_list().get()
    response = getattr(client, method)(reverse("login_as", args=[lena.pk]), login_as_data())
    assert response.status_code == 200
    assert Session.objects.values_list().get() == before
    assert not AuditEvent.objects.exists()
    assert nothing_started(client, sam)


def test_starting_without_csrf_token_is_refused(sam, lena):
    client = Client(enforce_csrf_checks=True)
    sign_in(client, sam)
    assert post_login_as(client, lena).status_code == 403
    assert nothing_started(client, sam)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"text": ""}, "write down why"),
        ({"text": "   \t  \n      "}, "write down why"),
        ({"text": "too short"}, "at least 10 characters"),
        ({"text": "-.,;:!?-.,;:!?"}, "in words"),
        ({"text": "aaaaaaaaaaaaaaaaaaaa"}, "in words"),
        ({"text": "............a"}, "in words"),
        ({"text": "Reason " * 71 + "four"}, "at most 500 characters"),
        ({"category": ""}, "choose what the support case is about"),
        ({"category": "curiosity"}, "not one of the available choices"),
        ({"mode": "become"}, "not one of the available choices"),
        ({"ticket": "x" * 51}, "at most 50 characters"),
        ({"text": "A reason with a \0 in it"}, "Null characters are not allowed"),
    ],
)
def test_a_form_that_explains_nothing_comes_back_with_what_was_typed(client, sam, lena, changes, sentence):
    sign_in(client, sam)
    data = login_as_data(**changes)
    response = client.post(reverse("login_as", args=[lena.pk]), data)
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert response.context["form"]["text"].value() == data["text"]
    assert nothing_started(client, sam)


def test_a_reason_of_exactly_500_characters_is_taken(client, sam, lena):
    log_in_as(client, sam, lena, text=("Reason " * 72)[:500].strip().ljust(500, "x"))


@pytest.mark.parametrize(
    ("who", "whom", "refusal"),
    [
        ("sam", "sam", "self"),
        ("sam", "ina", "target_inactive"),
        ("sam", "owner", "target_superuser"),
        ("sam", "audrey", "target_holds_more"),
        ("mona", "lena", "no_right"),
    ],
)
def test_a_refused_start_is_said_and_recorded(client, request, who, whom, refusal):
    actor, target = request.getfixturevalue(who), request.getfixturevalue(whom)
    sign_in(client, actor)
    before = Session.objects.values_list().get()
    response = post_login_as(client, target)
    assert response.status_code == 403
    assert str(response.context["refusal"].label) in response.content.decode().replace("&#x27;", "'")
    [event] = events("assumed_session.refused")
    assert (event.actor_id, event.target_id, event.outcome) == (actor.pk, target.pk, "refused")
    assert detail(event) == {"refusal": refusal}
    assert Session.objects.values_list().get() == before
    assert nothing_started(client, actor)


def test_what_rita_cannot_see_answers_like_what_does_not_exist(client, rita, max_):
    sign_in(client, rita)
    outside = post_login_as(client, max_)
    unknown = client.post(reverse("login_as", args=[10**12]), login_as_data())
    huge = client.post(reverse("login_as", args=[10**30]), login_as_data())
    assert [outside.status_code, unknown.status_code, huge.status_code] == [404, 404, 404]
    # But for the form's token, which differs each time, the pages are the same to the letter.
    pages = {re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", page.content) for page in (outside, unknown, huge)}
    assert len(pages) == 1
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("who", ["lena", "max_", "carl", "audrey"])
def test_who_may_see_nobody_gets_not_found(client, request, who, sam):
    actor = request.getfixturevalue(who)
    sign_in(client, actor)
    assert post_login_as(client, sam).status_code == 404
    assert nothing_started(client, actor)


def test_a_stranger_is_sent_to_sign_in(client, lena):
    response = post_login_as(client, lena)
    assert response.url.startswith(reverse("account_login"))


def test_a_phone_is_refused_by_the_server_too(client, sam, lena):
    sign_in(client, sam)
    response = client.post(reverse("login_as", args=[lena.pk]), login_as_data(), headers={"Sec-CH-UA-Mobile": "?1"})
    assert response.status_code == 403
    assert detail(events("assumed_session.refused")[0]) == {"refusal": "on_mobile"}
    assert nothing_started(client, sam)


def test_refusals_beyond_ten_a_minute_become_one_summary(client, mona, lena):
    sign_in(client, mona)
    with time_machine.travel(timezone.now(), tick=False):  # within one minute, however slow the machine is
        for _ in range(14):
            assert post_login_as(client, lena).status_code == 403
    recorded = events("assumed_session.refused")
    assert len(recorded) == 11
    assert "summary" in detail(recorded[-1])


def test_the_form_is_not_shown_to_who_started_too_often_within_an_hour(client, sam, lena, settings):
    settings.LOGIN_AS_STARTS_PER_HOUR = 1
    log_in_as(Client(), sam, lena)
    sign_in(client, sam)
    response = client.get(reverse("login_as", args=[lena.pk]))
    assert (response.status_code, response.context["refusal"]) == (403, "too_many")


def test_starting_inside_an_assumed_session_is_refused_and_recorded(client, sam, lena, max_):
    session = log_in_as(client, sam, lena)
    response = post_login_as(client, max_)
    assert response.status_code == 403
    [event] = events("assumed_session.refused")
    assert (event.actor_id, detail(event)) == (sam.pk, {"refusal": "nested", "wanted": max_.pk})
    assert AssumedSession.objects.live().get() == session


def test_the_browser_session_from_before_the_start_is_dead(client, sam, lena):
    sign_in(client, sam)
    old = client.session.session_key
    post_login_as(client, lena)
    assert client.session.session_key != old
    stolen = Client()
    stolen.cookies["sessionid"] = old
    assert stolen.get(reverse("dashboard")).status_code == 302
    assert not Session.objects.filter(session_key=old).exists()


def test_the_new_browser_session_knows_nothing_but_who_is_signed_in(client, sam, lena):
    sign_in(client, sam)
    session = client.session
    session["basket"] = ["something of Sam's"]
    session.save()
    post_login_as(client, lena)
    assert set(client.session.keys()) == {
        "_auth_user_id", "_auth_user_backend", "_auth_user_hash", "assumed_session",
        "account_authentication_methods", "account_authentication_methods_user",
    }  # fmt: skip


def test_the_csrf_secret_changes_at_the_start(sam, lena):
    client = Client(enforce_csrf_checks=True)
    sign_in(client, sam)
    client.get(reverse("login_as", args=[lena.pk]))
    before = client.cookies["csrftoken"].value
    client.post(reverse("login_as", args=[lena.pk]), login_as_data(csrfmiddlewaretoken=before))
    assert client.cookies["csrftoken"].value != before
    stale = client.post(reverse("assumed_session_exit"), {"csrfmiddlewaretoken": before})
    assert stale.status_code == 403
    assert AssumedSession.objects.live().exists()


def test_nothing_of_lena_changes(client, sam, lena):
    other = Client()
    sign_in(other, lena)
    before, her_session = model_to_dict(User.objects.get(pk=lena.pk)), other.session.session_key
    log_in_as(client, sam, lena)
    client.get(reverse("dashboard"))
    client.post(reverse("assumed_session_exit"))
    assert model_to_dict(User.objects.get(pk=lena.pk)) == before
    assert other.session.session_key == her_session
    assert other.get(reverse("dashboard")).wsgi_request.user == lena


def test_a_second_start_ends_the_first(client, sam, lena, max_):
    first = log_in_as(client, sam, lena)
    other = Client()
    second = log_in_as(other, sam, max_)
    first.refresh_from_db()
    assert (first.cause, AssumedSession.objects.live().get()) == ("superseded", second)
    [ended] = events("assumed_session.ended")
    assert (ended.assumed_session, detail(ended)["cause"]) == (first.pk, "superseded")
    assert client.get(reverse("dashboard")).url.startswith(f"{reverse('account_login')}?ended=superseded")


def broken_log():
    """Refuse the log's inserts, as a full disk would."""

    def refuse(execute, sql, params, many, context):
        if sql.startswith("INSERT") and "audit_" in sql:
            raise DatabaseError("no room for the audit log")
        return execute(sql, params, many, context)

    return connection.execute_wrapper(refuse)


def test_without_its_audit_row_no_assumed_session_exists(client, sam, lena):
    sign_in(client, sam)
    client.raise_request_exception = False
    with broken_log():
        assert post_login_as(client, lena).status_code == 503
    assert nothing_started(client, sam)


def test_without_its_audit_row_no_assumed_session_exists_even_if_the_view_goes_on(client, sam, lena):
    sign_in(client, sam)
    request = client.get(reverse("assumed_session")).wsgi_request
    old = request.session
    with broken_log(), pytest.raises(DatabaseError):
        actions.start(request=request, target_id=lena.pk, mode=Mode.ACT, reason={"category": "other", "text": "x"})
    assert request.session is old
    request.session["the view goes on"] = True
    request.session.save()
    assert nothing_started(client, sam)


def test_what_starting_costs(client, sam, lena):
    sign_in(client, sam)
    with CaptureQueriesContext(connection) as captured:
        post_login_as(client, lena)
    assert len(data_queries(captured)) == STARTING, "\n".join(data_queries(captured))


# The browser session; the actor with what they hold; whether they have a second factor, which a password would not
# stand in for. Then, in one transaction: both people, each with what they hold, under lock; how often they started
# lately; earlier sessions and a few expired ones; the browser session's new key; the assumed session; the notice for
# its target; the head of the chain; the event; its texts.
STARTING = 12
