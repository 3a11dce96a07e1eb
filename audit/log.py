"""Writing the log: events are queued during a transaction, and appended as its last step."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.db import (
    DatabaseError,
    InterfaceError,
    InternalError,
    OperationalError,
    connection,
    transaction,
)
from django.db.models import QuerySet, Subquery
from django.utils import timezone

from . import anchors, chain
from .context import Person, current
from .errors import NotRecorded
from .kinds import Kind
from .statements import Statement, insert

if TYPE_CHECKING:
    from .models import AuditEvent, AuditText

STORED_AT_ONCE = 2_000  # events in one statement; an import records one for each user
# In one round trip: check deferred constraints before the lock is held, then wait two seconds at most for the lock.
LOCK_THE_CHAIN = (
    "SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL lock_timeout = '2s'; SELECT pg_advisory_xact_lock(6004851321477563)"
)
CLOCKS_DIFFER_BY = timedelta(seconds=5)
# What databases raise if they are full, read-only, locked or gone.
UNAVAILABLE = (OperationalError, InternalError, InterfaceError)
logger = logging.getLogger(__name__)


@contextmanager
def not_recorded_if(*errors: type[Exception]) -> Iterator[None]:
    """Raise NotRecorded instead of these errors."""
    try:
        yield
    except NotRecorded:
        raise
    except errors as error:
        raise NotRecorded(str(error)) from error


@dataclass(slots=True)
class Entry:
    """An event without its place in the chain and its time."""

    kind: str
    outcome: str
    assumed_session: UUID | None
    actor_id: int | None
    target_id: int | None
    request_id: UUID | None
    texts: dict[str, str]


_queue: ContextVar[list[Entry] | None] = ContextVar("audit_queue", default=None)


@contextmanager
def recording(*, durable: bool = False) -> Iterator[None]:
    """
    Run the block in a transaction, and append its events at the end: all of it, or nothing.

    Inside another recording it is a savepoint, whose events wait for the outermost one. durable: refuse to be
    anything but the outermost transaction. Raises NotRecorded, all undone, if the log or the database can't be written.
    """
    outer = _queue.get()
    if outer is not None:
        before = len(outer)
        try:
            with transaction.atomic(durable=durable):
                yield
        except BaseException:
            del outer[before:]
            raise
        return
    token = _queue.set([])
    try:
        with not_recorded_if(*UNAVAILABLE), transaction.atomic(durable=durable):
            yield
            append(_queue.get() or [])
    finally:
        _queue.reset(token)


def record(
    kind: str,
    *,
    outcome: str = "done",
    actor: Person | None = None,
    target: Person | None = None,
    assumed_session: UUID | None = None,
    reason: dict[str, Any] | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """
    Queue one event for the surrounding `recording`; missing arguments come from the audit context.

    reason, detail: readable texts of the event, which can be erased. Raises RuntimeError outside a recording.
    """
    queue = _queue.get()
    if queue is None:
        raise RuntimeError("audit.log.record() needs a surrounding audit.log.recording().")
    context = current()
    actor, target = actor or context.actor, target or context.target
    contents = {
        "actor": {
            "name": actor.name if actor else "",
            "email": actor.email if actor else "",
            "address": context.address,
            "user_agent": context.user_agent,
        },
        "target": {"name": target.name, "email": target.email} if target else {},
        "reason": reason or {},
        "detail": detail or {},
    }
    queue.append(
        Entry(
            kind=str(kind),
            outcome=str(outcome),
            assumed_session=assumed_session or context.assumed_session,
            actor_id=actor.id if actor else None,
            target_id=target.id if target else None,
            request_id=context.request_id,
            texts={part: chain.canonical_text(text) for part, text in contents.items() if not is_empty(text)},
        )
    )


def is_empty(content: dict[str, Any]) -> bool:
    """Return whether no value of the content is set."""
    return not any(value not in ("", None) for value in content.values())


def head_of_the_chain() -> QuerySet[AuditEvent]:
    """Return the newest event, annotated with the key of the newest rotation."""
    from .keys import newest_rotation
    from .models import AuditEvent

    newest = AuditEvent.objects.order_by("-seq").only("entry_hash", "log_id", "at")[:1]
    return newest.annotate(rotated_to=Subquery(newest_rotation()))


HEAD = Statement(head_of_the_chain)


def append(entries: Sequence[Entry], *, times: Sequence[datetime] = ()) -> None:
    """
    Append entries behind the head of the chain, as the last step of the caller's transaction.

    times: the time of each entry, for a generated log; by default all have the time of this call. No request passes it:
    `record` has no such argument. Raises RetiredKey if this process missed the newest rotation.
    """
    from .keys import refuse_retired

    if not entries:
        return
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(LOCK_THE_CHAIN)
    head = next(iter(HEAD.objects()), None)
    seq, prev_hash, log_id = (head.seq, head.entry_hash, head.log_id) if head else (0, chain.GENESIS, uuid4())
    refuse_retired(head and head.rotated_to, rotates=any(entry.kind == Kind.AUDIT_KEY_ROTATED for entry in entries))
    times = times or [time_after(head and head.at)] * len(entries)
    placed = zip(entries, times, strict=True)
    while batch := list(islice(placed, STORED_AT_ONCE)):
        events: list[AuditEvent] = []
        texts: list[AuditText] = []
        for entry, at in batch:
            seq += 1
            event, its_texts = chained(entry, seq, at, prev_hash, log_id)
            prev_hash = event.entry_hash
            events.append(event)
            texts += its_texts
        with not_recorded_if(DatabaseError):  # a trigger or a missing grant refuses
            insert(events)
            insert(texts)
    last = events[-1]
    transaction.on_commit(lambda: anchors.write(last))


def time_after(before: datetime | None) -> datetime:
    """
    Return the time of the next event: this machine's clock, but not before the newest event.

    before: the time of the newest event. It is returned if this machine's clock is behind by up to CLOCKS_DIFFER_BY,
    which is normal between machines. A clock further behind is wrong: its time is returned, so that verification warns.
    Limits use the database's clock (audit/clock.py). The log uses the machine's, because it has to show a wrong clock.
    """
    now = timezone.now()
    if before is None or now >= before:
        return now
    if before - now <= CLOCKS_DIFFER_BY:
        return before
    logger.warning("The clock is %s behind the newest audit event: some machine's clock is wrong", before - now)
    return now


def chained(entry: Entry, seq: int, at: datetime, prev_hash: str, log_id: UUID) -> tuple[AuditEvent, list[AuditText]]:
    """Return the event at its place in the chain, and its texts with their commitments."""
    from .models import AuditEvent, AuditText

    texts = [
        AuditText(event_id=seq, part=part, nonce=secrets.token_hex(32), text=text) for part, text in entry.texts.items()
    ]
    event = AuditEvent(
        seq=seq,
        log_id=log_id,
        schema=chain.SCHEMA,
        at=at,
        kind=entry.kind,
        outcome=entry.outcome,
        assumed_session=entry.assumed_session,
        actor_id=entry.actor_id,
        target_id=entry.target_id,
        request_id=entry.request_id,
        prev_hash=prev_hash,
        **{f"{text.part}_commitment": chain.commitment(text.nonce, text.text) for text in texts},
    )
    event.entry_hash = chain.entry_hash(chain.hashed_fields(event))
    event.key_id, event.mac = chain.sign(event.entry_hash)
    return event, texts
