"""What the previews of an import and of an undo have in common."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.http import Http404

from accounts.authorization.changes import require
from accounts.models import User
from accounts.policy import holds_anywhere
from accounts.policy.rights import Right

from .confirm import why_not_import
from .field_words import in_words, label
from .planning.plan import Update

SHOWN = 50


def demand_right(user: User) -> None:
    """Raise Http404 if the user imports nowhere, and PermissionDenied with the reason if only for departments."""
    if not holds_anywhere(user, Right.IMPORT_PEOPLE):
        raise Http404
    require(why_not_import(user))


def typed(request) -> int | None:
    """Return the number that was typed to confirm a mass change, or None."""
    text = request.POST.get("typed", "").strip().replace(",", "").replace(".", "").replace(" ", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def beginning(items: Sequence[Any], described: Callable[[Any], Any] = lambda item: item) -> dict[str, Any]:
    """Return the first SHOWN items, and the number of the others."""
    return {"items": [described(item) for item in items[:SHOWN]], "more": max(0, len(items) - SHOWN)}


def described(update: Update) -> tuple[Update, list[tuple[str, str, str]]]:
    """Return a change with its fields in words, each with its values before and after."""
    return update, [
        (label(name), in_words(name, before), in_words(name, after)) for name, (before, after) in update.changes.items()
    ]
