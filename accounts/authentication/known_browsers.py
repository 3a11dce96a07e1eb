"""
Browsers that have signed in to an account before: wrong passwords from elsewhere don't lock the owner out there.

The cookie proves nothing about identity. It only chooses which attempts are counted together (sign_in_limits.py), so
that a stolen cookie gives one more set of guesses and nothing else.
"""

from __future__ import annotations

from contextlib import suppress

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.mail_domains import stored_form
from accounts.models import User

from . import browser_cookies

COOKIE = SALT = "known_browser"
ACCOUNTS_PER_BROWSER = 5  # several people share a tablet behind the counter; the header must stay short


def token_for(request: HttpRequest, email: str) -> str:
    """Return this browser's valid token for the account with this email address, or "" if there is none."""
    tokens = read_tokens(request)
    user = User.objects.filter(email=stored_form(email.strip()), is_active=True).first() if tokens else None
    return next((token for token, owner in tokens.items() if user and belongs_to(owner, user)), "")


def remember(request: HttpRequest, response: HttpResponseBase, user: User) -> None:
    """Set a new token for the user who has just signed in, and keep the tokens of a few other users."""
    others = [token for token, (pk, _) in read_tokens(request).items() if pk != user.pk]
    token = signing.dumps([user.pk, password_mark(user)], salt=SALT)
    tokens = "|".join([token, *others][:ACCOUNTS_PER_BROWSER])
    browser_cookies.keep(response, COOKIE, tokens, max_age=max_age(), path=reverse("account_login"))


def read_tokens(request: HttpRequest) -> dict[str, tuple[int, str]]:
    """Return the cookie's valid tokens, each with the id and the password mark of its account."""
    tokens = {}
    for token in request.COOKIES.get(COOKIE, "").split("|")[:ACCOUNTS_PER_BROWSER]:
        with suppress(signing.BadSignature):
            pk, mark = signing.loads(token, salt=SALT, max_age=max_age())
            tokens[token] = (pk, mark)
    return tokens


def belongs_to(owner: tuple[int, str], user: User) -> bool:
    """Return whether a token was given to this user and their password is still the same."""
    pk, mark = owner
    return pk == user.pk and constant_time_compare(mark, password_mark(user))


def password_mark(user: User) -> str:
    """Return a keyed hash that changes with the user's password and reveals nothing about it."""
    return salted_hmac(SALT, user.get_session_auth_hash(), algorithm="sha256").hexdigest()[:32]


def max_age() -> int:
    """Return how long a token is valid, in seconds."""
    return settings.KNOWN_BROWSER_DAYS * 24 * 60 * 60
