"""What leaves the platform about the progress of users, on record before the first byte does."""

from __future__ import annotations

from typing import Any

from accounts.users.export import recorded
from audit import log
from audit.kinds import Kind
from learning.models import Module


def record_export(module: Module, state: str, users: Any) -> str:
    """Record that the users of a module leave as a file, and return their ids as the event keeps them."""
    with log.recording():
        ids, count = recorded(users)
        filters = {"module": module.title} | ({"state": state} if state else {})
        log.record(Kind.USERS_EXPORTED, detail={"format": "csv", "filters": filters, "people": count, "ids": ids})
    return ids
