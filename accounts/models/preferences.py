"""Language and time zone of a user. A stored value that is unknown on this server falls back to the default."""

from __future__ import annotations

import logging
import zoneinfo
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, tzinfo
from functools import cache, lru_cache
from typing import Any, Protocol

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from audit.dates import date_format

logger = logging.getLogger(__name__)
ENGLISH = [("en", "English")]
# Entries of time zone databases that are not places: the local clock, and "none has been set".
NO_PLACES = frozenset({"localtime", "posixrules", "Factory", "build/etc/localtime"})


class HasPreferences(Protocol):
    """A user, or another object with a language and a time zone."""

    pk: Any
    language: Any
    time_zone: Any


class LanguageField(models.CharField):
    """The code of a language. Migrations don't know which ones an operator offers: that is no matter of the table."""

    def __init__(self, *args: Any, **options: Any) -> None:
        standard: dict[str, Any] = {"max_length": 10, "choices": offered_languages, "default": default_language}
        super().__init__(*args, **standard | options)

    def deconstruct(self) -> Any:
        """Return the field as the first migration has it, whatever the settings say."""
        name, _path, args, options = super().deconstruct()
        return name, "django.db.models.CharField", args, options | {"choices": ENGLISH, "default": "en"}


@cache
def time_zones() -> frozenset[str]:
    """Return the names of all time zones. They are read from disk once, because reading takes tens of milliseconds."""
    return frozenset(zoneinfo.available_timezones() - NO_PLACES)


def validate_time_zone(name: str) -> None:
    """Raise ValidationError if there is no such time zone."""
    if name not in time_zones():
        raise ValidationError(_("“%(name)s” is not a time zone."), params={"name": name})


def zone_named(name: str, owner: str) -> zoneinfo.ZoneInfo | None:
    """
    Return the time zone, or None if this server doesn't know it (any more).

    owner: the owner of the value, for the log.
    """
    if name in time_zones():
        # The files can disappear while the process runs, for example in an upgrade of the operating system.
        with suppress(KeyError, ValueError, OSError):
            return zoneinfo.ZoneInfo(name)
    log_unknown("time zone", name, owner)
    return None


def time_zone_of(user: HasPreferences) -> tzinfo:
    """Return the user's time zone, or the platform's default."""
    return zone_named(user.time_zone, f"person {user.pk}") or timezone.get_default_timezone()


def language_of(user: HasPreferences) -> str:
    """Return the code of the user's language, or of the platform's default."""
    if is_offered(user.language):
        return user.language
    log_unknown("language", user.language, f"person {user.pk}")
    return settings.LANGUAGE_CODE


def default_language() -> str:
    """Return the code of the platform's own language."""
    return settings.LANGUAGE_CODE


def offered_languages() -> list[tuple[str, str]]:
    """Return the code of each language that the platform offers, with its own name."""
    return [(code, str(name)) for code, name in settings.LANGUAGES]


def is_offered(language: str) -> bool:
    """Return whether the platform offers this language."""
    return language in dict(settings.LANGUAGES)


@lru_cache(maxsize=1000)
def log_unknown(what: str, value: str, owner: str) -> None:
    """Log an unknown stored value once per process, because every page of the user would repeat it."""
    logger.warning("Unknown %s %r of %s: the default is used", what, value[:50], owner)


@contextmanager
def preferences_of(user: HasPreferences) -> Iterator[None]:
    """Use the user's language and time zone within the block."""
    with translation.override(language_of(user)), timezone.override(time_zone_of(user)):
        yield


def moment(at: datetime) -> str:
    """Return a time in the active language and time zone, such as "Monday 30 November 2026, 08:00"."""
    return date_format(timezone.localtime(at), "l j F Y, H:i")
