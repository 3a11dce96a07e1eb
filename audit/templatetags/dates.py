"""The filter `date` of every template, which writes dates as the active language does."""

from __future__ import annotations

import datetime

from django import template
from django.template import defaultfilters

from audit.dates import in_language, minutes

register = template.Library()
register.filter("minutes", minutes)


@register.filter(expects_localtime=True, is_safe=False)
def date(value: datetime.date | str | None, form: str | None = None) -> str:
    """
    Return a date or time as the active language writes it; form: as English writes it.

    A time for machines ("c") ends with its second, because HTML allows no microseconds.
    """
    if form == "c" and isinstance(value, datetime.datetime):
        value = value.replace(microsecond=0)
    return defaultfilters.date(value, in_language(form))
