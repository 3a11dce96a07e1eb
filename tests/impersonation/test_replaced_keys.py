"""Answers that come late or never: nobody is thrown out by them, learns nothing, or gets in by an old key."""

from datetime import timedelta

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from impersonation import actions
from impersonation.models import AssumedSession, Cause
from tests.support.assumed import detail, events, log_in_as, login_as_data, post_login_as, sign_in
from tests.support.late_answers import another_tab, arrive, cookies_of
from tests.support.learning_factories import make_event

pytestmark = [pytest.mark.django_db, pytest.mark.once]
PASSWORD, NEW_PASSWORD = "standin-demo", "a-longer-password-7"
SIGN_IN = "/accounts/login/"


@pytest.fixture
def sams_browser(sam):
    """Sam's sams_browser, with the cookie of forms that any page has given it."""
    client = Client()
    sign_in(client, sam)
    client.get(reverse("account_change_password"))
    return client


def start(client, lena):
    assert post_login_as(client, lena).status_code == 302


def sign_in_by_form(client, person):
    assert client.post(SIGN_IN, {"login": person.email, "password": PASSWORD}).status_code == 302


def change_password(client):
    passwords = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    assert client.post(reverse("account_change_password"), passwords).status_code == 302


def supersede(client, sam, lena, max_):
    start(client, lena)
    log_in_as(Client(), sam, max_)
    assert client.get("/").url.startswith(f"{SIGN_IN}?ended=superseded")
    sign_in_by_form(client, sam)


def revoke(client, sam, lena):
    start(client, lena)
    assert actions.end(AssumedSession.objects.get(), Cause.REVOKED)
    assert client.get("/").url.startswith(f"{SIGN_IN}?ended=revoked")
    sign_in_by_form(client, sam)


def again(client, sam, leave):
    assert client.post(reverse(leave)).status_code == 302
    sign_in_by_form(client, sam)


# What one tab does while the answer to another is under way, and whose account is open afterwards.
CHANGES = {
    "start": lambda client, sam, lena, max_: start(client, lena),
    "exit": lambda client, sam, lena, max_: (start(client, lena), again(client, sam, "assumed_session_exit")),
    "sign-out": lambda client, sam, lena, max_: again(client, sam, "account_logout"),
    "password": lambda client, sam, lena, max_: change_password(client),
    "superseded": supersede,
    "revoked": lambda client, sam, lena, max_: revoke(client, sam, lena),
}


# What the other tab asked for before: pages with a form, behind the wall and before it, and what writes the session.
ASKED = {
    "page": lambda tab, sam: tab.get("/modules/"),
    "form": lambda tab, sam: tab.get("/account/"),
    "sign-in page": lambda tab, sam: tab.get(SIGN_IN),
    "wrong password": lambda tab, sam: tab.post(SIGN_IN, {"login": sam.email, "password": "no"}),
    "reset page": lambda tab, sam: tab.get(reverse("account_reset_password")),
    "reset link": lambda tab, sam: tab.get(
        reverse(
            "account_reset_password_from_key",
            kwargs={"uidb36": user_pk_to_url_str(sam), "key": default_token_generator.make_token(sam)},
        )
    ),
    "registration": lambda tab, sam: tab.post(reverse("event_register", args=[make_event().pk])),
    "no such page": lambda tab, sam: tab.get("/no/such/page/"),
}


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("looked_at", ["before", "after"])
def test_a_late_answer_takes_nothing_away(sams_browser, sam, lena, max_, change, asked, looked_at):
    tab = another_tab(sams_browser)
    late = ASKED[asked](tab, sam) if looked_at == "before" else None
    CHANGES[change](sams_browser, sam, lena, max_)
    late = late or ASKED[asked](tab, sam)
    before, who = cookies_of(sams_browser), sams_browser.get("/").wsgi_request.user
    assert who == (lena if change == "start" else sam)
    arrive(sams_browser, late)
    assert cookies_of(sams_browser) == before
    assert sams_browser.get("/").wsgi_request.user == who


@pytest.mark.parametrize("asked", [name for name in ASKED if name not in ("page", "form", "registration")])
@pytest.mark.parametrize("looked_at", ["before", "after"])
def test_a_late_answer_from_before_signing_in_takes_nothing_away(client, sam, asked, looked_at):
    client.get(SIGN_IN)
    tab = another_tab(client)
    late = ASKED[asked](tab, sam) if looked_at == "before" else None
    sign_in_by_form(client, sam)
    late, before = late or ASKED[asked](tab, sam), cookies_of(client)
    arrive(client, late)
    assert cookies_of(client) == before
    assert client.get("/").wsgi_request.user == sam


