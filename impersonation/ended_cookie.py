"""The signed cookie that tells a browser for ten minutes why its session ended."""

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

COOKIE = SALT = "ended"
KNOWN_FOR = 10 * 60  # seconds


def tell_browser(response: HttpResponseBase, word: str) -> HttpResponseBase:
    """
    Tell the browser why its session ended, for the sign-in page and for pages that are still open (account_now.js).

    word: a cause, or STARTED or SIGNED_IN of replaced_keys.py.
    """
    response.set_signed_cookie(
        COOKIE,
        str(word),
        salt=SALT,
        max_age=KNOWN_FOR,
        path=settings.SESSION_COOKIE_PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def ended_in_this_browser(request: HttpRequest) -> str:
    """Return why the last session of this browser ended; "" if none ended within ten minutes."""
    return request.get_signed_cookie(COOKIE, default="", salt=SALT, max_age=KNOWN_FOR) or ""
