"""The log as plain rows, the way verification reads it: its texts as they are stored, and no model instances."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from django.db import OperationalError, connection

CHUNK = 2000
# No number is greater; what SQLite takes for greater is no number.
GREATEST = 2**63 - 1
UUIDS = ("log_id", "assumed_session", "request_id")


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


class Erasure(NamedTuple):
    """What allows a text to be gone, with the kind and the person of the event that says so."""

    seq: int
    part: str
    kind: str | None
    person_id: int | None


class Chunk(NamedTuple):
    """Some events, with the texts (number, part, nonce, text) and the erasures of their numbers."""

    events: list[Row]
    texts: list[tuple[int, str, str, str]]
    erasures: list[Erasure]


# PostgreSQL spells UUIDs and times itself: not by a cast, which DateStyle decides, and no year before our era, to which
# the pattern gives a number of ours. SQLite gives what it holds, of whatever type: "+" hides the column's own from it.
TIME = """to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')"""
SPELLED = {
    "postgresql": {
        "at": f"CASE WHEN at >= '0001-01-01 00:00+00' THEN {TIME} END",
        **{name: f"{name}::text" for name in UUIDS},
    },
    "sqlite": {name: f"+{name}" for name in ("at", *UUIDS)},
}


def chunks_up_to(head: int) -> Iterator[Chunk]:
    """Every event up to this number, so many at a time."""
    last = -GREATEST
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
    """Without the ORM, whose way to the rows takes as long as their hashes."""
    columns = ", ".join(SPELLED[connection.vendor].get(name, name) for name in Row._fields)
    events = f"SELECT {columns} FROM audit_auditevent WHERE seq > %s AND seq <= %s ORDER BY seq LIMIT {CHUNK}"  # noqa: S608
    numbers = "WHERE event_id > %s AND event_id <= %s"
    with connection.cursor() as cursor:
        cursor.execute(events, (last, head))
        rows = list(map(made, cursor.fetchall()))
        between = (last, rows[-1].seq if rows else last)
        cursor.execute(f"SELECT event_id, part, nonce, text FROM audit_audittext {numbers}", between)  # noqa: S608
        texts = cursor.fetchall()
        # Last, for what is erased while we read is then known to be.
        erasures = "audit_auditerasure LEFT JOIN audit_auditevent ON seq = erased_by_id AND seq > event_id"
        cursor.execute(f"SELECT event_id, part, kind, target_id FROM {erasures} {numbers}", between)  # noqa: S608
        return Chunk(rows, texts, list(map(Erasure._make, cursor.fetchall())))


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
