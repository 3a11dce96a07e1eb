"""In a browser that an account was used in, others' wrong passwords don't lock its owner out."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from tests.support.guessing import PASSWORD, browser_of, is_refused, lock_at, lock_everywhere, try_password

pytestmark = pytest.mark.django_db
COOKIE = "known_browser"


@pytest.fixture(autouse=True)
def no_attempts_counted(db):
    cache.clear()


def test_a_browser_that_lena_has_used_is_not_locked_by_others(lena):
    hers = browser_of(lena)
    lock_everywhere(lena.email)
    assert is_refused(try_password(lena.email, PASSWORD, at=3))
    assert try_password(lena.email, PASSWORD, at=3, browser=hers).status_code == 302


def test_what_is_wrong_in_a_known_browser_counts_there_alone(lena):
    hers = browser_of(lena)
    lock_at(lena.email, at=1, browser=hers)
    assert is_refused(try_password(lena.email, PASSWORD, at=1, browser=hers))
    assert try_password(lena.email, PASSWORD, at=1).status_code == 302


def test_the_token_is_a_cookie_of_the_sign_in_page_for_a_month(settings, lena):
    settings.SESSION_COOKIE_SECURE = True
    cookie = browser_of(lena).cookies[COOKIE]
    assert (cookie["path"], cookie["max-age"]) == ("/accounts/login/", 30 * 24 * 60 * 60)
    assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (True, True, "Lax")


def test_a_token_says_nothing_of_who_somebody_is(lena):
    hers = browser_of(lena)
    assert hers.get("/").status_code == 302
    assert try_password(lena.email, browser=hers).status_code == 200
    assert hers.get("/").status_code == 302


def test_a_new_password_voids_the_token(lena):
    hers = browser_of(lena)
    lena.set_password("a brand new one 17")
    lena.save()
    lock_at(lena.email, at=1)
    assert is_refused(try_password(lena.email, "a brand new one 17", at=1, browser=hers))


def test_a_token_is_void_while_the_account_is_deactivated(lena):
    hers = browser_of(lena)
    User.objects.filter(pk=lena.pk).update(is_active=False)
    lock_at(lena.email, at=1)
    assert is_refused(try_password(lena.email, at=1, browser=hers))


def test_a_token_opens_no_other_account_and_none_that_was_made_up(lena, max_):
    his = browser_of(max_)
    lock_at(lena.email, at=1)
    assert is_refused(try_password(lena.email, PASSWORD, at=1, browser=his))
    hers = browser_of(lena)
    for forged in ("", "x", "|||", "é:1:2", hers.cookies[COOKIE].value[:-1] + "_", "x" * 5000):
        browser = Client(HTTP_COOKIE=f"{COOKIE}={forged}")
        assert is_refused(try_password(lena.email, PASSWORD, at=1, browser=browser)), forged


def test_a_token_is_good_for_thirty_days(lena):
    now = timezone.now()
    hers = browser_of(lena)
    for days, refused in ((29, False), (31, True)):
        with time_machine.travel(now + timedelta(days=days)):
            lock_at(lena.email, at=days)
            response = try_password(lena.email, "still wrong", at=days, browser=hers)
            assert is_refused(response) is refused


def test_a_tablet_that_five_people_share_knows_each_of_them(lena, max_, sam, mona, rita, carl):
    tablet = Client()
    for person in (lena, max_, sam, mona, rita, carl, max_):
        assert try_password(person.email, PASSWORD, browser=tablet).status_code == 302
        tablet.post(reverse("account_logout"))
    for person, known in ((sam, True), (max_, True), (carl, True), (lena, False)):
        lock_at(person.email, at=7)
        assert is_refused(try_password(person.email, at=7, browser=tablet)) is not known
