"""How an account was signed in to and changed is on record, and the person reads it in their history."""

import re
from html import unescape

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit import log
from audit.kinds import Kind
from audit.models import AuditEvent
from audit.verification import erasure
from impersonation import actions, loader
from tests.accounts.users.test_edit_views import values
from tests.support.access_check import ask, item_name
from tests.support.assumed import detail, events, log_in_as, post_login_as, sign_in, text
from tests.support.learning_factories import make_event
from tests.support.ledger import events_in_file
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
    assert "Email address: lena@harbour.example, now l@harbour.example" in said
    assert "Last name: Sørensen, now Holm" in said
    assert "127.0.0.1" not in said, "where a colleague works is not for her to read"


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


def test_an_edit_by_an_import_names_its_file(lena):
    with log.recording():
        detail = {"file": "people.csv", "before": {"last_name": "Sørensen"}, "after": {"last_name": "Holm"}}
        log.record(Kind.USER_CHANGED, target=lena.as_person(), detail=detail)
    said = squeezed(history(lena))
    assert "The platform · Changed your account (import of people.csv)" in said
    assert "Last name: Sørensen, now Holm" in said


def test_a_place_given_is_told_with_its_reason_and_a_deactivation_without(sam, lena):
    people = {"actor": sam.as_person(), "target": lena.as_person()}
    with log.recording():
        log.record(Kind.REGISTRATION_GIVEN, detail={"title": "Latte art night"}, reason={"text": "You asked"}, **people)
        log.record(Kind.USER_DEACTIVATED, reason={"text": "Not for her"}, **people)
    said = squeezed(history(lena))
    assert "Sam Okafor · Gave you a place at an event Latte art night You asked" in said
    assert "Sam Okafor · Deactivated your account" in said
    assert "Not for her" not in said


def test_lena_reads_of_refused_starts_and_of_one_from_within_her_account(client, sam, mona, lena, max_):
    sign_in(client, mona)
    post_login_as(client, lena)
    log_in_as(client, sam, lena)
    post_login_as(client, max_)
    said = squeezed(history(lena))
    assert "Mona" in said
    assert "Tried to open your account, and was refused" in said
    assert "Sam Okafor · Tried to open another account from within yours, and was refused" in said
    assert "Max" not in said
    assert "opened or changed your account" in squeezed(history(max_)), "he was not the target of anything"


def test_who_is_thrown_out_of_an_assumed_session_reads_it(client, owner, sam, lena):
    session = loader.find(log_in_as(client, sam, lena).pk)
    actions.end_now(session, actor=owner)
    assert "Ended an assumed session that you had started" in squeezed(history(sam))
    assert "Ended an assumed session that you" not in squeezed(history(lena))


@pytest.fixture
def asked(client, sam, max_):
    """Ask why Max can't see an item, as Sam does from User Management."""
    sign_in(client, sam)

    def told(**query):
        assert ask(client, max_, **query).status_code in (200, 404)
        return unescape(squeezed(history(max_, f"{URL}?show=checks")))

    return told


def test_an_access_check_is_told_with_the_title_of_an_item_that_he_may_see(asked):
    assert "Sam Okafor · Asked why you can or can't see “Latte art night”" in asked(item=item_name(make_event()))


@pytest.mark.parametrize("hidden", ["draft", "for others", "nonsense"])
def test_the_title_of_what_he_may_not_see_stays_hidden(asked, hidden, copenhagen):
    if hidden == "draft":
        name = item_name(make_event("Plan of dismissals", is_published=False))
    elif hidden == "for others":
        name = item_name(make_event("Plan of dismissals", {"department": copenhagen}))
    else:
        name = "Plan of dismissals"
    said = asked(item=name)
    assert "Sam Okafor · Asked about an item of the platform" in said
    assert "dismissals" not in said


def test_an_item_that_is_gone_is_said_to_be_gone(asked):
    event = make_event()
    name = item_name(event)
    event.delete()
    assert "Sam Okafor · Asked about an item that no longer exists" in asked(item=name)


def test_what_a_colleague_searched_for_stays_unsaid(asked):
    said = asked(q="Plan of dismissals")
    assert "Sam Okafor · Searched in what you can and can't see" in said
    assert "dismissals" not in said


def test_a_refused_check_is_told_as_refused(mona, lena):
    with log.recording():
        people = {"actor": mona.as_person(), "target": lena.as_person()}
        log.record(Kind.ACCESS_CHECKED, outcome="refused", detail={"refusal": "no_right"}, **people)
        log.record(Kind.ACCESS_CHECKED, outcome="refused", detail={"summary": "more than 10"}, **people)
    said = unescape(squeezed(history(lena)))
    assert said.count("Tried to ask what you can and can't see, and was refused") == 2
    assert said.count("many times within a minute") == 1


def test_what_was_erased_of_a_change_is_said_to_be_erased(client, sam, lena):
    sign_in(client, sam)
    client.post(reverse("user_edit", args=[lena.pk]), values(lena, last_name="Holm"))
    erasure.erase(person_id=lena.pk, legal_basis="Art. 17")
    said = squeezed(history(lena))
    assert "Changed your account A part of this entry was erased from the log." in said
    assert "Holm, now" not in said
    assert "now Holm" not in said
    assert "Erased what the audit log said about you" in said
    assert [event["partly_erased"] for event in events_in_file(lena) if event["kind"] == "user.changed"] == [True]
