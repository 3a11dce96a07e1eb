"""
Dates and times as each language writes them: everywhere on pages, in mails and in files.

Code and templates name a form by the way English writes it, such as "j F Y, H:i"; the filter `date` of every template
asks this module. Forms for machines, such as "c" and "Y-m-d", are the same in each language.
"""

from __future__ import annotations

from datetime import date

from django.utils import formats
from django.utils.translation import get_language

FORMS: dict[str, dict[str, str]] = {
    "da": {
        "j M Y": "j. N Y",
        "j F Y": "j. F Y",
        "j M, H:i": r"j. N \k\l. H:i",
        "j M Y, H:i": r"j. N Y \k\l. H:i",
        "j F Y, H:i": r"j. F Y \k\l. H:i",
        "l, H:i": r"l \k\l. H:i",
        "l j F": r"l \d\e\n j. F",
        "l j F Y": r"l \d\e\n j. F Y",
        "l j F, H:i": r"l \d\e\n j. F \k\l. H:i",
        "l j F Y, H:i": r"l \d\e\n j. F Y \k\l. H:i",
    },
    "de": {
        "j M Y": "j. N Y",
        "j F Y": "j. F Y",
        "j M, H:i": r"j. N, H:i \U\h\r",
        "j M Y, H:i": r"j. N Y, H:i \U\h\r",
        "j F Y, H:i": r"j. F Y, H:i \U\h\r",
        "l, H:i": r"l, H:i \U\h\r",
        "l j F": "l, j. F",
        "l j F Y": "l, j. F Y",
        "l j F, H:i": r"l, j. F, H:i \U\h\r",
        "l j F Y, H:i": r"l, j. F Y, H:i \U\h\r",
    },
}
# What is written in one way in each language: for machines, and a time or a part of a date alone.
SAME_EVERYWHERE = frozenset(
    {"c", "j", "M", "H:i", "H:i:s", "H:i T", "Y-m-d", "Y-m-d H:i", "Y-m-d H:i:s"}
    | {"DATE_FORMAT", "DATETIME_FORMAT", "TIME_FORMAT", "SHORT_DATE_FORMAT", "SHORT_DATETIME_FORMAT"}  # Django's
)


def in_language(form: str | None) -> str | None:
    """Return the form that the active language has for one of English."""
    return FORMS.get((get_language() or "").partition("-")[0], {}).get(form or "", form)


def date_format(value: date, form: str) -> str:
    """Return a date or time as the active language writes it."""
    return formats.date_format(value, in_language(form))
