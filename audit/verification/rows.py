"""The log as plain rows for verification: values as they are stored, without model instances."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from django.db import OperationalError, connection

CHUNK = 2000
# The greatest number of an event. SQLite sorts only text and blobs above it.
GREATEST = 2**63 - 1
UUIDS = ("log_id", "assumed_session", "request_id")


class Row(NamedTuple):
    """An event: the hashed fields in the form and order of the chain, then hash, key and signature."""

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
    """The permission to delete a text, with kind, person and number of the event that records it."""

    seq: int
    part: str
    kind: str | None
    person_id: int | None
    erased_by: int | None


class Chunk(NamedTuple):
    """Consecutive events, with their texts (number, part, nonce, text) and their erasures."""

    events: list[Row]
    texts: list[tuple[int, str, str, str]]
    erasures: list[Erasure]


# PostgreSQL formats UUIDs and times. A cast of a time would depend on DateStyle, and the pattern would show a year BC
# as a year AD. A unary + stops SQLite from applying column affinity, so the raw value is returned.
TIME = """to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')"""
SPELLED = {
    "postgresql": {
        "at": f"CASE WHEN at >= '0001-01-01 00:00+00' THEN {TIME} END",
        **{name: f"{name}::text" for name in UUIDS},
    },
    "sqlite": {name: f"+{name}" for name in ("at", *UUIDS)},
}


def chunks_up_to(head: int, *, after: int = 0) -> Iterator[Chunk]:
    """Yield every event up to the number `head`, in chunks. after: number of the last sealed event, if there is one."""
    last = after or -GREATEST
    while (chunk := chunk_after(last, head)).events:
        yield chunk
        last = chunk.events[-1].seq


def chunk_after(last: int, head: int) -> Chunk:
    """Return the chunk after the event `last`."""
    return chunk_where("{} > %s AND {} <= %s", (last, head))


def chunk_of(numbers: Sequence[int]) -> Chunk:
    """Return the events of these numbers, at most CHUNK."""
    return chunk_where(f"{{}} IN ({', '.join(['%s'] * len(numbers))})", numbers)


def chunk_where(condition: str, values: Sequence[int]) -> Chunk:
    """
    Return a chunk; on SQLite decode text that isn't UTF-8 to surrogates.

    condition: SQL with {} as the column of the events' numbers. values: its parameters.
    """
    if connection.vendor != "sqlite":
        return read(condition, values, Row._make)
    try:
        return read(condition, values, spelled)
    except OperationalError:  # text that isn't UTF-8, which SQLite can hold
        connection.connection.text_factory = lambda stored: stored.decode("utf-8", "surrogateescape")
        try:
            return read(condition, values, spelled)
        finally:
            connection.connection.text_factory = str


def read(condition: str, values: Sequence[int], made: Callable[[tuple], Row]) -> Chunk:
    """Read a chunk without the ORM, which would take as long as the hashes."""
    columns = ", ".join(SPELLED[connection.vendor].get(name, name) for name in Row._fields)
    which = condition.replace("{}", "seq")
    events = f"SELECT {columns} FROM audit_auditevent WHERE {which} ORDER BY seq LIMIT {CHUNK}"  # noqa: S608
    numbers = f"WHERE {condition.replace('{}', 'event_id')} AND event_id <= %s"
    with connection.cursor() as cursor:
        cursor.execute(events, values)
        rows = list(map(made, cursor.fetchall()))
        if not rows:
            return Chunk([], [], [])
        values = (*values, rows[-1].seq)
        cursor.execute(f"SELECT event_id, part, nonce, text FROM audit_audittext {numbers}", values)  # noqa: S608
        texts = cursor.fetchall()
        # Read the erasures last, so that a text that is erased meanwhile has its erasure here.
        erasures = "audit_auditerasure LEFT JOIN audit_auditevent ON seq = erased_by_id AND seq > event_id"
        cursor.execute(f"SELECT event_id, part, kind, target_id, seq FROM {erasures} {numbers}", values)  # noqa: S608
        return Chunk(rows, texts, list(map(Erasure._make, cursor.fetchall())))


def spelled(event: tuple) -> Row:
    """Return the row with what Django omits on SQLite: dashes of a UUID, microseconds of 0, the time zone."""
    schema, log_id, seq, at, kind, outcome, session, actor_id, target_id, request_id, *others = event
    if isinstance(at, str):
        at = f"{at.replace(' ', 'T')}{'.000000' if len(at) == 19 else ''}+00:00"
    people = dashed(session), actor_id, target_id
    return Row(schema, dashed(log_id), seq, at, kind, outcome, *people, dashed(request_id), *others)


def dashed(uuid: Any) -> Any:
    """Return a UUID with its dashes; any other value unchanged."""
    if not isinstance(uuid, str):
        return uuid
    return f"{uuid[:8]}-{uuid[8:12]}-{uuid[12:16]}-{uuid[16:20]}-{uuid[20:]}"
