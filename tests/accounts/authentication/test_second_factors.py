"""A second factor, set up by oneself: then a password alone opens nothing."""

import pytest
from allauth.mfa.models import Authenticator
from django.db import DatabaseError, connection
from django.test import Client
from django.urls import reverse

from audit.models import AuditEvent
from tests.support.assumed import detail, log_in_as, sign_in
from tests.support.second_factor import code_now

pytestmark = pytest.mark.django_db
HOME = "/accounts/2fa/"


def signing_in(person):
    """Return a browser in which the right password was typed."""
    browser = Client()
    response = browser.post("/accounts/login/", {"login": person.email, "password": "standin-demo"})
    return browser, response


@pytest.fixture
def with_app(client, sam):
    """Sam has set up an authenticator app by the pages; returns its secret."""
    sign_in(client, sam)
    asked = client.get(f"{HOME}app/").url
    assert asked.startswith("/accounts/reauthenticate/")
    client.post(asked, {"password": "standin-demo"})
    secret = client.get(f"{HOME}app/").context["form"].secret
    assert client.post(f"{HOME}app/", {"code": "000000"}).status_code == 200
    assert not Authenticator.objects.exists()
    response = client.post(f"{HOME}app/", {"code": code_now(secret)})
    assert response.status_code == 302
    return secret


def test_a_password_alone_no_longer_signs_in(with_app, sam):
    browser, response = signing_in(sam)
    assert response.url == f"{HOME}authenticate/"
    assert browser.get("/").status_code == 302
    assert browser.post(f"{HOME}authenticate/", {"code": "123456"}).status_code == 200
    assert browser.get("/").status_code == 302
    assert browser.post(f"{HOME}authenticate/", {"code": code_now(with_app)}).status_code == 302
    assert browser.get("/").status_code == 200


def test_a_recovery_code_lets_in_once(with_app, client, sam):
    codes = Authenticator.objects.get(user=sam, type=Authenticator.Type.RECOVERY_CODES).wrap().get_unused_codes()
    assert codes[0] in client.get(f"{HOME}codes/").content.decode()
    for expected in (302, 200):
        browser, _ = signing_in(sam)
        assert browser.post(f"{HOME}authenticate/", {"code": codes[0]}).status_code == expected
    assert codes[0] not in client.get(f"{HOME}codes/").content.decode()


def test_guessing_codes_is_throttled(with_app, sam):
    browser, _ = signing_in(sam)
    for _ in range(12):
        browser.post(f"{HOME}authenticate/", {"code": "123456"})
    assert (
        "Too many failed login attempts"
        in browser.post(f"{HOME}authenticate/", {"code": code_now(with_app)}).content.decode()
    )
    assert browser.get("/").status_code == 302


def test_removing_it_takes_a_recent_authentication(with_app, client, sam):
    browser, _ = signing_in(sam)
    browser.post(f"{HOME}authenticate/", {"code": code_now(with_app)})
    asked = browser.post(f"{HOME}app/remove/").url
    assert asked.startswith("/accounts/")
    assert Authenticator.objects.filter(user=sam, type=Authenticator.Type.TOTP).exists()
    browser.post(f"{HOME}reauthenticate/", {"code": code_now(with_app, later=1)})
    assert browser.get(f"{HOME}app/remove/").status_code == 200
    assert browser.post(f"{HOME}app/remove/").status_code == 302
    assert not Authenticator.objects.exists()


def test_a_password_alone_leads_to_no_code_and_no_other_factor(with_app, client, sam):
    browser = Client()
    sign_in(browser, sam)
    codes = Authenticator.objects.get(user=sam, type=Authenticator.Type.RECOVERY_CODES).wrap().get_unused_codes()
    assert browser.post("/accounts/reauthenticate/", {"password": "standin-demo"}).url == f"{HOME}reauthenticate/"
    for closed in ("codes/", "codes/new/", "codes/file/", "keys/add/", "app/remove/"):
        response = browser.get(HOME + closed)
        assert response.url.startswith(f"{HOME}reauthenticate/"), closed
    browser.post(f"{HOME}reauthenticate/", {"code": code_now(with_app, later=1)})
    assert codes[0] in browser.get(f"{HOME}codes/file/").content.decode()


def test_what_sam_does_to_his_second_factor_is_on_record(with_app, client, sam):
    assert client.post(f"{HOME}codes/new/").url == f"{HOME}codes/"
    assert client.post(f"{HOME}app/remove/").url == HOME
    recorded = list(AuditEvent.objects.filter(kind__startswith="user.").order_by("seq"))
    assert [event.kind for event in recorded] == [
        "user.second_factor_added",
        "user.recovery_codes_made",
        "user.recovery_codes_made",
        "user.second_factor_removed",
    ]
    assert {(event.actor_id, event.target_id) for event in recorded} == {(sam.pk, sam.pk)}
    assert [detail(recorded[at]) for at in (0, 3)] == [{"type": "totp"}] * 2


def test_a_second_factor_that_the_log_cannot_tell_of_stays(with_app, client, sam):
    def no_room(execute, sql, params, many, context):
        if sql.startswith("INSERT") and "audit_" in sql:
            raise DatabaseError("no room for the audit log")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(no_room), pytest.raises(DatabaseError):
        client.post(f"{HOME}app/remove/")
    assert Authenticator.objects.filter(user=sam, type=Authenticator.Type.TOTP).exists()


def test_in_lenas_place_nobody_sees_or_changes_her_second_factor(client, sam, lena):
    log_in_as(client, sam, lena)
    for name in ("mfa_index", "mfa_activate_totp", "mfa_view_recovery_codes", "mfa_add_webauthn"):
        assert client.get(reverse(name)).status_code == 403
        assert client.post(reverse(name), {"code": "000000"}).status_code == 403
    assert not Authenticator.objects.exists()
