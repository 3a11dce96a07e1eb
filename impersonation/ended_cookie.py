"""The cookie with which a browser knows for a few minutes what became of its session."""

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

COOKIE = SALT = "ended"
KNOWN_FOR = 10 * 60  # seconds


def tell_browser(response: HttpResponseBase, word: str) -> HttpResponseBase:
    """
    Give the browser a word about its session, signed, for the sign-in page and for older pages (account_now.js).

    word: a cause, or a word of replaced_keys.py.
    """
    response.set_signed_cookie(
        COOKIE,
        str(word),
        salt=SALT,
        max_age=KNOWN_FOR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def ended_in_this_browser(request: HttpRequest) -> str:
    """Return what became of the session of this browser lately; "" if nothing did."""
    return request.get_signed_cookie(COOKIE, default="", salt=SALT, max_age=KNOWN_FOR) or ""
