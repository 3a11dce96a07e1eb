"""Ending sessions that must end although no request came, each in its own transaction."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable
from uuid import UUID

from django.db import DatabaseError

from audit import clock, log
from impersonation import loader
from impersonation.actions import end
from impersonation.identity import end_cause_without_request
from impersonation.models import AssumedSession, Cause

logger = logging.getLogger(__name__)
ENDED_PER_START = 10


def end_expired(keys: Iterable[UUID], *, only_count: bool = False) -> Counter[Cause]:
    """
    End the sessions that must end although no request came, each in its own transaction; return the number by cause.

    The cause is computed again under lock, so that a session continues if its actor comes back just in time. This is
    safe to repeat. only_count: change nothing.
    """
    counts: Counter[Cause] = Counter()
    for key in keys:
        session, cause = find_with_cause(key)
        if cause is None or only_count:
            counts.update([cause] if cause else [])
            continue
        with log.recording():
            AssumedSession.objects.live().filter(pk=key).select_for_update().first()
            session, cause = find_with_cause(key)
            if session and cause and end(session, cause):
                counts[cause] += 1
    return counts


def find_with_cause(key: UUID) -> tuple[AssumedSession | None, Cause | None]:
    """Return a session, and the cause why it must end; the cause is None if the session may continue or has ended."""
    session = loader.find(key)
    if session is None or session.ended_at is not None:
        return session, None
    return session, end_cause_without_request(session, clock.now())


def end_opportunistically(keys: list[UUID]) -> None:
    """Call end_expired() for a few of the sessions; log database errors instead of raising them."""
    try:
        end_expired(keys[:ENDED_PER_START])
    except DatabaseError:
        logger.exception("Expired assumed sessions were not ended")
