"""The sign-in page: where the focus is, what an error says, and where people land."""

import pytest
from django.urls import reverse

from tests.support.assumed import sign_in

pytestmark = pytest.mark.django_db


def send(client, person, password="standin-demo"):
    return client.post(reverse("account_login"), {"login": person.email, "password": password})


def test_the_email_has_the_focus_and_the_link_to_a_new_password_comes_last(client, db):
    text = client.get(reverse("account_login")).content.decode()
    assert text.count("autofocus") == 1
    assert text.index("autofocus") < text.index('name="password"')
    assert text.index("<button") < text.index("Forgot your password?")


def test_a_wrong_password_is_tied_to_both_fields(client, lena):
    page = send(client, lena, "wrong")
    text = page.content.decode()
    assert 'id="sign-in-error"' in text
    assert text.count('aria-describedby="sign-in-error"') == 2
    assert text.count('aria-invalid="true"') == 2
    assert page.context["form"]["login"].value() == lena.email


def test_what_is_said_of_a_deactivated_account_is_tied_to_both_fields_and_calls_none_wrong(client, ina):
    page = send(client, ina)
    text = page.content.decode()
    assert 'id="sign-in-error"' in text
    assert text.count('aria-describedby="sign-in-error"') == 2
    assert "aria-invalid" not in text
    assert page.context["form"]["login"].value() == ina.email


def test_people_who_log_in_as_others_land_on_user_management(client, sam):
    assert send(client, sam).url == reverse("user_list")


def test_learners_and_the_owner_land_on_the_dashboard(client, lena, mona, owner):
    for person in (lena, mona, owner):
        assert send(client, person).url == reverse("dashboard"), person
        client.logout()


def test_a_page_that_was_asked_for_comes_first(client, sam):
    address = f"{reverse('account_login')}?next=/events/"
    assert client.post(address, {"login": sam.email, "password": "standin-demo"}).url == "/events/"


def test_the_search_has_the_focus_unless_somebody_was_searched(client, sam):
    sign_in(client, sam)
    assert "autofocus" in client.get(reverse("user_list")).content.decode()
    assert "autofocus" not in client.get(f"{reverse('user_list')}?q=lena").content.decode()
