"""The meaning of values: whether somebody is active, days in several orders, languages and time zones."""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection
from functools import cache, lru_cache

from django.conf.locale import LANG_INFO

from accounts.models.preferences import time_zones

from . import words
from .headings import folded, spellings

YES, NO = spellings(words.YES), spellings(words.NO)
ACTIVE, GONE = spellings(words.ACTIVE), spellings(words.GONE)
STATES = ACTIVE | GONE
EMPLOYED = ACTIVE | spellings(words.AT_WORK)
# Words that make a column look like a status.
TELLING = STATES | spellings(words.UNDECIDED)
# Their first three letters, which rule most values of 100,000 out at once.
BEGINNINGS = frozenset(word[:3] for word in TELLING)
LETTERS = spellings(words.LETTERS)
MONTHS = tuple(spellings(names) for names in words.MONTHS)
BESIDE_DAY, SALUTATIONS = spellings(words.BESIDE_DAY), spellings(words.SALUTATIONS)
# Bits of Active Directory's userAccountControl: 2 disables an account, 512 is set for people. POSSIBLE is all bits
# that the account of a person can have.
DISABLED, PERSON, POSSIBLE = 2, 512, 0x1FD02FA
# The parts of a word such as "Terminated – voluntary" and "Ed Gum (Terminated)".
PARTS = re.compile(r"\s[-–—]\s|[/:;,()\[\]]")
TIME = re.compile(r"[t ]\s*\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?\s*(am|pm|z|[+-]\d{2}:?\d{2})?$", re.IGNORECASE)
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(\d{6}(\.\d+)?z?)?", re.IGNORECASE)
LANGUAGE_CODE = re.compile(r"([a-z]{2})([-_][a-z0-9]{2,8})*([.@].*)?", re.IGNORECASE)
# Because the values of a column repeat, each question remembers its answers about the last 1,024 values.
remembered = lru_cache(maxsize=1_024)


@remembered
def is_yes(text: str) -> bool | None:
    """Return whether a text says yes; None if it says neither yes nor no."""
    word = folded(text)
    return word in YES if word in YES or word in NO else None


@remembered
def is_employed(text: str) -> bool | None:
    """Return whether a status says that somebody is active; None if the word is unknown."""
    word = folded(text)
    if word in LETTERS:
        return None
    if word in EMPLOYED or word in YES:
        return True
    return False if word in GONE or word in NO else None


@remembered
def is_enabled(text: str) -> bool | None:
    """Return whether a userAccountControl is that of an enabled account; None if it is no such number."""
    if not text.isdecimal() or len(text) > 10 or not int(text) & PERSON:
        return None
    return not int(text) & DISABLED


@remembered
def is_salutation(text: str) -> bool:
    """Return whether a text is "Mr", "Ms" or their kind, so that a column "Title" is no column of jobs."""
    return folded(text) in SALUTATIONS


def looks_like_status(values: Collection[str]) -> bool:
    """
    Return whether values, all those of a column, could say whether somebody is active.

    They do if one of them is a word such as "Active" or "Terminated", or if all are yes and no and one is no, or if all
    are a userAccountControl and one is disabled. One word is enough, because the others may be a company's own.
    """
    said = [text for text in values if text and not text.isspace()]
    if any(map(says_status, said)):
        return True
    if said and all(is_yes(text) is not None for text in said):
        return any(is_yes(text) is False for text in said)
    return bool(said) and all(map(is_account_control, said)) and not all(map(is_enabled, said))


def says_status(text: str) -> bool:
    """Return whether a text, or a part of it, is a word that stands in columns of status."""
    return any(is_telling(part) for part in parts_of(text))


def parts_of(text: str) -> list[str]:
    """Return the text, and its parts if it has several: "Terminated" of "Ed Gum (Terminated)"."""
    return [text, *PARTS.split(text)] if PARTS.search(text) else [text]


def is_telling(text: str) -> bool:
    """Return whether a text is a word that stands in columns of status."""
    beginning = text.lstrip()[:3].lower()
    if beginning.isascii() and beginning.isalpha() and beginning not in BEGINNINGS:
        return False
    return folded(text) in TELLING


def is_account_control(text: str) -> bool:
    """Return whether a number has no other bits than those of a userAccountControl of a person."""
    return is_enabled(text) is not None and not int(text) & ~POSSIBLE


