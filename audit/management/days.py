"""Days as arguments of commands."""

from datetime import UTC, date, datetime

from django.core.management.base import CommandError
from django.utils.translation import gettext as _


def morning_of(day: str) -> datetime:
    """Return the beginning of a day in UTC; raise CommandError if it isn't a day."""
    try:
        found = date.fromisoformat(day)
    except ValueError as error:
        raise CommandError(_("%(day)s is not a date: write it like 2025-01-31.") % {"day": day}) from error
    return datetime(found.year, found.month, found.day, tzinfo=UTC)
