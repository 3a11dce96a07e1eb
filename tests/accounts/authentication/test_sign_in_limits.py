"""Wrong passwords close an account for guessers, not for its owner."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import time_machine
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.cache import cache
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.authentication.sign_in_limits import lift_sign_in_lock, sign_in_locked_until
from accounts.second_factor_keys import decrypt
from tests.support.assumed import detail, events, sign_in
from tests.support.factories import UserFactory
from tests.support.guessing import PASSWORD, is_refused, lock_at, lock_everywhere, try_password
from tests.support.mail_backends import delivered
from tests.support.second_factor import code_now

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_attempts_counted(db):
    cache.clear()


def test_five_wrong_passwords_at_one_address_lock_nobody_elsewhere(lena):
    lock_at(lena.email, at=1)
    assert is_refused(try_password(lena.email, PASSWORD, at=1))
    assert try_password(lena.email, PASSWORD, at=2).status_code == 302


def test_ten_wrong_passwords_at_one_address_leave_the_others_there_alone(lena, max_):
    for _ in range(10):
        try_password(lena.email, at=1)
    assert try_password(max_.email, PASSWORD, at=1).status_code == 302


def test_behind_a_proxy_everybody_has_an_address_of_their_own(settings, lena, max_):
    settings.TRUSTED_PROXY_COUNT = 1

    def post(email, password, forwarded):
        data = {"login": email, "password": password}
        return Client(HTTP_X_FORWARDED_FOR=forwarded).post(reverse("account_login"), data)

    answers = [post(lena.email, "wrong", f"198.51.100.{forged}, 203.0.113.7") for forged in range(10)]
    assert [is_refused(answer) for answer in answers] == [False] * 5 + [True] * 5
    assert post(lena.email, PASSWORD, "203.0.113.8").status_code == 302
    assert post(max_.email, PASSWORD, "203.0.113.9").status_code == 302


def test_the_addresses_of_one_ipv6_network_are_one(lena):
    def post(password, address):
        return Client().post("/accounts/login/", {"login": lena.email, "password": password}, REMOTE_ADDR=address)

    answers = [post("wrong", f"2001:db8:1:2::{number}") for number in range(6)]
    assert [is_refused(answer) for answer in answers] == [False] * 5 + [True]
    assert post(PASSWORD, "2001:db8:1:3::1").status_code == 302


def test_a_right_password_is_not_counted_and_takes_nothing_wrong_back(lena):
    for _ in range(4):
        assert not is_refused(try_password(lena.email))
    for _ in range(10):
        assert try_password(lena.email, PASSWORD).status_code == 302
    assert not is_refused(try_password(lena.email))
    assert is_refused(try_password(lena.email, PASSWORD))


def test_what_is_refused_prolongs_no_lock(settings, lena):
    limits = {"sign_in_at_address": "5/h/key", "sign_in_by_account": "4/5m/key"}
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | limits
    now = timezone.now()
    for minutes, tries, status in ((0, 4, 200), (3, 4, 429), (6, 1, 200)):
        with time_machine.travel(now + timedelta(minutes=minutes)):
            assert {try_password(lena.email, at=1).status_code for _ in range(tries)} == {status}


def test_one_address_has_a_limit_over_all_accounts(settings):
    amount, _, window = settings.ACCOUNT_RATE_LIMITS["sign_in_by_address"].partition("/")
    assert (amount, window) == ("200", "10m/ip")
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"sign_in_by_address": f"4/{window}"}
    answers = [try_password(f"somebody{number}@harbour.example") for number in range(6)]
    assert [is_refused(answer) for answer in answers] == [False] * 4 + [True] * 2


def test_changing_the_password_gives_few_guesses_at_it(client, lena):
    sign_in(client, lena)
    data = {"oldpassword": "wrong", "password1": "a brand new one 17", "password2": "a brand new one 17"}
    answers = [client.post(reverse("account_change_password"), data) for _ in range(6)]
    assert [is_refused(answer) for answer in answers] == [False] * 5 + [True]


def test_the_administration_compares_no_password(client, carl):
    sign_in(client, carl)
    data = {"old_password": PASSWORD, "new_password1": "a brand new one 17", "new_password2": "a brand new one 17"}
    assert client.post(reverse("admin:password_change"), data).url == reverse("account_change_password")
    carl.refresh_from_db()
    assert carl.check_password(PASSWORD)


def test_a_second_factor_that_is_right_takes_nothing_wrong_back(settings, sam, lena):
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"sign_in_by_address": "4/10m/ip"}
    app = TOTP.activate(sam, generate_totp_secret())
    for number in range(4):
        assert not is_refused(try_password(f"somebody{number}@harbour.example"))
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        browser = Client()
        assert try_password(sam.email, PASSWORD, browser=browser).status_code == 302
        for number in range(3):
            try_password(f"somebody{number}@harbour.example")
        code = {"code": code_now(decrypt(app.instance.data["secret"]))}
        assert browser.post(reverse("mfa_authenticate"), code, REMOTE_ADDR="198.18.0.0").status_code == 302
        assert browser.get("/").status_code == 200
        assert not is_refused(try_password("somebody8@harbour.example"))
        assert is_refused(try_password("somebody9@harbour.example"))


@pytest.mark.parametrize(
    "spelling",
    ["LENA@harbour.example", "  lena@harbour.example ", "lena@HARBOUR.example", "ｌｅｎａ@harbour.example",
     "lena\u00a0@harbour.example", "lena@harbour.e\u017fample"],
)  # fmt: skip
def test_another_spelling_gives_no_further_guess(lena, spelling):
    lock_at(lena.email)
    answer = try_password(spelling, PASSWORD)
    assert is_refused(answer) or answer.status_code == 200
    assert try_password(spelling, PASSWORD).wsgi_request.user.is_anonymous


def said(email):
    """Return what eight wrong passwords are answered, without what is of one request only."""
    answers = [try_password(email, at=1) for _ in range(8)]
    text = [re.sub(r'value="[^"]*"|at \d\d:\d\d', "", answer.content.decode()) for answer in answers]
    return [(answer.status_code, sorted(answer.cookies), page) for answer, page in zip(answers, text, strict=True)]


def test_unknown_wrong_and_deactivated_are_answered_alike(lena, ina):
    assert said(lena.email) == said(ina.email) == said("nobody@harbour.example")


def test_the_right_password_of_a_deactivated_account_counts_and_is_recorded_like_a_wrong_one(lena, ina):
    assert [is_refused(try_password(ina.email, PASSWORD)) for _ in range(7)] == [False] * 5 + [True] * 2
    assert [is_refused(try_password(lena.email)) for _ in range(7)] == [False] * 5 + [True] * 2
    told = [(event.target_id, event.actor_id, event.outcome, detail(event)) for event in events("sign_in.failed")]
    assert told == [(person.pk, None, "refused", {"way": "password"}) for person in (ina, lena) for _ in range(5)]
    assert not events("sign_in.succeeded")


def test_a_lock_says_nothing_of_a_deactivated_account(ina):
    lock_at(ina.email)
    assert "deactivated" not in try_password(ina.email, PASSWORD).content.decode()


class CountingHasher(MD5PasswordHasher):
    """MD5, and how often a password was hashed with it."""

    hashed = 0

    def encode(self, password, salt):
        CountingHasher.hashed += 1
        return super().encode(password, salt)


@pytest.mark.parametrize("email", ["lena@harbour.example", "nobody@harbour.example"])
def test_a_refused_password_is_not_even_hashed(settings, lena, email):
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    lock_at(email)
    before = CountingHasher.hashed
    assert before
    assert is_refused(try_password(email, PASSWORD))
    assert CountingHasher.hashed == before


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("lena@harbour.example", "wrong"),
        ("ina@harbour.example", "wrong"),
        ("ina@harbour.example", PASSWORD),
        ("nobody@harbour.example", "wrong"),
    ],
)
def test_every_refused_sign_in_hashes_one_password(settings, lena, ina, email, password):
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    before = CountingHasher.hashed
    assert try_password(email, password).status_code == 200
    assert CountingHasher.hashed == before + 1


@pytest.mark.django_db(transaction=True)
def test_of_sixteen_guesses_at_once_five_are_compared_at_most(lena):
    ready = Barrier(16)

    def guess(number):
        try:
            ready.wait(timeout=30)
            return try_password(lena.email)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(guess, range(16)))
    assert 1 <= sum(not is_refused(answer) for answer in answers) <= 5


def test_the_page_says_when_to_try_again_and_offers_a_new_password(lena):
    lock_at(lena.email)
    answer = try_password(lena.email, PASSWORD)
    page = answer.content.decode()
    assert 0 < int(answer.headers["Retry-After"]) <= 300
    assert "<strong>5 minutes</strong>" in page
    assert reverse("account_reset_password") in page
    with time_machine.travel(timezone.now() + timedelta(seconds=301)):
        assert try_password(lena.email, PASSWORD).status_code == 302


def test_a_new_password_by_mail_opens_the_account_at_once(client, lena):
    lock_everywhere(lena.email)
    assert client.post(reverse("account_reset_password"), {"email": lena.email}).status_code == 302
    form = client.get(re.search(r"http://\S+", delivered()[0].body).group(), follow=True)
    new = "a brand new one 17"
    assert client.post(form.request["PATH_INFO"], {"password1": new, "password2": new}).status_code == 302
    assert try_password(lena.email, new).status_code == 302


def test_a_lock_is_told_and_lifted(lena, max_):
    assert sign_in_locked_until(lena) is None
    lock_at(lena.email)
    until = sign_in_locked_until(lena)
    assert timedelta(minutes=4) < until - timezone.now() <= timedelta(minutes=5)
    assert sign_in_locked_until(max_) is None
    lift_sign_in_lock(lena)
    assert sign_in_locked_until(lena) is None
    assert try_password(lena.email, PASSWORD).status_code == 302


def test_a_lock_everywhere_is_told_and_lifted(lena):
    lock_everywhere(lena.email)
    assert timedelta(minutes=59) < sign_in_locked_until(lena) - timezone.now() <= timedelta(minutes=60)
    lift_sign_in_lock(lena)
    assert sign_in_locked_until(lena) is None
    assert try_password(lena.email, PASSWORD).status_code == 302


def test_a_lock_of_codes_is_told_and_lifted(sam):
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    app = TOTP.activate(sam, generate_totp_secret())
    browser = Client()
    try_password(sam.email, PASSWORD, browser=browser)
    for _ in range(5):
        browser.post(reverse("mfa_authenticate"), {"code": "x"})
    assert sign_in_locked_until(sam) is not None
    code = {"code": code_now(decrypt(app.instance.data["secret"]))}
    assert browser.post(reverse("mfa_authenticate"), code).status_code == 200
    lift_sign_in_lock(sam)
    assert sign_in_locked_until(sam) is None
    assert browser.post(reverse("mfa_authenticate"), code).status_code == 302


@pytest.mark.once
@pytest.mark.parametrize("people", [100, pytest.param(1000, marks=pytest.mark.long)])
def test_a_thousand_people_of_one_office_get_in_on_monday_morning(company, people):
    emails = [UserFactory(first_name=f"Monday{number}", department=company).email for number in range(people)]
    for number, email in enumerate(emails):
        if number % 6 == 0:
            assert not is_refused(try_password(email))
        assert try_password(email, PASSWORD).status_code == 302, number
