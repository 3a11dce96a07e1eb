"""One statement about an account, and how its time is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .buttons import Remedy


@dataclass(frozen=True, slots=True)
class Remark:
    """
    One statement about an account.

    name: the name of the statement, for code. blocks: whether the user can't sign in because of it. leading: whether it
    is the likely cause of what the user asks about, though it doesn't keep them out for certain. at: when it happened.
    """

    name: str
    sentence: str
    at: datetime | None = None
    remedies: tuple[Remedy, ...] = ()
    blocks: bool = False
    leading: bool = False
