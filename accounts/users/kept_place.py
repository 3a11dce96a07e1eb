"""
Where somebody was in User Management: the last list, and the profiles opened last, in a signed cookie.

So the way back from a profile, a form or a login keeps the search, and the database keeps no list of looks. Only
the same user can read the cookie, and an assumed session neither reads nor writes it.
"""

from __future__ import annotations

from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts.authentication import browser_cookies
from accounts.models import User

from .reads import OPENED

COOKIE = SALT = "user_management"
LONGEST = 1_000  # characters of a query string; a browser keeps 4,096 of a cookie


def read(request: Any) -> dict[str, Any]:
    """Return what this browser keeps for this user: `query`, and `opened`, a list of ids."""
    nothing: dict[str, Any] = {"query": "", "opened": []}
    if request.assumed_session or not request.user.is_authenticated:
        return nothing
    try:
        kept = signing.loads(request.COOKIES.get(COOKIE, ""), salt=salt_of(request.user))
    except signing.BadSignature:
        return nothing
    return nothing | kept


def keep(request: Any, response: HttpResponse, **changes: Any) -> HttpResponse:
    """Keep a list (`query`) or a profile that was opened (`opened`, an id), if it differs from what is kept."""
    before = read(request)
    if request.assumed_session or len(changes.get("query", "")) > LONGEST:
        return response
    if "opened" in changes:
        pk = changes["opened"]
        changes["opened"] = [pk, *(other for other in before["opened"] if other != pk)][:OPENED]
    if before | changes != before:
        kept = signing.dumps(before | changes, salt=salt_of(request.user), compress=True)
        browser_cookies.keep(response, COOKIE, kept)
    return response


def salt_of(user: User) -> str:
    return f"{SALT}-{user.pk}"


def last_list(request: HttpRequest) -> str:
    """Return the address of the list that the user saw last, with its search and filters."""
    return reverse("user_list") + read(request)["query"]