@pytest.mark.parametrize("cause", ["superseded", "revoked"])
def test_the_late_word_of_an_end_takes_nothing_away(sams_browser, sam, lena, max_, cause):
    start(sams_browser, lena)
    tab = another_tab(sams_browser)
    if cause == "superseded":
        log_in_as(Client(), sam, max_)
    else:
        actions.end(AssumedSession.objects.get(), Cause.REVOKED)
    late = tab.get("/modules/")
    assert late.url.startswith(f"{SIGN_IN}?ended={cause}")
    assert (
        sams_browser.get("/modules/").url == f"{SIGN_IN}?ended={cause}&next=/modules/"
    )  # said to the next tab as well
    sign_in_by_form(sams_browser, sam)
    before = cookies_of(sams_browser)
    arrive(sams_browser, late)
    assert cookies_of(sams_browser) == before
    assert sams_browser.get(late.url).url == f"/users/?id={lena.pk}"


@pytest.mark.parametrize("way", ["assumed_session_exit", "account_logout"])
def test_a_late_answer_to_a_way_out_takes_the_next_session_not_away(sams_browser, sam, lena, way):
    start(sams_browser, lena)
    late = another_tab(sams_browser).post(reverse(way))
    sams_browser.get("/")
    sign_in_by_form(sams_browser, sam)
    before = cookies_of(sams_browser)
    arrive(sams_browser, late)
    assert cookies_of(sams_browser) == before
    assert sams_browser.get("/").wsgi_request.user == sam


def test_a_page_that_was_asked_for_before_the_start_leads_on_as_lena(sams_browser, lena):
    tab = another_tab(sams_browser)
    start(sams_browser, lena)
    late = tab.get("/modules/?q=food")
    assert late.url == f"{SIGN_IN}?replaced=started&next=/modules/%3Fq%3Dfood"
    assert set(late.cookies) == {"ended"}  # a word for the sign-in page, and no key
    on = sams_browser.get(late.url)
    assert on.url == "/modules/?q=food"
    assert sams_browser.get(on.url).wsgi_request.user == lena


def test_a_form_from_before_the_start_does_nothing_and_leads_to_its_page(sams_browser, lena):
    tab = another_tab(sams_browser)
    start(sams_browser, lena)
    referer = {"Referer": "http://testserver/events/?page=2"}
    late = tab.post(reverse("event_register", args=[make_event().pk]), headers=referer)
    assert sams_browser.get(late.url).url == "/events/?page=2"
    foreign = {"Referer": "http://evil.example/users/"}
    elsewhere = tab.post(reverse("event_register", args=[make_event().pk]), headers=foreign)
    assert sams_browser.get(elsewhere.url).url == "/"


def test_in_an_assumed_session_the_sign_in_page_leads_nowhere_else(sams_browser, lena):
    start(sams_browser, lena)
    assert sams_browser.get(f"{SIGN_IN}?next=https://evil.example/").url == "/"
    assert sams_browser.get(f"{SIGN_IN}?next=//evil.example/").url == "/"


def test_a_request_that_signing_out_overtook_leads_to_sign_in(sams_browser, sam, monkeypatch):
    """It stores a message in a browser session that is gone by then."""
    event = make_event()
    register = type(event).register

    def register_late(self, *given):
        Session.objects.all().delete()
        return register(self, *given)

    monkeypatch.setattr(type(event), "register", register_late)
    response = sams_browser.post(reverse("event_register", args=[event.pk]))
    assert (response.status_code, response.url) == (302, reverse("event_list"))
    assert sams_browser.get(response.url).url.startswith(f"{SIGN_IN}?next=/events/")


# The answer never comes: the browser keeps the old key.


def lose_answer(client, do):
    """Do something in a browser that never gets the answer."""
    do(another_tab(client))


