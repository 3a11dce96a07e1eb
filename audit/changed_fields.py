"""What an event says was there before and after, field by field, in words; the stored record is not touched."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from .dates import date_format
from .kinds import Kind
from .models import AuditEvent
from .reading import CODES, key_in_words, shortened, words

Detail = Mapping[str, Any]
Field = Any  # a field of a model
EMPTY = "–"
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
# The models whose fields events name, by the first part of their kind. Each app adds its own.
MODELS: dict[str, tuple[str, ...]] = {}
# Values that a model alone can put into words, such as keys of choices: None if it can't either.
VALUES: dict[str, Callable[[Detail, str, str], str | None]] = {}
# What a value is that has no name of its own in its event.
UNNAMED: dict[str, Any] = {
    Kind.PERMISSION_TYPE_ASSIGNED: gettext_lazy("Permission types"),
    Kind.PERMISSION_TYPE_CREATED: gettext_lazy("Rights"),
    Kind.PERMISSION_TYPE_CHANGED: gettext_lazy("Rights"),
    Kind.PERMISSION_TYPE_DELETED: gettext_lazy("Rights"),
    Kind.USER_PROTECTION_CHANGED: gettext_lazy("Protected"),
    Kind.AUDIT_KEY_ROTATED: gettext_lazy("Key"),
    Kind.DUE_DATE_EXTENDED: gettext_lazy("Due"),
}


class ChangedField(NamedTuple):
    """One row of the table: the field, and its values before and after."""

    label: str
    before: str
    after: str


def changed_fields(event: AuditEvent, detail: Detail) -> list[ChangedField]:
    """Return what changed, whatever an event of another version, or an altered one, holds there."""
    parts = {name: detail.get(name) for name in ("before", "after")}
    if all(value is None for value in parts.values()):
        return []
    if not all(isinstance(value, dict | None) for value in parts.values()):
        label = str(UNNAMED.get(event.kind, _("Value")))
        return [ChangedField(label, *(in_words(value) for value in parts.values()))]
    rows: list[dict[str, Any]] = [value or {} for value in parts.values()]
    return [changed_field(event, detail, name) for name in dict.fromkeys(name for row in rows for name in row)]


def changed_field(event: AuditEvent, detail: Detail, name: str) -> ChangedField:
    field = field_of(event, detail, name)
    label = capfirst(label_of(field)) if field else key_in_words(name)
    by_model = VALUES.get(str(detail.get("model")))
    values = []
    for part in ("before", "after"):
        row = detail.get(part)
        said = by_model(detail, part, name) if by_model else None
        if said is None:
            is_there = isinstance(row, dict) and name in row
            said = named_in_words(name, row[name], field) if is_there and row else EMPTY
        values.append(str(shortened(said)))
    return ChangedField(label, *values)


def field_of(event: AuditEvent, detail: Detail, name: str) -> Field | None:
    """Return the field that a name in an event means; None if no model has it today."""
    named = (str(detail["model"]),) if detail.get("model") else MODELS.get(event.kind.partition(".")[0], ())
    for label in named:
        try:
            model = apps.get_model(label)
        except (LookupError, ValueError):
            continue
        for field in model._meta.concrete_fields:
            if name in (field.name, field.attname):
                return field
        try:
            found = model._meta.get_field(name)
        except FieldDoesNotExist:
            continue
        if isinstance(found, models.Field):
            return found
    return None


def label_of(field: Field) -> str:
    """Return the name of a field; that of the model that it leads to, if it has no name of its own in each language."""
    has_own_name = str(field.verbose_name) != field.name.replace("_", " ")
    return str(field.verbose_name if has_own_name or not field.is_relation else field.related_model._meta.verbose_name)


def named_in_words(name: Any, value: Any, field: Field | None = None) -> str:
    """Return a value in words; a code of the platform, by the name that its event gives it, as people write it."""
    if field is None and name in CODES and isinstance(value, str) and value:
        return words(value)
    return in_words(value, field)


def in_words(value: Any, field: Field | None = None) -> str:
    """Return a stored value as people write it in their language and time zone."""
    if isinstance(field, models.BooleanField):
        value = {None: False, "yes": True}.get(value, value) if isinstance(value, str | None) else value
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value in (None, "", [], {}):
        return EMPTY
    if isinstance(value, list):
        return ", ".join(in_words(each) for each in value)
    if isinstance(value, dict):
        return ", ".join(f"{key_in_words(name)}: {named_in_words(name, each)}" for name, each in value.items())
    if field is not None and (label := dict(field.flatchoices).get(value)):
        return str(label)
    if isinstance(field, models.DurationField):
        return duration(value)
    return moment(value) if isinstance(value, str) else str(value)


def duration(value: Any) -> str:
    """Return a duration that is stored in seconds in days; any other one as it is stored."""
    try:
        days = timedelta(seconds=float(value)) / timedelta(days=1)
    except (ValueError, TypeError, OverflowError):
        return str(value)
    return ngettext("%(n)s day", "%(n)s days", 1 if days == 1 else 2) % {"n": f"{days:g}"}


def moment(text: str) -> str:
    """Return a time or a date as the language writes it; any other text as it is."""
    try:
        if MOMENT.fullmatch(text) and (at := parse_datetime(text)):
            return date_format(timezone.localtime(at) if timezone.is_aware(at) else at, "j M Y, H:i")
        if DAY.fullmatch(text) and (day := parse_date(text)):
            return date_format(day, "j F Y")
    except (ValueError, OverflowError):
        pass
    return text
