"""Signed marks of access checks that are on record, so that reloading an answer records nothing more."""

from __future__ import annotations

from django.core.cache import cache
from django.utils.crypto import get_random_string

SHOWN_FOR = 10 * 60  # seconds; afterwards the answer may differ, so it has to be asked for again
MARK_LENGTH = 22

# The actor, the browser session, the user in question, the name of the question, and its values.
Question = tuple[int, str, int, str, str]


def mark_as_asked(question: Question) -> str:
    """Return a mark for the address, which shows the answer to this question for SHOWN_FOR seconds."""
    mark = get_random_string(MARK_LENGTH)
    cache.set(f"access-asked:{mark}", list(question), SHOWN_FOR)
    return mark


def was_asked(mark: str, question: Question) -> bool:
    """Return whether the mark belongs to exactly this question and is not too old."""
    is_mark = len(mark) == MARK_LENGTH and mark.isascii() and mark.isalnum()
    return is_mark and cache.get(f"access-asked:{mark}") == list(question)
