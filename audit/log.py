"""Writing the log: events are queued during a transaction, and appended as its last step."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice, repeat
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
from django.db.models import QuerySet
from django.utils import timezone

from . import anchors, chain
from .context import Context, Person, current
from .errors import NotRecorded
from .kinds import Kind
from .statements import Statement, database_values, insert_rows

if TYPE_CHECKING:
    from .models import AuditEvent

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


# An event, or an iterator that makes events while they are appended.
Queued = Entry | Iterator[Entry]
_queue: ContextVar[list[Queued] | None] = ContextVar("audit_queue", default=None)


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
    made = entry(
        current(),
        kind,
        outcome=outcome,
        actor=actor,
        target=target,
        assumed_session=assumed_session,
        reason=reason,
        detail=detail,
    )
    queue().append(made)


def record_each(events: Iterable[dict[str, Any]]) -> None:
    """
    Queue many events, each given by the arguments of `record`.

    The iterable is consumed while the events are appended, so that they are never in memory together. What it yields
    must not depend on the database, which is locked by then.
    """
    context = current()
    queue().append(entry(context, **event) for event in events)


def queue() -> list[Queued]:
    """Return the queue of the surrounding recording."""
    found = _queue.get()
    if found is None:
        raise RuntimeError("audit.log.record() needs a surrounding audit.log.recording().")
    return found


def entry(
    context: Context,
    kind: str,
    *,
    outcome: str = "done",
    actor: Person | None = None,
    target: Person | None = None,
    assumed_session: UUID | None = None,
    reason: dict[str, Any] | None = None,
    detail: dict[str, Any] | None = None,
) -> Entry:
    """Return an event; missing arguments come from the context."""
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
    return Entry(
        kind=str(kind),
        outcome=str(outcome),
        assumed_session=assumed_session or context.assumed_session,
        actor_id=actor.id if actor else None,
        target_id=target.id if target else None,
        request_id=context.request_id,
        texts={part: chain.canonical_text(text) for part, text in contents.items() if not is_empty(text)},
    )


def is_empty(content: dict[str, Any]) -> bool:
    """Return whether no value of the content is set."""
    return not any(value not in ("", None) for value in content.values())


def head_of_the_chain() -> QuerySet[AuditEvent]:
    """Return the newest event, annotated with the key of the newest rotation."""
    from .keys import key_of_the_log
    from .models import AuditEvent

    newest = AuditEvent.objects.order_by("-seq").only("entry_hash", "log_id", "at")[:1]
    return newest.annotate(rotated_to=key_of_the_log())


HEAD = Statement(head_of_the_chain)


def append(queued: Sequence[Queued], *, times: Sequence[datetime] = ()) -> None:
    """
    Append entries behind the head of the chain, as the last step of the caller's transaction.

    times: the time of each entry, for a generated log; by default all have the time of this call. No request passes it:
    `record` has no such argument. Raises RetiredKey if this process missed the newest rotation.
    """
    from .keys import refuse_retired

    if not queued:
        return
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(LOCK_THE_CHAIN)
    head = next(iter(HEAD.objects()), None)
    seq, prev_hash, log_id = (head.seq, head.entry_hash, head.log_id) if head else (0, chain.GENESIS, uuid4())
    rotates = any(isinstance(each, Entry) and each.kind == Kind.AUDIT_KEY_ROTATED for each in queued)
    refuse_retired(head and head.rotated_to, rotates=rotates)
    entries = flattened(queued)
    placed = zip(entries, times, strict=True) if times else zip(entries, repeat(time_after(head and head.at)))
    last: chain.Link | None = None
    while batch := list(islice(placed, STORED_AT_ONCE)):
        links: list[chain.Link] = []
        texts: list[TextRow] = []
        for each, at in batch:
            seq += 1
            link, its_texts = chained(each, seq, at, prev_hash, log_id)
            prev_hash = link.entry_hash
            links.append(link)
            texts += its_texts
        with not_recorded_if(DatabaseError):  # a trigger or a missing grant refuses
            store(links, texts)
        last = links[-1]
    if (newest := last) is not None:
        transaction.on_commit(lambda: anchors.write(newest))


def flattened(queued: Iterable[Queued]) -> Iterator[Entry]:
    for each in queued:
        if isinstance(each, Entry):
            yield each
        else:
            yield from each


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


# A text beside its event: number of the event, part, nonce, text.
TextRow = tuple[int, str, str, str]


def chained(entry: Entry, seq: int, at: datetime, prev_hash: str, log_id: UUID) -> tuple[chain.Link, list[TextRow]]:
    """Return the event at its place in the chain, and its texts with their nonces."""
    link = chain.Link(
        seq=seq,
        log_id=log_id,
        at=at,
        kind=entry.kind,
        outcome=entry.outcome,
        assumed_session=entry.assumed_session,
        actor_id=entry.actor_id,
        target_id=entry.target_id,
        request_id=entry.request_id,
        prev_hash=prev_hash,
    )
    texts = [(seq, part, secrets.token_hex(32), text) for part, text in entry.texts.items()]
    for _seq, part, nonce, text in texts:
        setattr(link, f"{part}_commitment", chain.commitment(nonce, text))
    link.entry_hash = chain.entry_hash(chain.hashed_fields(link))
    link.key_id, link.mac = chain.sign(link.entry_hash)
    return link, texts


def store(links: Sequence[chain.Link], texts: Sequence[TextRow]) -> None:
    """Insert events and their texts."""
    from .models import AuditEvent, AuditText

    names = [field.name for field in AuditEvent._meta.concrete_fields]
    insert_rows(AuditEvent, names, database_values(AuditEvent, names, links))
    if texts:
        insert_rows(AuditText, ("event", "part", "nonce", "text"), texts)
