"""Questions of the access check that are on record: looking again shows the answer and records nothing more."""

from __future__ import annotations

from django.core.cache import cache
from django.utils.crypto import get_random_string

SHOWN_FOR = 10 * 60  # seconds; what holds later is another answer, and has to be asked for
MARK_LENGTH = 22

# Who asks, in which browser session, about which person, what is searched for, and which item.
Question = tuple[int, str, int, str, str]


def mark_as_asked(question: Question) -> str:
    """Return a mark for the address, under which this question's answer is shown for SHOWN_FOR seconds."""
    mark = get_random_string(MARK_LENGTH)
    cache.set(f"access-asked:{mark}", list(question), SHOWN_FOR)
    return mark


def was_asked(mark: str, question: Question) -> bool:
    """Return whether the mark was given for exactly this question, and not too long ago."""
    is_mark = len(mark) == MARK_LENGTH and mark.isascii() and mark.isalnum()
    return is_mark and cache.get(f"access-asked:{mark}") == list(question)
