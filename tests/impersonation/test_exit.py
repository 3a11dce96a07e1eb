"""Leaving an assumed session: by exit or sign-out, entirely, and back to the same person."""

import pytest
from django.contrib.auth.signals import user_logged_out
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from impersonation.models import AssumedSession
from tests.support.assumed import data_queries, detail, events, log_in_as, sign_in

pytestmark = pytest.mark.django_db


def exit_it(client, **extra):
    return client.post(reverse("assumed_session_exit"), **extra)


def test_exit_logs_out_and_leads_back_to_lena_in_user_management(client, sam, lena):
    log_in_as(client, sam, lena)
    response = exit_it(client)
    assert response.url == f"/accounts/login/?ended=exit&next=%2Fusers%2F%3Fid%3D{lena.pk}"
    page = client.get(response.url)
    assert page.wsgi_request.user.is_anonymous
    assert "You exited the assumed session." in page.content.decode()
    signed_in = client.post(response.url, {"login": sam.email, "password": "standin-demo"})
    assert signed_in.url == f"/users/?id={lena.pk}"
    people = client.get(signed_in.url)
    assert lena.email in people.content.decode()
    assert people.wsgi_request.user == sam


def test_the_end_is_recorded_with_its_cause(client, sam, lena):
    session = log_in_as(client, sam, lena)
    exit_it(client)
    [event] = events("assumed_session.ended")
    assert (event.actor_id, event.target_id, event.assumed_session) == (sam.pk, lena.pk, session.pk)
    assert detail(event)["cause"] == "exit"
    session.refresh_from_db()
    assert (session.cause, session.ended_at is None) == ("exit", False)


@pytest.mark.parametrize("method", ["get", "head"])
def test_exit_by_get_changes_nothing(client, sam, lena, method):
    session = log_in_as(client, sam, lena)
    response = getattr(client, method)(reverse("assumed_session_exit"))
    assert response.url == reverse("assumed_session")
    assert AssumedSession.objects.live().get() == session
    assert client.get(response.url).wsgi_request.user == lena


def test_exit_without_csrf_token_is_refused(sam, lena):
    client = Client(enforce_csrf_checks=True)
    sign_in(client, sam)
    client.get(reverse("login_as", args=[lena.pk]))
    token = client.cookies["csrftoken"].value
    data = {"category": "other", "text": "A look at her modules", "mode": "act", "csrfmiddlewaretoken": token}
    client.post(reverse("login_as", args=[lena.pk]), data)
    assert exit_it(client).status_code == 403
    assert AssumedSession.objects.live().exists()


def test_the_browser_session_from_before_the_exit_is_dead(client, sam, lena):
    log_in_as(client, sam, lena)
    old = client.session.session_key
    exit_it(client)
    stolen = Client()
    stolen.cookies["sessionid"] = old
    assert stolen.get(reverse("dashboard")).url.startswith(reverse("account_login"))
    assert not Session.objects.exists()


def test_the_csrf_secret_changes_at_the_sign_in_after_the_exit(sam, lena):
    """Not before: it changes with the key, so that no late answer brings one without the other."""
    client = Client(enforce_csrf_checks=True)
    sign_in(client, sam)
    client.get(reverse("login_as", args=[lena.pk]))
    data = {"category": "other", "text": "A look at her modules", "mode": "act"}
    client.post(reverse("login_as", args=[lena.pk]), data | {"csrfmiddlewaretoken": client.cookies["csrftoken"].value})
    before = client.cookies["csrftoken"].value
    left = exit_it(client, data={"csrfmiddlewaretoken": before})
    assert "csrftoken" not in left.cookies
    client.get(left.url)
    client.post(left.url, {"login": sam.email, "password": "standin-demo", "csrfmiddlewaretoken": before})
    assert client.cookies["csrftoken"].value != before


def test_no_message_crosses_the_exit(client, sam, lena):
    log_in_as(client, sam, lena)
    session = client.session
    session["_messages"] = '[["__json_message",0,25,"Meant for the target’s screen",""]]'
    session.save()
    page = client.get(exit_it(client).url)
    assert "Meant for" not in page.content.decode()


def test_signing_out_ends_it_too_and_signals_the_actor(client, sam, lena):
    log_in_as(client, sam, lena)
    heard = []

    def listen(user, **_):
        heard.append(user.pk)

    user_logged_out.connect(listen)
    try:
        response = client.post(reverse("account_logout"))
    finally:
        user_logged_out.disconnect(listen)
    assert heard == [sam.pk]
    assert response.url.startswith(f"{reverse('account_login')}?ended=signed_out")
    assert [detail(event)["cause"] for event in events("assumed_session.ended")] == ["signed_out"]


def test_pressing_exit_twice_is_harmless(client, sam, lena):
    log_in_as(client, sam, lena)
    exit_it(client)
    assert exit_it(client).url.startswith(reverse("account_login"))
    assert len(events("assumed_session.ended")) == 1


def test_exit_without_an_assumed_session_leaves_sam_signed_in(client, sam):
    sign_in(client, sam)
    assert exit_it(client).url == reverse("assumed_session")
    assert client.get(reverse("dashboard")).wsgi_request.user == sam


def test_lena_signed_in_elsewhere_has_no_exit_and_stays_herself(client, sam, lena):
    other = Client()
    sign_in(other, lena)
    log_in_as(client, sam, lena)
    assert reverse("assumed_session_exit") not in other.get(reverse("dashboard")).content.decode()
    exit_it(other)
    assert other.get(reverse("dashboard")).wsgi_request.user == lena
    assert AssumedSession.objects.live().exists()


@pytest.mark.parametrize(
    "hostile", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_exit_leads_nowhere_else(client, sam, lena, hostile):
    log_in_as(client, sam, lena)
    response = client.post(
        f"{reverse('assumed_session_exit')}?next={hostile}", {"next": hostile}, headers={"Referer": hostile}
    )
    assert response.url == f"/accounts/login/?ended=exit&next=%2Fusers%2F%3Fid%3D{lena.pk}"


def test_what_exiting_costs(client, sam, lena):
    log_in_as(client, sam, lena)
    with CaptureQueriesContext(connection) as captured:
        exit_it(client)
    assert len(data_queries(captured)) == EXITING, "\n".join(data_queries(captured))


# The browser session; the statement; the end; the head of the chain; the event; its texts; and Django's log-out,
# which looks for the browser session before it deletes it.
EXITING = 8
