"""Rate limits for events that a user can cause at will, so that nobody fills the log."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from typing import Any

from django.core.cache import cache
from django.db import DatabaseError

from . import clock, log
from .context import Person
from .kinds import Outcome

logger = logging.getLogger(__name__)
COUNTED_FOR = 120  # seconds; longer than the minute that is counted


def record_within_limit(
    kind: str,
    *,
    what: str,
    by: object,
    most: int,
    outcome: str = Outcome.DONE,
    summary_outcome: str | None = None,
    actor: Person | None = None,
    target: Person | None = None,
    reason: dict[str, Any] | None = None,
    detail: dict[str, Any] | None = None,
    lock: Callable[[], None] | None = None,
) -> bool:
    """
    Record an event, and return whether it was recorded; above the limit record one summary instead, then nothing.

    what: what is counted, in the plural ("refused starts"), for the summary; also the name of the counter.
    by: whose events are counted: a user's id, an email address, an IP address; any text of any length.
    most: maximum number of events of one `by` in one minute of the database's clock.
    summary_outcome: outcome of the summary, if it differs from `outcome`.
    lock: what to lock before the event, in its transaction; nothing is recorded if it raises.
    The other arguments are those of `log.record`. Call it outside `log.recording()`: it makes its own transaction.
    """
    count = counted(what, by)
    if count > most + 1:
        return False
    within = count <= most
    with log.recording():
        if lock is not None:
            lock()
        log.record(
            kind,
            outcome=outcome if within else summary_outcome or outcome,
            actor=actor,
            target=target,
            reason=reason if within else None,
            detail=detail if within else {"summary": f"more than {most} {what} in this minute"},
        )
    return within


def counted(what: str, by: object) -> int:
    """Count one event in the current minute of the clock, and return the new count."""
    # A digest, because some caches don't accept an email address as a key, and no cache should hold one.
    name = hashlib.sha256(f"{what}\n{by}".encode("utf-8", "backslashreplace")).hexdigest()
    key = f"audit-limit:{name}:{clock.now():%Y%m%d%H%M}"
    try:
        cache.add(key, 0, timeout=COUNTED_FOR)
        return cache.incr(key)
    except ValueError:  # a full cache evicted it at once
        return 1
    except DatabaseError:  # too much on record rather than nothing
        logger.exception("Events can't be counted, so each is recorded")
        return 1
