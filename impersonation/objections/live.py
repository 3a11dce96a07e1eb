"""The live assumed sessions of a user's account, as the user sees them on every page."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import OuterRef, Subquery

from audit import clock
from impersonation.ledger.session import session_entries, starts
from impersonation.models import AssumedSession


@dataclass(frozen=True, slots=True)
class LiveSession:
    """A live assumed session of the user's account, and who it is and why, as far as the user may know."""

    session: AssumedSession
    actor: str
    reason: str


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
    found = AssumedSession.objects.live().filter(target=request.user.pk).with_rules()
    live = {session.pk: session for session in found if session.limit_reached(now) is None}
    return [
        LiveSession(live[entry.assumed_session], entry.actor, entry.reason)
        for entry in session_entries(starts(assumed_session__in=list(live)), reader=request.user)
        if entry.assumed_session is not None
    ]
