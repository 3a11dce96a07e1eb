"""After the exit: the actor's email is filled in, and User Management says what was done; nobody else learns more."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.core import signing
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from impersonation.left_account import COOKIE, SALT
from tests.support.assumed import log_in_as
from tests.support.factories import permission_type
from tests.support.learning_factories import make_event

pytestmark = pytest.mark.django_db
SAID = "You left Lena Sørensen's account after 1 min."


def left(client, sam, lena, *, register=False):
    """Exit an assumed session; return the sign-in page."""
    log_in_as(client, sam, lena)
    if register:
        client.post(reverse("event_register", args=[make_event().pk]))
    return client.get(client.post(reverse("assumed_session_exit")).url)


def sign_in_as(client, person):
    return client.post(reverse("account_login"), {"login": person.email, "password": "standin-demo"})


def row_of(client, person):
    return client.get(f"{reverse('user_list')}?id={person.pk}").content.decode().replace("&#x27;", "'")


def test_the_email_of_the_actor_is_filled_in_and_the_password_has_the_focus(client, sam, lena):
    page = left(client, sam, lena)
    assert page.context["form"]["login"].value() == sam.email
    assert page.context["form"].fields["password"].widget.attrs["autofocus"] is True
    assert sam.email not in page.request["QUERY_STRING"]


def test_the_cookie_names_nobody(client, sam, lena):
    left(client, sam, lena)
    cookie = client.cookies[COOKIE]
    held = signing.loads(cookie.value, salt=SALT)
    assert set(held) == {"session", "actor_id"}
    assert sam.email not in json.dumps(held)
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 600)


def test_after_ten_minutes_nobody_is_named(client, sam, lena):
    left(client, sam, lena)
    with time_machine.travel(timezone.now() + timedelta(minutes=10, seconds=1)):
        assert client.get(reverse("account_login")).context["form"]["login"].value() == ""


@pytest.mark.parametrize("salt", ["", "another"], ids=["unsigned", "signed for another purpose"])
def test_a_forged_cookie_names_nobody(client, sam, salt):
    held = {"session": "x", "actor_id": sam.pk}
    client.cookies[COOKIE] = signing.dumps(held, salt=salt) if salt else json.dumps(held)
    assert client.get(reverse("account_login")).context["form"]["login"].value() == ""


def test_an_end_that_was_no_exit_names_nobody(client, sam, lena):
    left(client, sam, lena)
    log_in_as(client, sam, lena)
    client.post(reverse("account_logout"))
    assert client.get(reverse("account_login")).context["form"]["login"].value() == ""


def test_a_deactivated_actor_is_not_named(client, sam, lena):
    left(client, sam, lena)
    User.objects.filter(pk=sam.pk).update(is_active=False)
    assert client.get(reverse("account_login")).context["form"]["login"].value() == ""


def test_what_was_typed_is_not_overwritten(client, sam, lena):
    left(client, sam, lena)
    page = client.post(reverse("account_login"), {"login": "rita@harbour.example", "password": "wrong"})
    assert page.context["form"]["login"].value() == "rita@harbour.example"


@pytest.mark.parametrize(
    ("register", "more"),
    [(False, "Nothing was changed."), (True, "1 change: Registration added · Latte art night.")],
)
def test_user_management_sums_up_what_was_done(client, sam, lena, max_, register, more):
    left(client, sam, lena, register=register)
    sign_in_as(client, sam)
    text = row_of(client, lena)
    assert f"{SAID} {more}" in text
    assert "Showing Lena Sørensen, whose account you just left." in text
    assert "Open the timeline" not in text
    others = row_of(client, max_)
    assert "You left" not in others
    assert f"Showing only {max_.name}." in others
    assert "You left" not in client.get(reverse("user_list")).content.decode()


def test_only_three_of_many_changes_are_named(client, sam, lena):
    log_in_as(client, sam, lena)
    for title in "ABCD":
        client.post(reverse("event_register", args=[make_event(title).pk]))
    client.post(reverse("assumed_session_exit"))
    sign_in_as(client, sam)
    named = "; ".join(f"Registration added · {title}" for title in "ABC")
    assert f"4 changes: {named}; …." in row_of(client, lena)


def test_who_reads_the_log_gets_the_timeline(client, sam, lena):
    User.objects.filter(pk=sam.pk).update(is_staff=True)
    sam.groups.add(permission_type("Readers", "view_auditevent"))
    left(client, sam, lena)
    sign_in_as(client, sam)
    assert "Open the timeline" in row_of(client, lena)


def test_nobody_else_who_signs_in_there_reads_it(client, sam, rita, lena):
    left(client, sam, lena)
    sign_in_as(client, rita)
    assert "You left" not in row_of(client, lena)


def test_a_session_that_is_gone_is_not_summed_up(client, sam, lena):
    left(client, sam, lena)
    sign_in_as(client, sam)
    client.cookies[COOKIE] = signing.dumps(
        {"session": "00000000-0000-0000-0000-000000000000", "actor_id": sam.pk}, salt=SALT
    )
    assert "You left" not in row_of(client, lena)


def test_the_row_has_a_chip_that_leads_to_everybody(client, sam, lena):
    sign_in_as(client, sam)
    assert 'class="chip"' in row_of(client, lena)
    assert 'class="chip"' not in client.get(reverse("user_list")).content.decode()
