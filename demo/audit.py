"""A long audit log for the demo company: two years of people helping people, in a chain that verifies."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection, transaction

from audit import anchors, chain
from audit.log import LOCK_THE_CHAIN
from audit.models import AuditEvent
from audit.verification.rows import Row

from .audit_story import Moment, story

if TYPE_CHECKING:
    from psycopg import Cursor

BATCH = 20_000
FRESH = 1_000
TEXT_COLUMNS = ("event_id", "part", "nonce", "text")
# Those of the log's tables that keep no rule, with the statements that make each, and its statistics, as they are.
INDEXES = """
    SELECT indexes.relname, pg_get_indexdef(indexes.oid) || coalesce(string_agg(
        format('; ALTER INDEX %I ALTER COLUMN %s SET STATISTICS %s', indexes.relname, attnum, attstattarget), ''
    ) FILTER (WHERE attstattarget > 0), '')
    FROM pg_index
    JOIN pg_class indexes ON indexes.oid = indexrelid
    JOIN pg_attribute ON attrelid = indexrelid
    WHERE indrelid IN ('audit_auditevent'::regclass, 'audit_audittext'::regclass)
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
    GROUP BY indexes.relname, indexes.oid
"""
Values = tuple[object, ...]


def generate(count: int) -> Iterator[int]:
    """
    Append so many events behind whatever the log holds; yields how many there are after each batch.

    Behind the few events of a fresh demo they tell of two years, and the clock goes back once; else they follow the
    newest one.
    """
    newest = AuditEvent.objects.order_by("-seq").first()
    moments, reached = story(count, since=newest.at if newest and newest.seq > FRESH else None), 0
    with indexes_made_at_the_end() if count > max(BATCH, newest.seq if newest else 0) else nullcontext():
        while batch := list(islice(moments, BATCH)):
            append(batch)
            reached += len(batch)
            yield reached


@contextmanager
def indexes_made_at_the_end() -> Iterator[None]:
    """Millions of rows go in several times as fast where each index is made once, of all of them."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(INDEXES)
        indexes = cursor.fetchall()
        for name, _statement in indexes:
            cursor.execute(f"DROP INDEX {name}")
        try:
            yield
        finally:
            cursor.execute("SET maintenance_work_mem = '1GB'")
            for _name, statement in indexes:
                cursor.execute(statement)


@transaction.atomic(durable=True)
def append(moments: list[Moment]) -> None:
    """As audit.log does it, but thousands at a time: lock the chain, go on from its head, tell the anchor."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(LOCK_THE_CHAIN)
        head = AuditEvent.objects.order_by("-seq").values_list("seq", "entry_hash", "log_id").first()
        events, texts = chained(moments, *(head or (0, chain.GENESIS, uuid4())))
        copy(cursor, "audit_auditevent", Row._fields, events)
        copy(cursor, "audit_audittext", TEXT_COLUMNS, texts)
    last = AuditEvent.objects.latest("seq")
    transaction.on_commit(lambda: anchors.write(last))


def chained(moments: list[Moment], seq: int, prev_hash: str, log_id: UUID) -> tuple[list[Values], list[Values]]:
    """
    The rows of both tables, without a model instance for any of them.

    The bytes are those of audit.chain.entry_hash, put together by hand, which is three times as fast.
    """
    key_id = next(iter(settings.AUDIT_KEYS))
    key = settings.AUDIT_KEYS[key_id].encode()
    log, sha256 = str(log_id), hashlib.sha256
    nonces = secrets.token_bytes(32 * sum(len(moment.texts) for moment in moments))
    events: list[Values] = []
    texts: list[Values] = []
    used = 0
    for at, kind, outcome, session, actor_id, target_id, request_id, parts in moments:
        seq += 1
        commitments: dict[str, str | None] = dict.fromkeys(chain.PARTS)
        for part, text in parts:
            nonce = nonces[used : used + 32]
            used += 32
            commitments[part] = sha256(nonce + text.encode()).hexdigest()
            texts.append((seq, part, nonce.hex(), text))
        committed = tuple(commitments.values())
        time = at.isoformat(timespec="microseconds")
        canonical = (
            f'[{chain.SCHEMA},"{log}",{seq},"{time}","{kind}","{outcome}",{quoted(session)},{number(actor_id)},'
            f'{number(target_id)},{quoted(request_id)},{",".join(map(quoted, committed))},"{prev_hash}"]'
        )
        digest = sha256(canonical.encode())
        entry_hash, mac = digest.hexdigest(), hmac.digest(key, digest.digest(), "sha256").hex()
        events.append(
            (chain.SCHEMA, log, seq, time, kind, outcome, session, actor_id, target_id, request_id, *committed,
             prev_hash, entry_hash, key_id, mac)
        )  # fmt: skip
        prev_hash = entry_hash
    return events, texts


def quoted(value: str | None) -> str:
    return "null" if value is None else f'"{value}"'


def number(value: int | None) -> str:
    return "null" if value is None else str(value)


def copy(cursor: Cursor, table: str, columns: tuple[str, ...], rows: Iterable[Values]) -> None:
    """The fastest way in that the database has."""
    names = ", ".join(columns)
    if connection.vendor == "postgresql":
        with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as stream:
            stream.write("".join("\t".join(map(copied, row)) + "\n" for row in rows))
        return
    marks = ", ".join(["%s"] * len(columns))
    statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 names of ours
    cursor.executemany(statement, [tuple(map(kept, row)) for row in rows])


def copied(value: object) -> str:
    """A value in PostgreSQL's text format; JSON has escaped tabs and ends of lines before."""
    if value is None:
        return r"\N"
    return value.replace("\\", "\\\\") if isinstance(value, str) else str(value)


def kept(value: object) -> object:
    """A value as Django keeps it on SQLite: no dashes in a UUID, no zone in a time."""
    if isinstance(value, str):
        if len(value) == 36 and value[8] == value[13] == value[18] == value[23] == "-":
            return value.replace("-", "")
        if len(value) == 32 and value.endswith("+00:00"):
            return str(datetime.fromisoformat(value).astimezone(UTC).replace(tzinfo=None))
    return value
