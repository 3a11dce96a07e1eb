"""A long audit log of the demo company: two years of assumed sessions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from itertools import islice

from django.db import connection, transaction

from audit import log
from audit.models import AuditEvent

from .audit_story import Moment, story

BATCH = 20_000  # events in one transaction
FRESH = 2_000  # events; a shorter log holds only what loading the demo has recorded
# Indexes of the log that enforce no constraint: name, and the statements that create it with its statistics.
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


def generate(count: int) -> Iterator[int]:
    """
    Append `count` events to the log, and yield the number of events appended so far after each batch.

    In a fresh demo the events cover the last two years, so that the clock goes back once. Otherwise they follow the
    newest event.
    """
    newest = AuditEvent.objects.order_by("-seq").first()
    length = newest.seq if newest else 0
    moments = story(count, since=newest.at if newest and length > FRESH else None)
    appended = 0
    with without_indexes() if count > max(BATCH, length) else nullcontext():
        while batch := list(islice(moments, BATCH)):
            append(batch)
            appended += len(batch)
            yield appended


@contextmanager
def without_indexes() -> Iterator[None]:
    """Drop the indexes during the block on PostgreSQL, because creating each one once is several times as fast."""
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
    """Append generated events in one transaction, with their own times."""
    log.append([moment.entry for moment in moments], times=[moment.at for moment in moments])
