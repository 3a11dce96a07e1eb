"""The origin of an access check: only pages of the platform may ask, because a question is recorded."""

from urllib.parse import urlsplit

from django.http import HttpRequest
from django.urls import Resolver404, get_script_prefix, resolve

# Pages that redirect to any address of the platform, including one that came from outside.
LEADING_ON = ("account_", "mfa_", "confirm_identity")


def is_asked_on_our_page(request: HttpRequest) -> bool:
    """
    Return whether the user followed a link or sent a form on a page of the platform.

    False for a link on another site, a typed address or bookmark, a prefetched page, and an address to which sign-in
    redirects. If a browser sends no Sec-Fetch headers, its Referer decides.
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
    """Return whether the browser fetches the page in advance."""
    headers = request.headers
    return "prefetch" in f"{headers.get('Sec-Purpose')} {headers.get('Purpose')} {headers.get('X-Moz')}".lower()


def leads_on(path: str) -> bool:
    """Return whether the page redirects to another address when it is done."""
    try:
        return (resolve(f"/{path.removeprefix(get_script_prefix())}").url_name or "").startswith(LEADING_ON)
    except Resolver404:
        return False
