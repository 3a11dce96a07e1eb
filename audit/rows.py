"""The log as plain rows, the way verification reads it: its texts as they are stored, and no model instances."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from django.db import OperationalError, connection
from django.db.models import Func, TextField

from .models import AuditErasure, AuditEvent, AuditText

CHUNK = 2000


class Row(NamedTuple):
    """An event: what is hashed, as the chain spells and orders it, then what proves it."""

    schema: int
    log_id: str
    seq: int
    at: str
    kind: str
    outcome: str
    assumed_session: str | None
    actor_id: int | None
    target_id: int | None
    request_id: str | None
    actor_commitment: str | None
    target_commitment: str | None
    reason_commitment: str | None
    detail_commitment: str | None
    prev_hash: str
    entry_hash: str
    key_id: str
    mac: str

    @property
    def hashed(self) -> tuple[str | int | None, ...]:
        return self[:15]

    @property
    def commitments(self) -> tuple[str | None, ...]:
        return self[10:14]


class Chunk(NamedTuple):
    """Some events, with the texts (number, part, nonce, text) and the erasures (number, part) that belong to them."""

    events: list[Row]
    texts: list[tuple[int, str, str, str]]
    erased: set[tuple[int, str]]


class AsStored(Func):
    """A column without what its field makes of it; PostgreSQL spells it as a text."""

    output_field = TextField()
    template = "+%(expressions)s"  # SQLite's sign for the same value, whatever its type, without the column's type

    def as_postgresql(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, template=self.spelled, **context)


class StoredUUID(AsStored):
    spelled = "%(expressions)s::text"


class StoredTime(AsStored):
    # Not a cast, which DateStyle decides; and the pattern gives the years before our era numbers of ours.
    spelled = (
        "CASE WHEN %(expressions)s >= '0001-01-01 00:00+00' THEN "
        """to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"') END"""
    )


STORED = {"at": StoredTime, "log_id": StoredUUID, "assumed_session": StoredUUID, "request_id": StoredUUID}
COLUMNS = [STORED[name](name) if name in STORED else name for name in Row._fields]


def chunks_up_to(head: int) -> Iterator[Chunk]:
    """Every event up to this number, so many at a time."""
    last = 0
    while (chunk := chunk_after(last, head)).events:
        yield chunk
        last = chunk.events[-1].seq


def chunk_after(last: int, head: int) -> Chunk:
    if connection.vendor != "sqlite":
        return read(last, head, Row._make)
    try:
        return read(last, head, spelled)
    except OperationalError:  # a text that is not UTF-8, which SQLite keeps too
        connection.connection.text_factory = lambda stored: stored.decode("utf-8", "surrogateescape")
        try:
            return read(last, head, spelled)
        finally:
            connection.connection.text_factory = str


def read(last: int, head: int, made: Callable[[tuple], Row]) -> Chunk:
    events = AuditEvent.objects.filter(seq__gt=last, seq__lte=head).order_by("seq").values_list(*COLUMNS)[:CHUNK]
    rows = [made(event) for event in events]
    numbers = {"event_id__gt": last, "event_id__lte": rows[-1].seq if rows else last}
    # Erasures last: a text that is erased in between is then known to be.
    texts = AuditText.objects.filter(**numbers).values_list("event_id", "part", "nonce", "text")
    erased = AuditErasure.objects.filter(**numbers).values_list("event_id", "part")
    return Chunk(rows, list(texts), set(erased))


def spelled(event: tuple) -> Row:
    """With what Django leaves out on SQLite: dashes of a UUID; microseconds where there are none; the zone."""
    schema, log_id, seq, at, kind, outcome, session, actor_id, target_id, request_id, *others = event
    if isinstance(at, str):
        at = f"{at.replace(' ', 'T')}{'.000000' if len(at) == 19 else ''}+00:00"
    people = dashed(session), actor_id, target_id
    return Row(schema, dashed(log_id), seq, at, kind, outcome, *people, dashed(request_id), *others)


def dashed(uuid: Any) -> Any:
    if not isinstance(uuid, str):
        return uuid
    return f"{uuid[:8]}-{uuid[8:12]}-{uuid[12:16]}-{uuid[16:20]}-{uuid[20:]}"
