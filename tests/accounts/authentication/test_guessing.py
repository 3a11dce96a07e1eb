"""How many guesses an hour an attacker gets on one account: computed by trying, with the clock moved in steps."""

from datetime import timedelta
from itertools import count

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.support.assumed import sign_in
from tests.support.guessing import PASSWORD, address, browser_of, is_refused, lock_everywhere, try_password

pytestmark = [pytest.mark.django_db, pytest.mark.once]
HOURS = 2
STEP = timedelta(minutes=5)
A_PERSON = 20  # wrong answers an hour: SIGN_IN_FAILURES
AN_ACCOUNT = 60  # SIGN_IN_FAILURES_PER_ACCOUNT, and what a single limit of five in five minutes would let through


@pytest.fixture(autouse=True)
def no_attempts_counted(db):
    cache.clear()


def guesses_an_hour(guess, *, patience=1):
    """
    Return the most guesses that were compared within any hour.

    guess: makes one, and returns whether it was compared. patience: refusals in a row until the clock moves on.
    """
    start, made = timezone.now(), []
    for step in range(HOURS * 12):
        with time_machine.travel(start + step * STEP):
            refused = 0
            while refused < patience:
                refused = 0 if guess() else refused + 1
                made += [step] * (refused == 0)
                assert len(made) < 500, "guessing is hardly limited"
    most = max(sum(first <= step < first + 12 for step in made) for first in range(HOURS * 12))
    assert len(made) <= HOURS * most
    return most


def report(what, guesses, bound):
    print(f"\n{what}: {guesses} guesses an hour")
    assert 0 < guesses <= bound


@pytest.mark.parametrize(
    ("email", "addresses", "bound"),
    [
        ("lena@harbour.example", 1, A_PERSON),
        ("nobody@harbour.example", 1, A_PERSON),
        ("lena@harbour.example", 1000, AN_ACCOUNT),
        pytest.param("nobody@harbour.example", 1000, AN_ACCOUNT, marks=pytest.mark.long),
    ],
)
def test_guesses_at_the_sign_in_page(lena, email, addresses, bound):
    at = count()
    guesses = guesses_an_hour(
        lambda: not is_refused(try_password(email, at=next(at) % addresses)), patience=min(addresses, 8)
    )
    report(f"sign-in, {addresses} addresses", guesses, bound)


def test_a_stolen_token_gives_one_set_of_guesses_more(lena):
    stolen = browser_of(lena)
    guesses = guesses_an_hour(lambda: not is_refused(try_password(lena.email, browser=stolen)))
    report("sign-in with a stolen token", guesses, A_PERSON)


PAGES_THAT_ASK_AGAIN = [
    ("confirm_identity", "password"),
    ("account_reauthenticate", "password"),
    ("account_change_password", "oldpassword"),
]


@pytest.mark.parametrize("addresses", [1, 1000])
@pytest.mark.parametrize(("page", "field"), PAGES_THAT_ASK_AGAIN)
def test_guesses_at_the_pages_that_ask_again(client, lena, page, field, addresses):
    at = count()

    def guess():
        sign_in(client, lena)  # sessions end within these hours; the attacker has stolen another one
        data = {field: "wrong", "password1": "a brand new one 17", "password2": "a brand new one 17"}
        return not is_refused(client.post(reverse(page), data, REMOTE_ADDR=address(next(at) % addresses)))

    report(f"{page}, {addresses} addresses", guesses_an_hour(guess), A_PERSON)


@pytest.mark.parametrize("addresses", [1, 1000])
@pytest.mark.parametrize("page", ["mfa_authenticate", "confirm_identity", "mfa_reauthenticate"])
def test_guesses_of_a_second_factors_codes(client, lena, page, addresses):
    TOTP.activate(lena, generate_totp_secret())
    at = count()

    def guess():
        browser = Client() if page == "mfa_authenticate" else client
        if browser is client:
            sign_in(client, lena)
        else:
            assert try_password(lena.email, PASSWORD, at=next(at) % addresses, browser=browser).status_code == 302
        answer = browser.post(reverse(page), {"code": "123 45"}, REMOTE_ADDR=address(next(at) % addresses))
        return not is_refused(answer) and "Incorrect code" in answer.content.decode()

    report(f"codes at {page}, {addresses} addresses", guesses_an_hour(guess), A_PERSON)


def test_asking_for_a_new_password_gives_no_guess_and_few_mails(lena):
    def ask(at):
        return Client().post(reverse("account_reset_password"), {"email": lena.email}, REMOTE_ADDR=address(at))

    at = count()
    mails = guesses_an_hour(lambda: not is_refused(ask(next(at))))
    assert len(mail.outbox) <= HOURS * mails
    report("mails with a link", mails, 20)
    lock_everywhere(lena.email)
    ask(next(at))
    assert is_refused(try_password(lena.email, PASSWORD, at=next(at)))


def test_one_address_guesses_slowly_at_many_accounts(settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"sign_in_by_address": "20/10m/ip"}  # of 200
    numbers = count()
    guesses = guesses_an_hour(lambda: not is_refused(try_password(f"person{next(numbers)}@harbour.example")))
    report("sign-in, 1 address, any number of accounts, a tenth of the limit", guesses, 120)
