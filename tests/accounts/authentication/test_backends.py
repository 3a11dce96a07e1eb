"""Signing in, resetting a password, and what a signed-out browser reaches."""

import html
import re

import pytest
from django.core.cache import cache
from django.urls import reverse

from accounts.models import Brand, User
from accounts.models.email_addresses import store_email_addresses
from tests.support.mail_backends import delivered

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_attempts_counted():
    cache.clear()


def sign_in_by_form(client, email, password="standin-demo", **extra):
    return client.post(reverse("account_login"), {"login": email, "password": password, **extra})


def signed_in(client):
    return "_auth_user_id" in client.session


@pytest.mark.parametrize("email", ["lena@harbour.example", "LENA@Harbour.Example", " lena@harbour.example "])
def test_lena_signs_in_by_email_whatever_its_case(client, lena, email):
    assert sign_in_by_form(client, email).url == reverse("dashboard")
    assert signed_in(client)


def test_a_wrong_password_of_a_deactivated_account_answers_like_any_other(client, ina, lena):
    wrong = sign_in_by_form(client, lena.email, "not the password")
    deactivated = sign_in_by_form(client, ina.email, "not the password")
    assert (deactivated.status_code, signed_in(client)) == (wrong.status_code, False)
    said = "Email or password is wrong. Check both, then sign in again."
    for answer in (wrong, deactivated):
        assert said in answer.content.decode()
        assert "deactivated" not in answer.content.decode()


def test_the_right_password_of_a_deactivated_account_says_so_and_nothing_else_happens(client, ina, lena):
    right = sign_in_by_form(client, ina.email)
    page = right.content.decode()
    assert "This account is deactivated. Ask your HR department." in page
    assert "Email or password is wrong" not in page
    assert (right.status_code, list(right.cookies), signed_in(client)) == (200, ["csrftoken"], False)
    assert right.wsgi_request.user.is_anonymous
    assert client.get("/").url.startswith(reverse("account_login"))
    assert delivered() == []
    assert sign_in_by_form(client, lena.email).url == reverse("dashboard"), "the next person at the browser signs in"


def test_a_deactivated_person_reads_who_helps_in_this_company(client, ina):
    Brand.objects.create(support_name="100 % <Help> desk", support_address="help@harbour.example")
    page = html.unescape(sign_in_by_form(client, ina.email).content.decode())
    assert "This account is deactivated. Ask 100 % <Help> desk." in page
    assert "HR department" not in page


def test_a_person_who_is_reactivated_signs_in_at_once(client, ina):
    sign_in_by_form(client, ina.email)
    User.objects.filter(pk=ina.pk).update(is_active=True)
    assert sign_in_by_form(client, ina.email).url == reverse("dashboard")


def test_a_password_reset_changes_the_password(client, lena):
    client.post(reverse("account_reset_password"), {"email": lena.email})
    [message] = delivered()
    assert message.to == [lena.email]
    address = re.search(r"http://\S+", message.body).group()
    form = client.get(address, follow=True)
    done = client.post(
        form.request["PATH_INFO"], {"password1": "a brand new one 17", "password2": "a brand new one 17"}
    )
    assert done.url == reverse("account_reset_password_from_key_done")
    client.logout()
    assert sign_in_by_form(client, lena.email, "a brand new one 17").url == reverse("dashboard")
    assert "no longer works" in client.get(address, follow=True).content.decode()


@pytest.mark.parametrize("who", ["nobody@harbour.example", "ina@harbour.example"])
def test_no_reset_is_sent_to_the_unknown_or_deactivated_and_the_page_is_the_same(client, ina, who):
    response = client.post(reverse("account_reset_password"), {"email": who})
    assert response.url == reverse("account_reset_password_done")
    assert delivered() == []


def test_after_a_change_the_old_address_neither_signs_in_nor_resets(client, lena):
    lena.email = "Lena.New@harbour.example"
    store_email_addresses([lena])
    assert User.objects.get(pk=lena.pk).email == "lena.new@harbour.example"
    client.post(reverse("account_reset_password"), {"email": "lena@harbour.example"})
    assert delivered() == []
    sign_in_by_form(client, "lena@harbour.example")
    assert not signed_in(client)
    sign_in_by_form(client, "lena.new@harbour.example")
    assert signed_in(client)


def test_sign_out_needs_a_post(client, lena):
    sign_in_by_form(client, lena.email)
    assert client.get(reverse("account_logout")).status_code == 200
    assert signed_in(client)
    client.post(reverse("account_logout"))
    assert not signed_in(client)


@pytest.mark.parametrize(
    "address", ["/", "/modules/", "/users/", "/account/", "/admin/", "/assumed-session/", "/help/login-as-user/"]
)
def test_signed_out_people_are_sent_to_sign_in(client, address):
    assert client.get(address).url == f"{reverse('account_login')}?next={address}"


@pytest.mark.parametrize("address", ["/accounts/signup/", "/accounts/email/", "/accounts/nothing/"])
def test_there_is_no_sign_up(client, db, address):
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("address", ["/accounts/login/", "/accounts/password/reset/", "/healthz", "/readyz"])
def test_what_signed_out_people_reach(client, db, address):
    response = client.get(address)
    assert response.status_code == 200
    assert response.headers["Cache-Control"].startswith(("no-store", "max-age=0"))


def test_ten_wrong_passwords_are_enough(client, lena):
    answers = [sign_in_by_form(client, lena.email, "wrong").status_code for _ in range(40)]
    assert answers[0] == 200
    assert 429 in answers or "Too many" in sign_in_by_form(client, lena.email).content.decode()
    sign_in_by_form(client, lena.email)
    assert not signed_in(client)


def test_changing_the_password_keeps_me_signed_in(client, lena):
    sign_in_by_form(client, lena.email)
    data = {"oldpassword": "standin-demo", "password1": "a brand new one 17", "password2": "a brand new one 17"}
    client.post(reverse("account_change_password"), data)
    assert signed_in(client)
    assert User.objects.get(pk=lena.pk).check_password("a brand new one 17")
