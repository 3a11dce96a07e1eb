"""
Dates and times as each language writes them: everywhere on pages, in mails and in files.

Code and templates name a form by the way English writes it, such as "j F Y, H:i"; the filter `date` of every template
asks this module. Forms for machines, such as "c" and "Y-m-d", are the same in each language.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import formats
from django.utils.translation import get_language
from django.utils.translation import gettext as _

FORMS: dict[str, dict[str, str]] = {
    "da": {
        "j M Y": "j. N Y",
        "j F Y": "j. F Y",
        "j M, H:i": "j. N \\k\\l.\u00a0H:i",
        "j M Y, H:i": "j. N Y \\k\\l.\u00a0H:i",
        "j F Y, H:i": "j. F Y \\k\\l.\u00a0H:i",
        "j M Y, H:i:s": "j. F Y \\k\\l.\u00a0H:i:s",
        "l, H:i": "l \\k\\l.\u00a0H:i",
        "l j F": "l \\d\\e\\n j. F",
        "l j F Y": "l \\d\\e\\n j. F Y",
        "l j F, H:i": "l \\d\\e\\n j. F \\k\\l.\u00a0H:i",
        "l j F Y, H:i": "l \\d\\e\\n j. F Y \\k\\l.\u00a0H:i",
    },
    "de": {
        "j M Y": "j. N Y",
        "j F Y": "j. F Y",
        "j M, H:i": "j. N, H:i\u00a0\\U\\h\\r",
        "j M Y, H:i": "j. N Y, H:i\u00a0\\U\\h\\r",
        "j F Y, H:i": "j. F Y, H:i\u00a0\\U\\h\\r",
        "j M Y, H:i:s": "j. F Y, H:i:s\u00a0\\U\\h\\r",
        "l, H:i": "l, H:i\u00a0\\U\\h\\r",
        "l j F": "l, j. F",
        "l j F Y": "l, j. F Y",
        "l j F, H:i": "l, j. F, H:i\u00a0\\U\\h\\r",
        "l j F Y, H:i": "l, j. F Y, H:i\u00a0\\U\\h\\r",
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


def minutes(duration: timedelta) -> str:
    """Return a duration in whole minutes, at least one."""
    return _("%(n)d min") % {"n": max(1, round(duration / timedelta(minutes=1)))}
