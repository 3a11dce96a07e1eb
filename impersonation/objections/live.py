"""The live assumed sessions of a user's account, as the user sees them on every page."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import OuterRef, Subquery

from audit import clock
from impersonation.ledger.session import session_entries, starts
from impersonation.models import AssumedSession


@dataclass(frozen=True, slots=True)
class LiveSession:
    """A live assumed session of the user's account: who, why, in which mode, and the minutes left."""

    key: UUID
    actor: str
    reason: str
    mode: str
    minutes_left: int


def any_live_session() -> Subquery:
    """Return an expression that finds a live session of the user; the query of the request's user reads it."""
    return Subquery(AssumedSession.objects.live().filter(target=OuterRef("pk")).order_by().values("pk")[:1])


def live_sessions(request) -> list[LiveSession]:
    """
    Return the live sessions of the account, the newest first; none in an assumed session, whose actor must not see it.

    It costs no query unless there is one: `any_live_session` was read together with the user.
    """
    if request.assumed_session or not getattr(request.user, "live_session", None):
        return []
    now = clock.now()
    live = AssumedSession.objects.live().filter(target=request.user.pk).order_by("-started_at")
    left = {session.pk: session.minutes_left for session in live if session.limit_reached(now) is None}
    return [
        LiveSession(key, entry.actor, entry.reason, entry.mode, left[key])
        for entry in session_entries(starts(assumed_session__in=list(left)), reader=request.user)
        if (key := entry.assumed_session) is not None
    ]
