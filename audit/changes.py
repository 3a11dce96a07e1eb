"""What was changed on somebody's behalf: declared where it is changed, read from the database before and after."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db.models import Model, QuerySet

from . import log
from .context import current
from .kinds import Kind

MASK = "•••"
# Whole words of a field's name, so that `tokens` and `api_key` are secrets and `monkey` is not.
SECRET = re.compile(r"(?:^|_)(?:password|passphrase|secrets?|tokens?|keys?|hash|nonce|otp|seed)(?:_|$)")

Row = dict[str, Any]

_declared: ContextVar[frozenset[str]] = ContextVar("audit_declared_tables", default=frozenset())


def declared_tables() -> frozenset[str]:
    """The tables whose changes are being watched right now."""
    return _declared.get()


@contextmanager
def record_change(rows: Model | QuerySet, *, about: object = "") -> Iterator[None]:
    """
    Record every row that the block creates, changes or deletes; outside an assumed session it costs nothing.

    rows: the object, or a queryset that holds whatever may change, before and after. about: what a person calls it.
    Raises RuntimeError where an assumed session changes something outside a recording.
    """
    if current().assumed_session is None:
        yield
        return
    queryset = rows if isinstance(rows, QuerySet) else rows.__class__._base_manager.filter(pk=rows.pk)
    table = queryset.model._meta.db_table
    before = snapshot(queryset)
    token = _declared.set(_declared.get() | {table})
    try:
        yield
    finally:
        _declared.reset(token)
    after = snapshot(queryset)
    for key in sorted({*before, *after}):
        then, now = before.get(key), after.get(key)
        if then != now:
            log.record(
                Kind.ASSUMED_SESSION_CHANGED,
                detail={
                    "table": table,
                    "row": key,
                    "model": queryset.model._meta.label_lower,
                    "about": str(about),
                    "before": shown(then, beside=now),
                    "after": shown(now, beside=then),
                },
            )


def snapshot(queryset: QuerySet) -> dict[Any, Row]:
    """The rows as they are now, by primary key; without what a model calls untraced, which is bookkeeping."""
    name = queryset.model._meta.pk.attname
    untraced = getattr(queryset.model, "untraced", ())
    fields = [field.attname for field in queryset.model._meta.concrete_fields if field.name not in untraced]
    return {row[name]: row for row in queryset.order_by().values(*fields)}


def shown(row: Row | None, *, beside: Row | None) -> Row | None:
    """Of a changed row what differs, of a new or deleted one everything; secrets are masked; None where none is."""
    if row is None:
        return None
    return {
        name: MASK if value not in (None, "") and SECRET.search(name) else value
        for name, value in row.items()
        if beside is None or beside[name] != value
    }
