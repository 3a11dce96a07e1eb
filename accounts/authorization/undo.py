"""Messages with a button that undoes what they tell (docs/decisions/0063)."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from django.contrib import messages

TAG = "undo "  # begins the extra tags of such a message


class Undo(NamedTuple):
    """The form behind the button: the address of an ordinary view, and its fields."""

    address: str
    fields: dict[str, str]


def say_with_undo(request: Any, sentence: str, address: str, **fields: str) -> None:
    """
    Say what was done, with a button that sends the fields to the address.

    Use it only if that view does the exact reverse, may be used by the same person, and asks for nothing more.
    """
    messages.success(request, sentence, extra_tags=TAG + json.dumps(Undo(address, fields)))


def undo_of(message: Any) -> Undo | None:
    """Return what the button of a message sends; None if it has none."""
    tags = message.extra_tags or ""
    return Undo(*json.loads(tags.removeprefix(TAG))) if tags.startswith(TAG) else None
