"""The vocabulary of values: words that say whether somebody is active, and days in several orders."""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection

from .headings import normalised

YES = frozenset({"1", "true", "yes", "y", "ja", "j", "x", "on", "active", "aktiv", "sand"})
NO = frozenset({"0", "false", "no", "n", "nej", "off", "inactive", "inaktiv", "falsk"})
EMPLOYED = YES | {"enabled", "employed", "current", "ansat", "permanent", "fulltime", "parttime", "onleave", "orlov"}
GONE = NO | {
    *("disabled", "deactivated", "deaktiveret", "suspended", "suspenderet", "terminated", "left", "leaver", "former"),
    *("resigned", "retired", "fratrådt", "ophørt", "opsagt", "pensioneret", "deleted", "slettet"),
}
# Bit 2 of Active Directory's userAccountControl disables an account; bit 512 is set for people.
DISABLED, PERSON = 2, 512
PARTS = re.compile(r"\d+")


def is_yes(text: str) -> bool | None:
    """Return whether a text says yes; None if it says neither yes nor no."""
    word = normalised(text)
    return word in YES if word in YES or word in NO else None


def is_employed(text: str) -> bool | None:
    """Return whether a status says that somebody is active; None if the word is unknown."""
    word = normalised(text)
    return word in EMPLOYED if word in EMPLOYED or word in GONE else None


def is_enabled(text: str) -> bool | None:
    """Return whether a userAccountControl is that of an enabled account; None if it is no such number."""
    return not int(text) & DISABLED if text.isdecimal() and int(text) & PERSON else None


def days(text: str) -> set[datetime.date]:
    """Return the days that a text can mean: two for 03/04/2026, none for text that is no day."""
    numbers = [int(part) for part in PARTS.findall(text)[:3]]
    if len(numbers) < 3:
        return set()
    first, second, third = numbers
    orders = [(first, second, third)] if first > 31 else [(third, second, first), (third, first, second)]
    found = set()
    for year, month, day in orders:
        try:
            found.add(datetime.date(year + 2000 if year < 100 else year, month, day))
        except ValueError:
            continue
    return found


def looks_like_status(values: Collection[str]) -> bool:
    """Return whether values, all those of a column, could say whether somebody is active."""
    said = [text for text in values if text]
    if any(is_employed(text) is False and is_yes(text) is None for text in said):
        return True
    if said and all(is_yes(text) is not None for text in said):
        return any(is_yes(text) is False for text in said)
    return bool(said) and all(is_enabled(text) is not None for text in said) and not all(map(is_enabled, said))
