"""The access history as a page and as files, for the user alone; an actor in the user's place opens neither."""

from __future__ import annotations

from datetime import UTC

from django.http import HttpResponseBadRequest
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.authorization.decorators import own_account_only
from audit import seals
from audit.export import attachment

from .events import PER_PAGE, entries, slice_of
from .files import FORMATS
from .kinds import EMPTY, Show


@require_safe
@own_account_only
def access_history(request):
    """
    Show what was done in and to the user's own account, newest first.

    `?show=` chooses a filter, `?by=others` the one that leaves out the user's own acts; `?before=` an older page.
    """
    show, before = shown_by(request), number(request.GET.get("before", ""))
    part = slice_of(request.user, show, before=before, size=PER_PAGE)
    context = {
        "entries": entries(part.events, request.user),
        "show": show,
        "filters": [(choice, address(choice)) for choice in Show],
        "empty": EMPTY[show],
        "newest": address(show) if before else "",
        "seal": None if part.older else seals.newest(),
        "older": address(show, before=part.older) if part.older else "",
        "formats": [name.upper() for name in FORMATS],
    }
    return render(request, "accounts/access_history.html", context)


@require_safe
@own_account_only
def access_history_file(request):
    """Return the whole access history as a file, in the format of `?format=`."""
    chosen = request.GET.get("format", "json").lower()
    if chosen not in FORMATS:
        return HttpResponseBadRequest()
    lines, content_type = FORMATS[chosen]
    name = f"access-history-{timezone.now().astimezone(UTC):%Y%m%dT%H%M%SZ}.{chosen}"
    return attachment(lines(request.user), name=name, content_type=content_type)


def shown_by(request) -> Show:
    """Return the filter that the address chooses; one without meaning shows everything."""
    if request.GET.get("by") == "others":
        return Show.OTHERS
    asked = request.GET.get("show", "")
    return Show(asked) if asked in Show.values else Show.EVERYTHING


def number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def address(show: Show, *, before: int | None = None) -> str:
    """Return the query string of a page."""
    chosen = {Show.EVERYTHING: "", Show.OTHERS: "by=others"}.get(show, f"show={show.value}")
    parts = [chosen] if chosen else []
    return "?" + "&".join(parts + ([f"before={before}"] if before else []))