def test_a_lost_answer_to_a_start_is_told_and_signing_in_again_ends_the_session(sams_browser, sam, lena):
    lose_answer(sams_browser, lambda tab: start(tab, lena))
    asked = sams_browser.get("/")
    assert asked.url == f"{SIGN_IN}?replaced=started&next=/"
    page = sams_browser.get(asked.url)
    assert page.wsgi_request.user.is_anonymous
    assert "You started an assumed session, but the answer did not reach this browser." in page.content.decode()
    assert AssumedSession.objects.live().exists()
    sign_in_by_form(sams_browser, sam)
    page = sams_browser.get("/")
    assert page.wsgi_request.user == sam
    assert f"from this browser ({lena.name}). Signing in again ended it." in page.content.decode()
    assert AssumedSession.objects.get().cause == "signed_in_again"
    [ended] = events("assumed_session.ended")
    assert detail(ended)["cause"] == "signed_in_again"


def test_signing_in_elsewhere_or_as_somebody_else_ends_nothing(sams_browser, sam, lena, mona):
    lose_answer(sams_browser, lambda tab: start(tab, lena))
    sign_in_by_form(Client(), sam)
    sign_in_by_form(sams_browser, mona)
    assert AssumedSession.objects.live().exists()


def test_the_late_answer_to_a_start_says_that_signing_in_again_ended_it(sams_browser, sam, lena):
    late = another_tab(sams_browser).post(reverse("login_as", args=[lena.pk]), login_as_data())
    sign_in_by_form(sams_browser, sam)
    arrive(sams_browser, late)
    assert sams_browser.get("/").url.startswith(f"{SIGN_IN}?ended=signed_in_again")


def test_a_lost_answer_to_an_exit_is_told(sams_browser, lena):
    start(sams_browser, lena)
    lose_answer(sams_browser, lambda tab: tab.post(reverse("assumed_session_exit")))
    asked = sams_browser.get("/modules/")
    assert asked.url == f"{SIGN_IN}?ended=exit&next=/modules/"
    assert "You exited the assumed session." in sams_browser.get(asked.url).content.decode()


def test_a_lost_answer_to_sign_out_or_a_new_password_is_told(sams_browser, sam):
    other = Client()
    sign_in(other, sam)
    lose_answer(other, lambda tab: tab.post(reverse("account_logout")))
    assert "You signed out." in other.get(other.get("/").url).content.decode()
    lose_answer(sams_browser, change_password)
    asked = sams_browser.get("/")
    assert asked.url == f"{SIGN_IN}?replaced=signed_in&next=/"
    assert "What you did last was done, such as setting a new password" in sams_browser.get(asked.url).content.decode()
    assert User.objects.get(pk=sam.pk).check_password(NEW_PASSWORD)


# Old keys open nothing.


def once_of(page):
    return page.context["once"]


@pytest.mark.parametrize(
    "wrong", ["another form", "no form", "another person", "too late", "ended", "another browser", "no browser session"]
)
def test_an_old_key_opens_nothing(sams_browser, sam, lena, max_, wrong):
    once = once_of(sams_browser.get(reverse("login_as", args=[lena.pk])))
    old = another_tab(sams_browser)
    post_login_as(sams_browser, lena, once=once)
    session = AssumedSession.objects.get()
    if wrong == "too late":
        AssumedSession.objects.update(started_at=timezone.now() - timedelta(seconds=61))
    elif wrong == "ended":
        actions.end(session, Cause.REVOKED)
    elif wrong == "another browser":
        old.cookies["sessionid"] = "x" * 32
    elif wrong == "no browser session":
        Session.objects.filter(pk=session.browser_session).delete()
    sent = {"another form": "y" * 32, "no form": ""}.get(wrong, once)
    response = post_login_as(old, max_ if wrong == "another person" else lena, once=sent)
    assert response.url.startswith(SIGN_IN)
    assert "sessionid" not in response.cookies
    for address in ("/", "/users/", reverse("assumed_session")):
        response = old.get(address)
        assert response.url.startswith(SIGN_IN)
        assert set(response.cookies) <= {"ended"}
    assert AssumedSession.objects.count() == 1


def test_the_key_of_a_signed_in_user_opens_nothing_in_the_sign_in_cookie(sams_browser):
    thief = Client()
    thief.cookies["signing_in"] = sams_browser.cookies["sessionid"].value
    assert thief.get("/").url.startswith(SIGN_IN)
    thief.cookies["sessionid"] = "x" * 32
    assert thief.get("/").url.startswith(SIGN_IN)
    assert sams_browser.get("/").status_code == 200
