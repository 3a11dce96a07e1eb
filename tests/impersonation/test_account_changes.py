"""How an account was signed in to and changed is on record, and the person reads it in their history."""

import re

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit.models import AuditEvent
from tests.accounts.users.test_edit_views import values
from tests.support.assumed import detail, events, sign_in, text
from tests.support.mail_backends import delivered
from tests.support.permission_setup import set_company
from tests.support.second_factor import code_now

pytestmark = pytest.mark.django_db
URL = "/account/access-history/"
NEW = "a brand new one 17"


@pytest.fixture(autouse=True)
def no_attempts_counted():
    cache.clear()


def by_form(client, email, password="standin-demo"):
    return client.post(reverse("account_login"), {"login": email, "password": password})


def history(person, address=URL):
    browser = Client()
    sign_in(browser, person)
    return re.sub(r"<[^>]+>|\s+", " ", browser.get(address).content.decode())


def squeezed(page):
    return re.sub(r"\s+", " ", page)


def test_signing_in_and_out_is_on_record(client, lena):
    by_form(client, lena.email)
    client.post(reverse("account_logout"))
    [signed_in], [signed_out] = events("sign_in.succeeded"), events("sign_in.signed_out")
    for event in (signed_in, signed_out):
        assert (event.actor_id, event.target_id) == (lena.pk, lena.pk)
    assert text(signed_in, "actor")["address"] == "127.0.0.1"
    assert "You · Signed in (127.0.0.1)" in squeezed(history(lena))


def test_without_its_event_nobody_is_signed_in(client, lena, settings):
    client.raise_request_exception = False
    settings.AUDIT_KEYS = {}
    assert by_form(client, lena.email).status_code == 503
    assert "_auth_user_id" not in client.session


def test_a_failed_sign_in_is_on_record_without_what_was_typed(client, lena):
    by_form(client, lena.email, "her secret, nearly")
    by_form(client, "her secret, in the wrong field", "x")
    by_form(client, "somebody@else.example", "x")
    hers, nobodys = events("sign_in.failed")
    assert (hers.actor_id, hers.target_id, hers.outcome) == (None, lena.pk, "refused")
    assert (nobodys.actor_id, nobodys.target_id) == (None, None)
    assert detail(hers) == detail(nobodys) == {"way": "password"}
    stored = "".join(AuditEvent.objects.values_list("texts__text", flat=True))
    assert "secret" not in stored
    assert "else.example" not in stored
    assert "Somebody who was not signed in · Tried to sign in, without success" in squeezed(history(lena))


def test_a_wrong_code_is_on_record_at_sign_in_and_when_asked_again(client, lena):
    secret = generate_totp_secret()
    TOTP.activate(lena, secret)
    by_form(client, lena.email)
    client.post(reverse("mfa_authenticate"), {"code": "000000"})
    client.post(reverse("mfa_authenticate"), {"code": code_now(secret)})
    client.post(reverse("confirm_identity"), {"code": "000000"})
    at_sign_in, again = events("sign_in.failed")
    assert detail(at_sign_in) == detail(again) == {"way": "second factor"}
    assert (at_sign_in.actor_id, again.actor_id) == (None, lena.pk)
    assert {at_sign_in.target_id, again.target_id} == {lena.pk}
    assert len(events("sign_in.succeeded")) == 1


def test_failures_on_one_account_fill_no_log(client, lena, settings):
    settings.ACCOUNT_RATE_LIMITS = False  # which stop far fewer than an attacker with many addresses can make
    with time_machine.travel(timezone.now(), tick=False):  # within one minute, however slow the machine is
        for number in range(15):
            by_form(Client(REMOTE_ADDR=f"192.0.2.{number}"), lena.email, "wrong")
    told = [detail(event) for event in events("sign_in.failed")]
    assert told == [{"way": "password"}] * 10 + [{"summary": "more than 10 failed sign-ins in this minute"}]


def test_a_new_password_is_on_record_however_it_was_chosen(client, lena):
    sign_in(client, lena)
    data = {"oldpassword": "standin-demo", "password1": NEW, "password2": NEW}
    client.post(reverse("account_change_password"), data)
    client.logout()
    client.post(reverse("account_reset_password"), {"email": lena.email})
    address = re.search(r"http://testserver(\S+)", "".join(message.body for message in delivered()))[1]
    form = client.get(address, follow=True)
    client.post(form.request["PATH_INFO"], {"password1": NEW + "!", "password2": NEW + "!"})
    changed = events("user.password_changed")
    assert [(event.actor_id, event.target_id) for event in changed] == [(lena.pk, lena.pk)] * 2
    said = squeezed(history(User.objects.get(pk=lena.pk)))
    assert said.count("You · Changed your password") == 2
    assert "Somebody who was not signed in · Had a link to a new password sent" in said
    assert sum("Your password was changed." in message.body for message in delivered()) == 2


def test_lena_reads_who_changed_her_address_and_from_what(client, sam, lena):
    sign_in(client, sam)
    client.post(reverse("user_edit", args=[lena.pk]), values(lena, email="l@harbour.example", last_name="Holm"))
    said = squeezed(history(lena))
    assert "Sam Okafor · Changed your account" in said
    assert "E-mail address: lena@harbour.example, now l@harbour.example" in said
    assert "Last name: Sørensen, now Holm" in said
    assert "127.0.0.1" not in said, "where a colleague works is not for her to read"


def test_what_others_did_can_be_read_alone(client, sam, lena):
    by_form(client, lena.email)
    sign_in(client, sam)
    client.post(reverse("user_edit", args=[lena.pk]), values(lena, last_name="Holm"))
    assert "Signed in" in history(lena)
    others = history(lena, f"{URL}?by=others")
    assert "Signed in" not in others
    assert "Changed your account" in others


def test_colleagues_stay_unnamed_where_the_organisation_wants_it(client, sam, lena):
    set_company(names_staff=False)
    sign_in(client, sam)
    client.post(reverse("user_edit", args=[lena.pk]), values(lena, last_name="Holm"))
    said = squeezed(history(lena))
    assert "A colleague · Changed your account" in said
    assert "Okafor" not in said


def test_nobody_reads_what_was_done_to_others(client, sam, lena, max_):
    sign_in(client, sam)
    client.post(reverse("user_edit", args=[lena.pk]), values(lena, last_name="Holm"))
    for person in (sam, max_):
        assert "Nobody but you has opened or changed your account." in squeezed(history(person))
