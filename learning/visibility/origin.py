"""Where a question of the access check comes from: only our own pages may ask, because asking writes the log."""

from urllib.parse import urlsplit

from django.http import HttpRequest
from django.urls import Resolver404, resolve

# Pages that lead on to any address of the platform, also to one that came from outside.
LEADING_ON = ("account_", "mfa_", "confirm_identity")


def is_asked_on_our_page(request: HttpRequest) -> bool:
    """
    Return whether a person went on from a page of ours, by a link or a form.

    Not so: a link on any other site, an address that was typed or kept as a bookmark, a page that the browser fetches
    in advance, and an address that sign-in leads on to. A browser that doesn't say where it comes from is believed if
    it names the page before.
    """
    headers = request.headers
    if is_fetched_in_advance(request):
        return False
    site, before = headers.get("Sec-Fetch-Site"), headers.get("Referer") or headers.get("Origin") or ""
    if site is not None and site != "same-origin":
        return False
    if not before:
        return site is not None
    try:
        parts = urlsplit(before)
        return parts.netloc == request.get_host() and not leads_on(parts.path)
    except ValueError:
        return False


def is_fetched_in_advance(request: HttpRequest) -> bool:
    """Return whether the browser fetches the page although nobody has asked for it yet."""
    headers = request.headers
    return "prefetch" in f"{headers.get('Sec-Purpose')} {headers.get('Purpose')} {headers.get('X-Moz')}".lower()


def leads_on(path: str) -> bool:
    """Return whether the page is one of those that end by leading to another address."""
    try:
        return (resolve(path or "/").url_name or "").startswith(LEADING_ON)
    except Resolver404:
        return False
