"""Cookies that are not ours, or say two things at once, open nobody's account and break no page."""

import os
import subprocess
import sys
from urllib.parse import urlencode

import pytest
from django.http.cookie import SimpleCookie
from django.test import Client
from django.urls import reverse

from config.middleware.cookies import cookies_in
from config.settings import BASE_DIR
from tests.support.access_check import FROM_OUR_PAGE
from tests.support.assumed import log_in_as, sign_in
from tests.support.hostile import SEEDS

HARD = [
    seed for seed in SEEDS if not seed.isascii() or not seed.isprintable()
]  # what an encoding or a database refuses
FORM = "application/x-www-form-urlencoded"

pytestmark = pytest.mark.django_db
NAMES = ("sessionid", "csrftoken", "known_browser")
PLANTED = [
    '"\\000aaaaaaaa"',
    '"\\000\\377"',
    "\x00aaaaaaaaa",
    "\ud83d".encode("utf-8", "surrogatepass").decode("latin-1"),
]


def cookie_values():
    """Values as they come over the wire, where a header is read as Latin-1, and those that are quoted."""
    for seed in HARD:
        yield seed[:4000].encode("utf-8", "surrogatepass").decode("latin-1")
        coded = SimpleCookie({"a": seed[:1000]})["a"].coded_value
        yield coded.encode("utf-8", "surrogatepass").decode("latin-1")
    yield from PLANTED


def send(cookies, address="dashboard", method="get", **data):
    return getattr(Client(), method)(reverse(address), data, HTTP_COOKIE=cookies)


@pytest.mark.parametrize("name", NAMES)
def test_no_cookie_of_a_stranger_is_an_error(lena, name):
    for value in cookie_values():
        assert send(f"{name}={value}").status_code == 302
        assert send(f"{name}={value}", "account_login", "post", login=lena.email, password="wrong").status_code < 500


def test_quoted_nul_is_no_key_of_a_session():
    assert cookies_in('sessionid="\\000aaaaaaaa"; csrftoken=abc; sessionid2=a\x00') == {"csrftoken": "abc"}


def test_two_session_cookies_open_nobodys_account(client, sam, lena):
    sign_in(client, sam)
    other = Client()
    sign_in(other, lena)
    hers, his = other.cookies["sessionid"].value, client.cookies["sessionid"].value
    assert send(f"sessionid={his}").status_code == 200
    assert send(f"sessionid={his}; sessionid={his}").status_code == 200
    for cookies in (f"sessionid={hers}; sessionid={his}", f"sessionid={his}; a=b; sessionid={hers}"):
        assert send(cookies).status_code == 302


def test_a_foreign_cookie_does_not_become_ours_by_spaces(client, sam, settings):
    sign_in(client, sam)
    key = client.cookies["sessionid"].value
    settings.SESSION_COOKIE_NAME = "__Host-sessionid"
    assert send(f"a=b; __Host-sessionid={key}").status_code == 200
    for space in ("\u2000", "\x85", "\xa0", "\x1f"):
        planted = f"{space}__Host-sessionid={key}".encode().decode("latin-1")
        assert send(f"a=b; {planted}").status_code == 302
        assert send(f"a=b; {space}__Host-sessionid={key}").status_code == 302


def test_the_main_job_works_under_the_names_of_production(sam, lena, settings):
    settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    client = Client(enforce_csrf_checks=True)
    client.get(reverse("account_login"), secure=True)
    data = {"login": sam.email, "password": "standin-demo"}
    token = client.cookies["__Host-csrftoken"].value
    client.post(
        reverse("account_login"), data | {"csrfmiddlewaretoken": token}, secure=True, HTTP_REFERER="https://testserver/"
    )
    for name in ("__Host-sessionid", "__Host-csrftoken"):
        cookie = client.cookies[name]
        assert (cookie["path"], cookie["domain"], cookie["secure"]) == ("/", "", True)
    client.handler.enforce_csrf_checks = False
    log_in_as(client, sam, lena)
    cookie = client.cookies["__Host-sessionid"]
    assert (cookie["path"], cookie["domain"], cookie["secure"]) == ("/", "", True)
    assert "Lena" in client.get(reverse("dashboard"), secure=True).content.decode()


@pytest.mark.parametrize(("plain", "prefix"), [("off", "__Host-"), ("on", "")])
def test_cookies_are_for_this_host_alone_where_there_is_https(plain, prefix):
    environment = os.environ | {"DEBUG": "off", "PLAIN_HTTP": plain, "EMAIL_URL": "consolemail://"}
    script = (
        "import django; django.setup(); from django.conf import settings as s;"
        "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME)"
    )
    environment["DJANGO_SETTINGS_MODULE"] = "config.settings"
    ran = subprocess.run([sys.executable, "-c", script], env=environment, cwd=BASE_DIR, capture_output=True, text=True)
    assert ran.stdout.split() == [f"{prefix}sessionid", f"{prefix}csrftoken"], ran.stderr


@pytest.mark.parametrize(
    "header", ["User-Agent", "Accept-Language", "Referer", "Accept", "X-Forwarded-For", "Sec-Fetch-Site"]
)
def test_no_header_is_an_error(client, sam, header):
    sign_in(client, sam)
    for seed in HARD:
        value = seed[:300].encode("utf-8", "surrogatepass").decode("latin-1")
        for address in ("dashboard", "account_login", "user_list"):
            assert client.get(reverse(address), headers={header: value}).status_code in (200, 302)


FIELDS = ("q", "id", "after", "before", "page", "next", "by", "item", "status", "department", "sort", "ended")
PAGES = ("user_list", "module_list", "event_list", "document_list", "access_history", "account_login", "user_access")


@pytest.mark.parametrize("address", PAGES)
def test_no_query_is_an_error(client, sam, lena, address):
    sign_in(client, sam)
    path = reverse(address, args=[lena.pk] if address == "user_access" else [])
    for seed in (*HARD, "9" * 30):
        for name in FIELDS:
            query = urlencode({name: seed.encode("utf-8", "surrogatepass")})
            assert client.get(f"{path}?{query}", headers=FROM_OUR_PAGE).status_code < 500, (name, seed)


def test_no_form_field_is_an_error_for_a_stranger(lena):
    for seed in HARD:
        value = seed.encode("utf-8", "surrogatepass")
        for address, data in (
            ("account_login", {"login": value, "password": "x"}),
            ("account_login", {"login": lena.email, "password": value}),
            ("account_login", {"login": lena.email, "password": "x", "next": value}),
            ("account_reset_password", {"email": value}),
        ):
            response = Client().post(reverse(address), urlencode(data), content_type=FORM)
            assert response.status_code < 500, (address, seed)
