"""Recording what an assumed session looks at and is refused: once for each object, under the lock of the session."""

from __future__ import annotations

from typing import Any

from accounts.authorization.requests import SessionEnded
from audit import log
from audit.kinds import Kind, Outcome
from impersonation.models import AssumedSession

from .stored import BLOCKED_AT_MOST, FURTHER_BLOCKED, Traces


def record_look(session: AssumedSession, key: str, detail: dict[str, Any]) -> None:
    """
    Record the first look at something; do nothing at the second, even if two arrive at once.

    key, detail: from requests.py. Raise SessionEnded if the session has ended.
    """
    with log.recording():
        traces = locked_traces(session)
        if key not in traces:
            traces[key] += 1
            store(session, traces)
            log.record(Kind.ASSUMED_SESSION_LOOKED, detail=detail)


def record_blocked(session: AssumedSession, key: str, detail: dict[str, Any]) -> None:
    """Record the first of equal refused requests, and count the others; arguments and error as for `record_look`."""
    with log.recording():
        traces = locked_traces(session)
        if key not in traces and len(traces.blocked) >= BLOCKED_AT_MOST:
            key = FURTHER_BLOCKED
        traces[key] += 1
        store(session, traces)
        if traces[key] == 1 and len(traces.blocked) <= BLOCKED_AT_MOST:
            log.record(Kind.ASSUMED_SESSION_BLOCKED, outcome=Outcome.REFUSED, detail=detail)


def locked_traces(session: AssumedSession) -> Traces:
    """Return the traces of a live session, locked until the transaction ends; raise SessionEnded if it has ended."""
    stored = session.lock_traces()
    if stored is None:
        raise SessionEnded
    return Traces.of(stored)


def store(session: AssumedSession, traces: Traces) -> None:
    """Store the traces of a session whose row is locked."""
    AssumedSession.objects.filter(pk=session.pk).update(traces=str(traces))