def days(text: str) -> set[datetime.date]:
    """Return the days that a text can mean: two for 03/04/2026, none for text that is no day."""
    return set(days_of(text))


@remembered
def days_of(text: str) -> frozenset[datetime.date]:
    text = text.strip()
    if len(text) > 60:
        return frozenset()
    compact = COMPACT.fullmatch(text)
    if compact:
        return dates([(int(compact[1]), int(compact[2]), int(compact[3]))])
    text = TIME.sub("", text)
    numbers = re.findall(r"\d+", text)
    spelled = [folded(word) for word in re.findall(r"[^\W\d_]+", text)]
    # "Mar" is a month beside a day of the week, and a day of the week beside a month.
    named = [word for word in spelled if word not in BESIDE_DAY] or [word for word in spelled if month_named(word)]
    if len(named) == 1 and len(numbers) == 2:
        return day_with_month(named[0], *numbers)
    if named or len(numbers) != 3:
        return frozenset()
    return day_of_numbers(text, *numbers)


def day_with_month(word: str, first: str, second: str) -> frozenset[datetime.date]:
    """Return the day of a month's name or its beginning, and two numbers of which one is the year."""
    month = month_named(word)
    if month is None:
        return frozenset()
    day, year = (second, first) if len(first) == 4 else (first, second)
    return dates([(full_year(year), month, int(day))])


def day_of_numbers(text: str, first: str, second: str, third: str) -> frozenset[datetime.date]:
    """Return the days of three numbers. Points divide day, month and year; lines and strokes divide in any order."""
    if len(first) == 4:
        return dates([(int(first), int(second), int(third))])
    year = full_year(third)
    orders = [(year, int(second), int(first)), (year, int(first), int(second))]
    if "." in text:
        return dates(orders[:1]) or dates(orders[1:])
    if "-" in text and len(third) == 2:
        orders.append((full_year(first), int(second), int(third)))
    return dates(orders)


def full_year(digits: str) -> int:
    """Return the year of two or four digits: "26" is 2026, "99" is 1999."""
    year = int(digits)
    if len(digits) > 2:
        return year
    return year + (2000 if year < 70 else 1900)


def dates(orders: list[tuple[int, int, int]]) -> frozenset[datetime.date]:
    """Return the days that exist among years, months and days."""
    found = set()
    for year, month, day in orders:
        try:
            found.add(datetime.date(year, month, day))
        except (ValueError, OverflowError):
            continue
    return frozenset(found)


def month_named(word: str) -> int | None:
    """Return the number of a month by its name, or by a beginning of three letters or more that no other month has."""
    exact = [number for number, names in enumerate(MONTHS, start=1) if word in names]
    begun = [number for number, names in enumerate(MONTHS, start=1) if any(name.startswith(word) for name in names)]
    found = exact or (begun if len(word) >= 3 else [])
    return found[0] if len(found) == 1 else None


@cache
def languages() -> dict[str, str]:
    """Return the code of each language by its folded names."""
    known: dict[str, str] = {}
    for code, info in LANG_INFO.items():
        for name in (info.get("name", ""), info.get("name_local", "")):
            if name:
                known.setdefault(folded(name), code)
    for code, names in words.LANGUAGES.items():
        known.update(dict.fromkeys(spellings(names), code))
    return known


@remembered
def language_code(text: str) -> str | None:
    """Return the code of a language as a code or a name in seven languages says it: "da-dk" for "da_DK"; else None."""
    text = text.strip()
    names = languages()
    for name in (text, re.split(r"[(\[,;/]|\s-\s", text)[0]):
        if folded(name) in names:
            return names[folded(name)]
    code = LANGUAGE_CODE.fullmatch(text)
    return re.split(r"[.@]", text)[0].replace("_", "-").lower() if code else None


@remembered
def time_zone_name(text: str) -> str | None:
    """Return the name of a time zone in its own spelling, or None; "Romance Standard Time" of Windows is unknown."""
    text = " ".join(re.sub(r"^\([^)]*\)", "", text).split()).replace(" ", "_")
    return zones().get(text.casefold())


@cache
def zones() -> dict[str, str]:
    """Return the names of all time zones by their spelling in lower case."""
    return {name.casefold(): name for name in time_zones()}
