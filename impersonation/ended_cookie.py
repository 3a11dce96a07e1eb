"""The signed cookie that tells a browser for ten minutes why its session ended."""

from contextlib import suppress

from django.core import signing
from django.http import HttpRequest, HttpResponseBase

from accounts.authentication import browser_cookies

COOKIE = SALT = "ended"
KNOWN_FOR = 10 * 60  # seconds


def tell_browser(response: HttpResponseBase, word: str) -> HttpResponseBase:
    """
    Tell the browser why its session ended, for the sign-in page and for pages that are still open (account_now.js).

    word: a cause, or STARTED or SIGNED_IN of replaced_keys.py.
    """
    browser_cookies.keep(response, COOKIE, signing.dumps(str(word), salt=SALT), max_age=KNOWN_FOR)
    return response


def ended_in_this_browser(request: HttpRequest) -> str:
    """Return why the last session of this browser ended; "" if none ended within ten minutes."""
    with suppress(signing.BadSignature):
        return str(signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=KNOWN_FOR))
    return ""
