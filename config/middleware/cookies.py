"""
Cookies: what can't be one of ours is ignored before anything reads it.

Whoever controls a neighbouring host, or an earlier visit by plain HTTP, can put cookies into a browser. `__Host-` in
front of a name (settings.py) keeps them away where there is HTTPS; what gets through anyway opens nobody's account.
"""

from __future__ import annotations

from django.http import parse_cookie


def ignore_foreign_cookies(get_response):
    """Give the views the cookies that can be ours alone."""

    def middleware(request):
        request.COOKIES = cookies_in(request.META.get("HTTP_COOKIE", ""))
        return get_response(request)

    return middleware


def cookies_in(header: str) -> dict[str, str]:
    """
    Return the cookies of a header, except those that can't be told apart or can't be ours.

    A name with two values names nothing, because a browser doesn't say which of them we gave it. A value of other than
    printable ASCII letters was never given out, and no database takes a NUL; Django strips the spaces of all scripts
    from a name, so that a foreign one would become `__Host-` behind the browser's back.
    """
    values: dict[str, set[str]] = {}
    for part in header.split(";"):
        if is_plain(part):
            for name, value in parse_cookie(part).items():
                values.setdefault(name, set()).add(value)
    return {name: value for name, (value, *others) in values.items() if not others and is_plain(value)}


def is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable()
