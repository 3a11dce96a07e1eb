"""Changes during an assumed session: declared by the code that makes them, and read before and after."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

from django.db.models import Model, QuerySet

from . import log
from .context import current
from .kinds import Kind

MASK = "•••"
# Matches whole words of a field's name: `tokens` and `api_key` are secrets, `monkey` is not.
SECRET = re.compile(r"(?:^|_)(?:password|passphrase|secrets?|tokens?|keys?|hash|nonce|otp|seed)(?:_|$)")

Row = dict[str, Any]


class ChangeTold(NamedTuple):
    """
    A recorded change in words, for the user whose row it was.

    before, after: "" if there is nothing to say. since: what became of it later, as far as the log says.
    """

    sentence: str
    before: str = ""
    after: str = ""
    since: str = ""


_declared: ContextVar[frozenset[str]] = ContextVar("audit_declared_tables", default=frozenset())


def declared_tables() -> frozenset[str]:
    """Return the tables whose changes are being recorded now."""
    return _declared.get()


@contextmanager
def record_change(
    rows: Model | QuerySet, *, about: object = "", more: Callable[[Row | None, Row | None], Row] | None = None
) -> Iterator[None]:
    """
    Record every row that the block creates, changes or deletes; do nothing outside an assumed session.

    rows: the object, or a queryset that contains every row that can change, before and after. about: the name that
    people know. more: returns what else the event says of a row, from the row before and after. Raises RuntimeError if
    an assumed session changes a row outside a recording.
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
                }
                | (more(then, now) if more else {}),
            )


def snapshot(queryset: QuerySet) -> dict[Any, Row]:
    """Return the current rows by primary key, without the fields that the model lists as `untraced`."""
    name = queryset.model._meta.pk.attname
    untraced = getattr(queryset.model, "untraced", ())
    fields = [field.attname for field in queryset.model._meta.concrete_fields if field.name not in untraced]
    return {row[name]: row for row in queryset.order_by().values(*fields)}


def shown(row: Row | None, *, beside: Row | None) -> Row | None:
    """Return changed fields only (all of them for a new or deleted row), with secrets masked; None without a row."""
    if row is None:
        return None
    return {
        name: MASK if value not in (None, "") and SECRET.search(name) else value
        for name, value in row.items()
        if beside is None or beside[name] != value
    }
