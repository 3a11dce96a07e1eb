"""The change list of assumed sessions in the administration: actors and targets of live sessions."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.contrib.admin import SimpleListFilter
from django.contrib.admin.views.main import ChangeList
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from audit import clock, tickets
from audit.kinds import Kind
from audit.models import AuditText, Part
from audit.reading import reason_in_words, visible, words

from .models import AssumedSession


class StateFilter(SimpleListFilter):
    """Filter: live sessions, ended ones (?state=ended; an expired one counts at once), or those objected to."""

    title, parameter_name = gettext_lazy("state"), "state"

    def lookups(self, request, model_admin):
        return [("ended", _("Ended")), ("objected", _("Objected to"))]

    def queryset(self, request, queryset):
        if self.value() == "objected":
            return queryset.exclude(objected_at=None).filter(objection_withdrawn_at=None)
        now, rules = clock.now(), request.user.login_as_rules
        if self.value() == "ended":
            return queryset.exclude(pk__in=AssumedSession.objects.not_expired(now, rules).values("pk"))
        return queryset.not_expired(now, rules)


class LiveList(ChangeList):
    """Change list with `rows` for the template; two statements, whatever the number of sessions."""

    def get_results(self, request):
        super().get_results(request)
        self.rows = rows(self.result_list, reader=request.user)


@dataclass(frozen=True, slots=True)
class Row:
    """
    One assumed session as the list shows it.

    reason: None if it was erased. cause: "" while the session is live; a limit that was reached counts at once.
    """

    session: AssumedSession
    actor: str
    target: str
    reason: str | None
    about: str
    ticket: str
    ticket_address: str
    cause: str


def rows(sessions: Iterable[AssumedSession], *, reader: User) -> list[Row]:
    """Return the rows of sessions that were loaded with both users; one statement reads all reasons."""
    now, sessions, address_of = clock.now(), list(sessions), tickets.addresses(reader)
    reasons = reasons_of(session.pk for session in sessions)
    return [row(session, reasons.get(session.pk), now, address_of) for session in sessions]


def row(session: AssumedSession, reason: dict[str, str] | None, now, address_of: tickets.AddressOf) -> Row:
    said = reason_in_words(reason or {})
    return Row(
        session=session,
        actor=named(session.actor, session.actor_id),
        target=named(session.target, session.target_id),
        reason=None if reason is None else said.get("text", ""),
        about=said.get("category", ""),
        ticket=said.get("ticket", ""),
        ticket_address=address_of(said["ticket"]) if said.get("ticket") else "",
        cause=words(session.cause or session.limit_reached(now) or ""),
    )


def named(user: User | None, user_id: int | None) -> str:
    """Return a user's name with invisible characters spelled out, or their number if they were deleted."""
    return visible(user.name) if user else _("person %(id)s") % {"id": user_id}


def reasons_of(assumed_sessions: Iterable[UUID]) -> dict[UUID | None, dict[str, str]]:
    """Return the reason of each session; erased reasons are missing."""
    texts = AuditText.objects.filter(
        part=Part.REASON,
        event__kind=Kind.ASSUMED_SESSION_STARTED,
        event__assumed_session__in=list(assumed_sessions),
    )
    return {session: visible(json.loads(text)) for session, text in texts.values_list("event__assumed_session", "text")}
