"""Logging in as somebody takes a fresh proof of who one is, a second factor where one has to have it, and patience."""

import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.authorization.changes import NotAllowed
from accounts.authorization.grants import Grants
from accounts.permission_setup.actions import fingerprint, save_permission_type
from accounts.policy.holdings import COMPANY_WIDE, Holding, Holdings
from accounts.policy.rights import Right
from accounts.second_factor_keys import decrypt
from impersonation.models import AssumedSession, Cause
from tests.support.assumed import GOOD_REASON, detail, events, log_in_as, login_as_data, post_login_as, sign_in, text
from tests.support.permission_setup import fresh
from tests.support.second_factor import code_now

pytestmark = pytest.mark.django_db
ASKED = "/account/confirm-identity/?next=%2Fusers%2F{}%2Flogin-as%2F"
MINUTE = 60


def record(client, **changes):
    """Change the newest proof that the browser session holds."""
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()} | changes]
    session.save()


def start_page(client, person):
    return client.get(reverse("login_as", args=[person.pk]))


def asks_who_is_there(response, person):
    return response.status_code == 302 and response.url == ASKED.format(person.pk)


def app_of(person):
    """Return the authenticator app that the person has just set up."""
    return TOTP.activate(person, generate_totp_secret())


def code_of(app):
    return code_now(decrypt(app.instance.data["secret"]))


@pytest.fixture
def sams_browser(client, sam):
    sign_in(client, sam)
    return client


def test_signing_in_is_proof_enough(client, sam, lena):
    client.post("/accounts/login/", {"login": sam.email, "password": "standin-demo"})
    assert start_page(client, lena).status_code == 200
    assert post_login_as(client, lena).url == "/"


@pytest.mark.parametrize("age", [10 * MINUTE, 3 * 60 * MINUTE, -5 * MINUTE])
def test_a_proof_that_is_old_or_of_the_future_is_asked_for_again(sams_browser, lena, age):
    record(sams_browser, at=time.time() - age)
    assert asks_who_is_there(start_page(sams_browser, lena), lena)
    assert asks_who_is_there(post_login_as(sams_browser, lena), lena)
    assert not AssumedSession.objects.exists()
    assert events("assumed_session.started") == []


def test_who_may_not_start_is_refused_on_record_however_old_the_proof_is(sams_browser, owner):
    record(sams_browser, at=time.time() - 11 * MINUTE)
    assert post_login_as(sams_browser, owner).status_code == 403
    [refused] = events("assumed_session.refused")
    assert (refused.target_id, detail(refused)["refusal"]) == (owner.pk, "target_superuser")


def test_a_proof_of_nine_minutes_is_fresh(sams_browser, lena):
    record(sams_browser, at=time.time() - 9 * MINUTE)
    assert post_login_as(sams_browser, lena).url == "/"


def test_the_proof_of_somebody_else_proves_nothing(sams_browser, sam, lena, max_):
    session = sams_browser.session
    assert session["account_authentication_methods_user"] == str(sam.pk)
    session["account_authentication_methods_user"] = str(max_.pk)
    session.save()
    assert asks_who_is_there(start_page(sams_browser, lena), lena)


def test_what_was_written_is_kept_and_nothing_starts_automatically(sams_browser, sam, lena, max_):
    record(sams_browser, at=time.time() - 11 * MINUTE)
    asked = post_login_as(sams_browser, lena, mode="look_only")
    assert "Confirm that it is you" in sams_browser.get(asked.url).content.decode()
    wrong = sams_browser.post(asked.url, {"password": "not hers", "next": f"/users/{lena.pk}/login-as/"})
    assert wrong.status_code == 422
    back = sams_browser.post(asked.url, {"password": "standin-demo", "next": f"/users/{lena.pk}/login-as/"})
    assert back.url == f"/users/{lena.pk}/login-as/"
    assert not AssumedSession.objects.exists()
    form = sams_browser.get(back.url).context["form"]
    wrote = login_as_data(mode="look_only")
    assert {name: form[name].value() for name in wrote} == wrote
    assert not start_page(sams_browser, max_).context["form"]["text"].value()
    assert post_login_as(sams_browser, lena, mode="look_only").url == "/"
    assert "drafts" not in sams_browser.session
    assert text(events("assumed_session.started")[0], "reason")["text"] == GOOD_REASON


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""])
def test_one_is_led_nowhere_else(sams_browser, address):
    assert sams_browser.post("/account/confirm-identity/", {"password": "standin-demo", "next": address}).url == "/"


def test_guessing_is_throttled(sams_browser):
    for _ in range(5):
        assert sams_browser.post("/account/confirm-identity/", {"password": "wrong"}).status_code == 422
    for posted in ({"password": "standin-demo"}, {"credential": "{}"}):
        answer = sams_browser.post("/account/confirm-identity/", posted)
        assert answer.status_code == 429
        assert "That was tried too often." in answer.content.decode()


