"""Remarks about a whole file: columns that are not used, second jobs, languages and time zones that are unknown."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.user_import.mapping.columns import Columns
from accounts.user_import.mapping.fields import Field
from accounts.user_import.problems import Problem

from .repeats import Repeats
from .rows import RowReader


def remarks(columns: Columns, reader: RowReader, repeats: Repeats) -> Iterator[Problem]:
    """Yield the remarks, after all rows have been read."""
    if ignored := columns.ignored():
        message = _("These columns are not used: %(headings)s.") % {"headings": ", ".join(ignored)}
        yield Problem(columns.line, "", message)
    for line, earlier in repeats.second_jobs.items():
        message = _("Line %(line)s is about this person too. A person has one department and one job profile here.")
        yield Problem(line, "", message % {"line": earlier})
    for code, count in reader.unknown_languages.items():
        message = ngettext(
            "The language “%(code)s” is not offered here: %(count)s person keeps theirs or gets the standard one.",
            "The language “%(code)s” is not offered here: %(count)s people keep theirs or get the standard one.",
            count,
        )
        yield Problem(columns.line, columns.heading(Field.LANGUAGE), message % {"code": code, "count": count})
    for name, count in reader.unknown_time_zones.items():
        message = ngettext(
            "“%(name)s” is not a time zone: %(count)s person keeps theirs or gets the standard one.",
            "“%(name)s” is not a time zone: %(count)s people keep theirs or get the standard one.",
            count,
        )
        yield Problem(columns.line, columns.heading(Field.TIME_ZONE), message % {"name": name, "count": count})
