"""What was given under a condition ends with it: links, invitations, mails, drafts, half a sign-in."""

import re
from datetime import timedelta

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import policy
from accounts.authentication import drafts
from accounts.models import Mail, User, mails
from accounts.policy.rights import Right
from tests.support.assumed import events, sign_in
from tests.support.changes import make_stale
from tests.support.guessing import browser_of, is_refused, lock_at, try_password
from tests.support.mail_backends import delivered
from tests.support.second_factor import code_now

from .places.test_actions import deactivate

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def no_attempts_counted():
    cache.clear()


def link_for(person, kind=Mail.Kind.PASSWORD_LINK):
    """Return the address in the newest mail that sets a password."""
    mails.put(kind, person)
    return re.search(r"http://testserver(\S+/key/\S+)", delivered()[-1].body)[1]


def opens(address, client=None):
    """Whether the link still leads to the form that sets a password."""
    page = (client or Client()).get(address, follow=True)
    return 'name="password1"' in page.content.decode()


def reactivated(person):
    deactivate(person)
    deactivate(person, active=True)


@pytest.mark.parametrize("kind", [Mail.Kind.PASSWORD_LINK, Mail.Kind.INVITATION])
@pytest.mark.parametrize("ends", [deactivate, reactivated])
def test_a_link_from_before_a_deactivation_never_opens_the_account_again(lena, kind, ends):
    address = link_for(lena, kind)
    assert opens(address)
    ends(lena)
    assert not opens(address)


def test_a_form_that_was_open_when_lena_was_deactivated_sets_no_password(lena):
    browser = Client()
    form = browser.get(link_for(lena), follow=True)
    reactivated(lena)
    before = User.objects.get(pk=lena.pk).password
    new = "a brand new one 17"
    browser.post(form.request["PATH_INFO"], {"password1": new, "password2": new})
    assert User.objects.get(pk=lena.pk).password == before


def test_a_link_after_a_reactivation_works(lena):
    reactivated(lena)
    assert opens(link_for(lena))


def test_an_invitation_that_waits_is_not_sent_to_who_has_signed_in_since(lena):
    mails.put(Mail.Kind.INVITATION, lena)
    User.objects.filter(pk=lena.pk).update(last_login=timezone.now())
    assert delivered() == []
    assert Mail.objects.get().given_up_at


PLACE = {"event": 1, "title": "Latte art night", "starts_at": "2040-01-31T18:00:00+00:00", "reason": "Room"}
SIGN_IN_CHANGE = {"what": "lock_lifted", "at": "2040-01-31T18:00:00+00:00"}
MODULE = {"module": 1, "title": "Food safety basics", "reason": "Asked by phone"}
WAITING = {
    Mail.Kind.INVITATION: {}, Mail.Kind.PASSWORD_LINK: {}, Mail.Kind.SIGN_IN_CHANGED: SIGN_IN_CHANGE,
    Mail.Kind.PLACE_GIVEN: PLACE, Mail.Kind.PLACE_MOVED_UP: PLACE,
    # What somebody has lost is told to who is deactivated too, for they might come back to find it gone.
    Mail.Kind.ADDRESS_CHANGED: {"address": "old@harbour.example", "new": "x@harbour.example"},
    Mail.Kind.PLACE_WITHDRAWN: PLACE, Mail.Kind.TAKEN_OFF_LIST: PLACE,
    Mail.Kind.IMPORT_FEED: {
        "file": "people.csv", "at": "2040-01-31T22:59:00+00:00", "cause": "file", "why": "Gone.",
        "problems": [], "more": 0,
    },
    Mail.Kind.OBJECTION: {"session": "11111111-1111-4111-8111-111111111111"},
    Mail.Kind.RESULT_REOPENED: MODULE, Mail.Kind.DUE_DATE_EXTENDED: MODULE | {"due_at": "2040-01-31T22:59:00+00:00"},
    Mail.Kind.TEST: {},
}  # fmt: skip
OF_A_LOSS = {Mail.Kind.ADDRESS_CHANGED, Mail.Kind.PLACE_WITHDRAWN, Mail.Kind.TAKEN_OFF_LIST}


def deleted(person):
    User.objects.filter(pk=person.pk).delete()


@pytest.mark.parametrize("kind", Mail.Kind)
def test_a_mail_that_waits_is_not_sent_to_who_is_gone_meanwhile(lena, kind):
    for ends, told in ((deactivate, kind in OF_A_LOSS), (deleted, False)):
        Mail.objects.all().delete()
        mails.put(kind, lena, **WAITING[kind])
        ends(lena)
        assert bool(delivered()) == told, ends
        mail.outbox.clear()
        assert Mail.objects.filter(sent_at=None, given_up_at=None).count() == 0


def test_a_draft_ends_with_the_browser_session_of_who_is_deactivated(client, sam, lena):
    sign_in(client, sam)
    make_stale(client)
    address = reverse("user_deactivate", args=[lena.pk])
    client.post(address, {"reason": "Left on Friday"})
    assert client.session[drafts.KEY]
    reactivated(sam)
    assert client.get(address).status_code == 302
    sign_in(client, User.objects.get(pk=sam.pk))
    assert "Left on Friday" not in client.get(address).content.decode()


def gets_another_password(person):
    person.set_password("a brand new one 17")
    person.save()


@pytest.mark.parametrize("ends", [deactivate, reactivated, gets_another_password])
def test_half_a_sign_in_ends_with_what_its_password_was_proof_of(client, lena, ends):
    secret = generate_totp_secret()
    TOTP.activate(lena, secret)
    client.post(reverse("account_login"), {"login": lena.email, "password": "standin-demo"})
    ends(lena)
    response = client.post(reverse("mfa_authenticate"), {"code": code_now(secret)})
    assert response.url == reverse("account_login")
    assert "Your account was changed meanwhile. Please sign in again." in client.get(response.url).content.decode()
    assert client.get(reverse("dashboard")).status_code == 302
    assert events("sign_in.succeeded") == []


def test_a_remembered_browser_is_forgotten_by_a_deactivation_for_good(lena):
    hers = browser_of(lena)
    reactivated(lena)
    lock_at(lena.email, at=1)
    assert is_refused(try_password(lena.email, at=1, browser=hers))


def test_a_second_factor_outlives_a_deactivation(client, lena):
    TOTP.activate(lena, generate_totp_secret())
    reactivated(lena)
    data = {"login": lena.email, "password": "standin-demo"}
    assert client.post(reverse("account_login"), data).url == reverse("mfa_authenticate")


def test_rights_count_while_the_account_is_active(sam):
    for ends, held in ((deactivate, False), (reactivated, True)):
        ends(sam)
        assert policy.holds(User.objects.get(pk=sam.pk), Right.SEE_PEOPLE) == held