def test_who_has_a_second_factor_needs_it_and_a_password_is_not_enough(sams_browser, sam, lena):
    app = app_of(sam)
    record(sams_browser)
    assert asks_who_is_there(start_page(sams_browser, lena), lena)
    page = sams_browser.get("/account/confirm-identity/").content.decode()
    assert 'name="code"' in page
    assert 'name="password"' not in page
    assert sams_browser.post("/account/confirm-identity/", {"password": "standin-demo"}).status_code == 422
    assert asks_who_is_there(post_login_as(sams_browser, lena), lena)
    assert sams_browser.post("/account/confirm-identity/", {"code": code_of(app)}).url == "/"
    assert post_login_as(sams_browser, lena).url == "/"


def test_a_recovery_code_proves_it_once(sams_browser, sam, lena):
    app_of(sam)
    code = RecoveryCodes.activate(sam).get_unused_codes()[0]
    record(sams_browser, at=0)
    assert sams_browser.post("/account/confirm-identity/", {"code": code}).url == "/"
    assert start_page(sams_browser, lena).status_code == 200
    assert sams_browser.post("/account/confirm-identity/", {"code": code}).status_code == 422


def test_in_an_assumed_session_the_actor_confirms_and_never_the_target(client, sam, lena):
    log_in_as(client, sam, lena)
    lena.set_password("of lena herself")
    lena.save()
    AssumedSession.objects.update(target_auth_hash=lena.get_session_auth_hash())
    assert client.get("/account/confirm-identity/").status_code == 200
    assert client.post("/account/confirm-identity/", {"password": "of lena herself"}).status_code == 422
    assert client.post("/account/confirm-identity/", {"password": "standin-demo"}).status_code == 302
    assert client.session["account_authentication_methods_user"] == str(sam.pk)
    assert client.get("/").wsgi_request.user == lena


def demand_second_factor(group):
    group.permissions.add(*permission(Right.WITH_SECOND_FACTOR))


def permission(right):
    from django.contrib.auth.models import Permission

    return Permission.objects.filter(content_type__app_label="accounts", codename=right.codename)


def test_a_type_can_demand_a_second_factor(sams_browser, sam, lena):
    demand_second_factor(sam.groups.get())
    sentence = "You may do this with a second factor only. Set one up under My account."
    assert sentence in sams_browser.get("/users/").content.decode()
    assert sentence in start_page(sams_browser, lena).content.decode()
    assert post_login_as(sams_browser, lena).status_code == 403
    assert detail(events("assumed_session.refused")[0]) == {"refusal": "without_second_factor"}
    app = app_of(sam)
    sams_browser.post("/account/confirm-identity/", {"code": code_of(app)})
    assert post_login_as(sams_browser, lena).url == "/"


def test_the_strictest_type_counts_and_puts_nobody_above_others(client, sam, rita, lena):
    demand_second_factor(lena.groups.create(name="Careful"))
    log_in_as(client, sam, lena)
    client.post(reverse("assumed_session_exit"))
    rita.groups.add(Group.objects.get(name="Careful"))
    browser = Client()
    sign_in(browser, rita)
    assert post_login_as(browser, lena).status_code == 403


def test_nobody_lifts_the_demand_from_a_type_of_their_own(petra, sam):
    group = petra.groups.get()
    demand_second_factor(group)
    held = Grants.read().of(group)
    less = Holdings(each for each in held if each.right != Right.WITH_SECOND_FACTOR)
    with pytest.raises(NotAllowed):
        save_permission_type(
            actor=fresh(petra), permission_type=group, name=group.name, held=less, seen=fingerprint(group.name, held)
        )
    support = sam.groups.get()
    before = Grants.read().of(support)
    more = Holdings(before | {Holding(Right.WITH_SECOND_FACTOR, COMPANY_WIDE)})
    save_permission_type(
        actor=fresh(petra), permission_type=support, name="Support", held=more, seen=fingerprint("Support", before)
    )
    assert events("permission_type.changed")


def started(actor, target, ago):
    """Return an assumed session that was started so long ago, and is over."""
    at = timezone.now() - ago
    return AssumedSession.objects.create(
        actor=actor, target=target, started_at=at, last_active_at=at, ended_at=at, cause=Cause.EXIT,
        browser_session="x", target_auth_hash="x",
    )  # fmt: skip


def test_twenty_starts_an_hour_and_not_one_more(sams_browser, sam, rita, lena, max_, settings):
    settings.LOGIN_AS_STARTS_PER_HOUR = 20
    for number in range(19):
        started(sam, lena, timedelta(minutes=1 + number))
    started(sam, lena, timedelta(minutes=61))
    started(rita, lena, timedelta(minutes=1))
    assert post_login_as(sams_browser, lena).url == "/"
    sams_browser.post(reverse("assumed_session_exit"))
    sign_in(sams_browser, sam)
    sentence = "You have logged in on behalf of others very often within an hour. Try again later."
    assert sentence in start_page(sams_browser, max_).content.decode()
    refused = post_login_as(sams_browser, max_)
    assert refused.status_code == 403
    assert sentence in refused.content.decode()
    assert detail(events("assumed_session.refused")[0]) == {"refusal": "too_many"}
    AssumedSession.objects.filter(actor=sam).update(started_at=timezone.now() - timedelta(minutes=60, seconds=1))
    assert post_login_as(sams_browser, max_).url == "/"
    assert Authenticator.objects.count() == 0
