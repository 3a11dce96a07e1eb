"""
Filter for request cookies: those that the platform can't have set are ignored before any code reads them.

An attacker who controls a neighbouring host or an earlier plain HTTP connection can set cookies in a browser. The name
prefix `__Host-` (settings.py) prevents that over HTTPS; a cookie that gets through anyway opens no account.
"""

from __future__ import annotations

from django.http import parse_cookie


def ignore_foreign_cookies(get_response):
    """Replace request.COOKIES with the cookies that only the platform can have set."""

    def middleware(request):
        request.COOKIES = cookies_in(request.META.get("HTTP_COOKIE", ""))
        return get_response(request)

    return middleware


def cookies_in(header: str) -> dict[str, str]:
    """
    Return the cookies of a header, except for ambiguous ones and those that the platform can't have set.

    A name with two values is ignored, because a browser doesn't say which value the platform set. A value with anything
    but printable ASCII is ignored, because the platform never sets one, and PostgreSQL rejects a NUL. A name with
    non-ASCII spaces is ignored too: Django strips them, and so would make it a `__Host-` name that the browser never
    checked.
    """
    values: dict[str, set[str]] = {}
    for part in header.split(";"):
        if is_plain(part):
            for name, value in parse_cookie(part).items():
                values.setdefault(name, set()).add(value)
    return {name: value for name, (value, *others) in values.items() if not others and is_plain(value)}


def is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable()
