"""What the sign-in page says: why a session ended, in its browser only, and that sign-in needs cookies."""

import pytest
from django.test import Client
from django.urls import reverse

from impersonation.models import AssumedSession, Cause
from tests.support.assumed import log_in_as

pytestmark = pytest.mark.django_db
REVOKED = "An administrator ended the assumed session."


def test_a_link_that_says_a_session_ended_says_nothing_to_who_was_in_none(client, sam, lena):
    address = f"{reverse('account_login')}?ended=revoked"
    assert REVOKED not in client.get(address).content.decode()
    log_in_as(client, sam, lena)
    assert client.post(reverse("assumed_session_exit")).url.startswith(f"{reverse('account_login')}?ended=exit")
    assert REVOKED not in client.get(address).content.decode(), "it ended for another cause"


def test_who_was_in_the_session_is_told_why_it_ended(client, sam, lena):
    session = log_in_as(client, sam, lena)
    AssumedSession.objects.filter(pk=session.pk).update(ended_at=session.started_at, cause=Cause.REVOKED)
    response = client.get(reverse("dashboard"))
    assert response.cookies["ended"]["max-age"] == 600
    assert REVOKED in client.get(response.url).content.decode()


@pytest.mark.parametrize("value", ["revoked", "revoked:1wabcd:abc", "", "x" * 3000])
def test_a_cookie_that_somebody_made_up_says_nothing(client, value):
    client.cookies["ended"] = value
    page = client.get(f"{reverse('account_login')}?ended=revoked")
    assert page.status_code == 200
    assert REVOKED not in page.content.decode()


def test_without_cookies_the_sign_in_says_so():
    strict = Client(enforce_csrf_checks=True)
    response = strict.post(reverse("account_login"), {"login": "lena@harbour.example", "password": "standin-demo"})
    assert response.status_code == 403
    assert "Nobody can sign in without cookies" in response.content.decode()
    assert "This form is out of date" not in response.content.decode()


def test_with_an_old_form_it_says_that(client, sam):
    strict = Client(enforce_csrf_checks=True)
    strict.get(reverse("account_login"))
    response = strict.post(reverse("account_login"), {"login": sam.email, "password": "standin-demo"})
    assert "This form is out of date" in response.content.decode()


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("da", ["Skriv din nuværende adgangskode.", "Skriv den samme adgangskode begge gange."]),
        ("de", ["Geben Sie Ihr aktuelles Passwort ein.", "Geben Sie beide Male dasselbe Passwort ein."]),
    ],
)
def test_errors_of_the_package_speak_as_our_pages_do(client, lena, language, said):
    lena.language = language
    lena.save()
    client.force_login(lena)
    typed = {"oldpassword": "wrong", "password1": "harbour-lights-7", "password2": "other"}
    page = client.post(reverse("account_change_password"), typed).content.decode()
    assert [sentence for sentence in said if sentence in page] == said
