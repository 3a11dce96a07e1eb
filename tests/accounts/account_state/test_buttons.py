"""Who may put right what is said about an account: a button is there if its page would take the form."""

import re

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.cache import cache
from django.test import Client
from django.urls import resolve

from accounts.users.actions import set_active
from tests.support.access_check import ask
from tests.support.account_state import damage_factors, labels, state, without_password
from tests.support.assumed import sign_in
from tests.support.factories import UserFactory, permission_type
from tests.support.guessing import lock_everywhere

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_attempts_counted():
    cache.clear()


@pytest.fixture
def in_trouble(lena):
    """Return Lena, who needs every remedy but a reactivation."""
    TOTP.activate(without_password(lena), generate_totp_secret())
    damage_factors(lena)
    lock_everywhere(lena.email)
    return lena


def all_labels(user, actor):
    return {label for remark in state(user, actor).remarks for label in labels(remark)}


EVERYTHING = {
    "Send an invitation",
    "Send a link to a new password",
    "Lift the sign-in lock",
    "Remove second factor…",
    "Edit",
}


def test_support_has_a_button_for_everything(owner, sam, in_trouble):
    assert all_labels(in_trouble, sam) == EVERYTHING
    set_active(actor=owner, user=in_trouble, active=False)
    assert all_labels(in_trouble, sam) == {"Reactivate", "Edit"}


def test_who_checks_access_alone_has_no_button(company, in_trouble):
    checker = UserFactory(first_name="Checker", department=company)
    checker.groups.add(permission_type("Checks", "see_people", "check_access"))
    assert all_labels(in_trouble, checker) == set()


def test_who_holds_less_than_the_person_has_no_button(sam, petra):
    assert all_labels(without_password(petra), sam) == set()


def test_nobody_has_a_button_for_themselves(sam):
    assert all_labels(without_password(sam), sam) == set()


def test_each_button_of_the_access_check_does_what_it_says(sam, in_trouble):
    """The buttons are forms and links of User Management, which ask their own rules again."""
    browser = Client()
    sign_in(browser, sam)
    page = ask(browser, in_trouble, q="x").content.decode()
    forms = re.findall(r'<form method="post" action="(/users/[^"]+)">', page)
    links = re.findall(r'<a class="button" data-kind="quiet" href="(/users/[^"]+)">', page)
    buttons = {"user_invite", "user_lift_sign_in_lock", "user_send_password_link"}
    assert {resolve(address).url_name for address in forms} == buttons
    assert {resolve(address).url_name for address in links} == {"user_remove_second_factors", "user_edit"}
    for address in forms:
        assert browser.post(address).url == in_trouble.get_absolute_url()
    for address in links:
        assert browser.get(address).status_code == 200
