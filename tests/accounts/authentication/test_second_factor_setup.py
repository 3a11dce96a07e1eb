"""Setting up an authenticator app: the key on the page lasts as long as people need to scan it."""

import os
import re
import subprocess
import sys
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils import timezone

from config.settings import BASE_DIR
from tests.support.assumed import sign_in
from tests.support.second_factor import code_now

pytestmark = pytest.mark.django_db
PAGE = "/accounts/2fa/app/"


@pytest.fixture
def sams_browser(sam):
    browser = Client()
    sign_in(browser, sam)
    browser.post(browser.get(PAGE).url, {"password": "standin-demo"})
    return browser


def key_of(browser):
    return browser.get(PAGE).context["form"].secret


def test_a_reload_keeps_the_key_that_the_app_has_scanned(sams_browser, sam):
    scanned = key_of(sams_browser)
    assert key_of(sams_browser) == scanned
    assert sams_browser.post(PAGE, {"code": code_now(scanned)}).status_code == 302
    assert Authenticator.objects.filter(user=sam, type=Authenticator.Type.TOTP).count() == 1


def test_after_ten_minutes_a_reload_makes_another_key(sams_browser, settings):
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 3600
    with time_machine.travel(timezone.now(), tick=False) as clock:
        first = key_of(sams_browser)
        clock.shift(timedelta(minutes=9))
        assert key_of(sams_browser) == first, "looking again doesn't make it last longer"
        clock.shift(timedelta(minutes=2))
        assert key_of(sams_browser) != first


def test_an_app_that_is_set_up_leaves_no_key_behind(sams_browser):
    scanned = key_of(sams_browser)
    sams_browser.post(PAGE, {"code": code_now(scanned)})
    Authenticator.objects.all().delete()
    assert key_of(sams_browser) != scanned


def test_another_browser_gets_another_key(sams_browser, sam):
    other = Client()
    sign_in(other, sam)
    other.post(other.get(PAGE).url, {"password": "standin-demo"})
    assert key_of(other) != key_of(sams_browser)


def test_the_demo_is_reached_by_a_name_because_a_key_needs_one():
    environment = {name: value for name, value in os.environ.items() if name != "SITE_URL"}
    environment |= {"DEBUG": "off", "PLAIN_HTTP": "on", "PORT": "8123", "EMAIL_URL": "consolemail://"}
    script = "import config.settings as s; print(s.SITE_URL)"
    ran = subprocess.run([sys.executable, "-c", script], env=environment, cwd=BASE_DIR, capture_output=True, text=True)
    assert ran.stdout == "http://localhost:8123\n", ran.stderr
    for told in ("README.md", "tools/serve_demo.py", "tools/screenshots.py", "Makefile"):
        assert not re.search(r"https?://127\.0\.0\.1", (BASE_DIR / told).read_text()), told
