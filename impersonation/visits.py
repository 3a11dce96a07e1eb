"""The assumed sessions in the account of a user, as far as an actor may know of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.users.activity import reads_log
from audit.kinds import Kind
from audit.models import AuditEvent, Part
from audit.reading import person, said

from .models import AssumedSession, Mode

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Visit:
    """One assumed session in words. minutes: None while it is live."""

    session: AssumedSession
    who: str
    reason: str
    ticket: str
    ticket_address: str

    @property
    def mode(self) -> str:
        return str(Mode(self.session.mode).label)

    @property
    def minutes(self) -> int | None:
        if self.session.ended_at is None:
            return None
        return max(1, round((self.session.ended_at - self.session.started_at) / timedelta(minutes=1)))


def visits_to(user: User, actor: User) -> list[Visit]:
    """
    Return the newest sessions in the user's account, in three queries.

    Readers of the audit log see all, with their reasons; everybody else sees their own. Who was there is no business of
    a user who may only see the person.
    """
    sessions = AssumedSession.objects.filter(target=user.pk).order_by("-started_at", "-pk")
    if not reads_log(actor):
        sessions = sessions.filter(actor=actor.pk)
    found = list(sessions[:SHOWN])
    starts = AuditEvent.objects.filter(
        kind=Kind.ASSUMED_SESSION_STARTED, target_id=user.pk, assumed_session__in=[each.pk for each in found]
    )
    begun = {event.assumed_session: event for event in starts.prefetch_related("texts")} if found else {}
    return [visit(session, begun.get(session.pk), actor) for session in found]


def visit(session: AssumedSession, event: AuditEvent | None, actor: User) -> Visit:
    who = person(event, Part.ACTOR, event.actor_id) if event else _("Unknown: its start is no longer in the log")
    if session.actor_id == actor.pk:
        who = _("You")
    told: dict[str, Any] | None = said(event, Part.REASON) if event else {}
    ticket = str((told or {}).get("ticket", ""))
    reason = _("erased") if told is None else str(told.get("text", ""))
    return Visit(session, who, reason, ticket, actor.login_as_rules.tickets.link(ticket) if ticket else "")
