"""Somebody who can't sign in is helped: second factor, link to a new password, sign-in lock; on record, and told."""

import re
from functools import partial

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.authorization.changes import NotAllowed
from accounts.models import User
from accounts.users.remedies import lift_lock, remove_second_factors, send_password_link
from tests.support.assumed import detail, events, log_in_as, sign_in, text
from tests.support.guessing import lock_everywhere
from tests.support.mail_backends import delivered

pytestmark = pytest.mark.django_db
REMEDIES = ("user_remove_second_factors", "user_send_password_link", "user_lift_sign_in_lock")
REASON = {"reason": "Called back at the number of the shop"}


@pytest.fixture(autouse=True)
def no_attempts_counted():
    cache.clear()


@pytest.fixture
def with_factor(lena):
    TOTP.activate(lena, generate_totp_secret())
    RecoveryCodes.activate(lena)
    return lena


def post(client, name, person, data=None):
    return client.post(reverse(name, args=[person.pk]), data or {})


def page_of(client, person):
    return re.sub(r"<[^>]+>|\s+", " ", client.get(person.get_absolute_url()).content.decode())


def by_password(person):
    browser = Client()
    browser.post(reverse("account_login"), {"login": person.email, "password": "standin-demo"})
    return browser


def test_sam_removes_a_lost_second_factor(client, sam, with_factor):
    lena = with_factor
    assert "_auth_user_id" not in by_password(lena).session
    sign_in(client, sam)
    assert "Remove second factor…" in page_of(client, lena)
    assert (
        "call back at a number that you know"
        in client.get(reverse("user_remove_second_factors", args=[lena.pk])).content.decode()
    )
    assert post(client, "user_remove_second_factors", lena, REASON).url == lena.get_absolute_url()
    assert not Authenticator.objects.filter(user=lena).exists()
    assert by_password(lena).session["_auth_user_id"] == str(lena.pk)
    [event] = events("user.second_factor_removed")
    assert (event.actor_id, event.target_id) == (sam.pk, lena.pk)
    assert (detail(event), text(event, "reason")) == ({"type": "totp"}, {"text": REASON["reason"]})
    [message] = delivered()
    assert message.to == [lena.email]
    assert "Sam Okafor removed your second factors." in message.body


def test_without_a_reason_or_a_factor_nothing_is_removed(client, sam, lena, with_factor):
    sign_in(client, sam)
    response = post(client, "user_remove_second_factors", lena)
    assert response.status_code == 422
    assert "Please write down how you know." in response.content.decode()
    Authenticator.objects.all().delete()
    response = post(client, "user_remove_second_factors", lena, REASON)
    assert "This person has no second factor." in response.content.decode()
    assert events("user.second_factor_removed") == []


def test_sam_sends_lena_a_link_to_a_new_password(client, sam, lena):
    sign_in(client, sam)
    said = client.post(reverse("user_send_password_link", args=[lena.pk]), follow=True).content.decode()
    assert f"A link to a new password is on its way to {lena.email}." in said
    [message] = delivered()
    assert message.to == [lena.email]
    assert "Sam Okafor sends you this address" in message.body
    [event] = events("user.password_link_sent")
    assert (event.actor_id, event.target_id) == (sam.pk, lena.pk)


def test_sam_lifts_the_lock_and_lena_signs_in(client, sam, lena):
    lock_everywhere(lena.email)
    assert "_auth_user_id" not in by_password(lena).session
    sign_in(client, sam)
    assert "Locked until" in page_of(client, lena)
    post(client, "user_lift_sign_in_lock", lena)
    assert "not locked" in page_of(client, lena)
    assert by_password(lena).session["_auth_user_id"] == str(lena.pk)
    [event] = events("user.sign_in_lock_lifted")
    assert (event.actor_id, event.target_id) == (sam.pk, lena.pk)
    assert "Sam Okafor lifted the sign-in lock" in delivered()[0].body


@pytest.mark.parametrize("name", REMEDIES)
@pytest.mark.parametrize(
    ("who", "whom", "status"),
    [
        ("mona", "lena", 403),  # sees people, edits nobody
        ("rita", "max_", 404),  # outside her departments
        ("sam", "owner", 403),
        ("sam", "audrey", 403),
        ("sam", "sam", 403),
        ("sam", "ina", 403),  # deactivated
        ("lena", "max_", 404),
    ],
)
def test_who_may_not_edit_somebody_may_not_help_them_either(client, request, name, who, whom, status):
    actor, person = request.getfixturevalue(who), request.getfixturevalue(whom)
    Authenticator.objects.create(user=person, type="totp", data={"secret": "x"})
    sign_in(client, actor)
    assert post(client, name, person, REASON).status_code == status
    assert "Help with signing in" not in page_of(client, person)
    assert Authenticator.objects.filter(user=person).exists()
    assert delivered() == []
    for kind in ("user.second_factor_removed", "user.password_link_sent", "user.sign_in_lock_lifted"):
        assert events(kind) == []


@pytest.mark.parametrize("name", REMEDIES)
def test_in_an_assumed_session_nobody_is_helped(client, owner, sam, lena, name):
    log_in_as(client, owner, sam)
    assert post(client, name, lena, REASON).status_code == 403
    assert "Help with signing in" not in page_of(client, lena)


def test_a_password_that_is_reset_leaves_the_second_factor(client, sam, with_factor):
    """A link to a new password alone opens no account that has a second factor."""
    sign_in(client, sam)
    post(client, "user_send_password_link", with_factor)
    hers = Client()
    form = hers.get(re.search(r"http://testserver(\S+)", delivered()[0].body)[1], follow=True)
    hers.post(form.request["PATH_INFO"], {"password1": "a brand new one 17", "password2": "a brand new one 17"})
    hers.post(reverse("account_login"), {"login": with_factor.email, "password": "a brand new one 17"})
    assert "_auth_user_id" not in hers.session
    assert User.objects.get(pk=with_factor.pk).check_password("a brand new one 17")


def test_each_remedy_is_asked_again_where_it_is_applied(sam, rita, max_, audrey):
    """The pages ask first; by the time the button is pressed, rights and scope have changed."""
    for actor, person in ((rita, max_), (sam, audrey), (sam, sam)):
        TOTP.activate(person, generate_totp_secret())
        for remedy in (
            partial(remove_second_factors, reason="Greed"),
            send_password_link,
            lift_lock,
        ):
            with pytest.raises(NotAllowed):
                remedy(actor=actor, user=person)
        assert Authenticator.objects.filter(user=person).exists()
    assert delivered() == []
