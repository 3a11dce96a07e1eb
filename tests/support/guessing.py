"""Password guessing from many client addresses and browsers."""

from django.test import Client
from django.urls import reverse

PASSWORD = "standin-demo"


def address(number):
    """Return the client address with this number."""
    return f"198.{18 + number // 65536}.{number // 256 % 256}.{number % 256}"


def try_password(email, password="wrong", *, at=0, browser=None):
    """Post the sign-in form from the address with the number `at`, in a new browser unless one is given."""
    data = {"login": email, "password": password}
    return (browser or Client()).post(reverse("account_login"), data, REMOTE_ADDR=address(at))


def is_refused(response):
    return response.status_code == 429


def lock_at(email, at=0, browser=None):
    """Try five wrong passwords at one address, or in one browser, and check that the next attempt is refused."""
    for _ in range(5):
        assert not is_refused(try_password(email, at=at, browser=browser))
    assert is_refused(try_password(email, at=at, browser=browser))


def lock_everywhere(email):
    """Try wrong passwords until the account is locked for new addresses. Return the number of guesses."""
    guesses = 0
    for at in range(30):
        answers = [try_password(email, at=5000 + at) for _ in range(5)]
        guesses += sum(not is_refused(answer) for answer in answers)
        if is_refused(answers[0]):
            return guesses
    raise AssertionError("thirty addresses never close the account")


def browser_of(user):
    """Return a browser in which the user has signed in and out again."""
    browser = Client()
    assert try_password(user.email, PASSWORD, browser=browser).status_code == 302
    browser.post(reverse("account_logout"))
    return browser
