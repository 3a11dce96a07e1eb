"""The access history: who opened or changed a user's account, when and why, read from the audit log."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Q, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from audit.kinds import Kind
from audit.models import AuditEvent, AuditText, Part
from audit.reading import visible

from .account_changes import SENTENCES, Line, line

PER_PAGE = 10
MODES = {
    "act": gettext_lazy("Could change things on your behalf"),
    "look_only": gettext_lazy("Looked only: nothing could be changed"),
}


@dataclass(slots=True)
class SessionEntry:
    """One assumed session in the access history, as its target reads it."""

    assumed_session: UUID | None
    started_at: datetime
    actor: str
    mode: str
    reason: str
    ticket: str
    ended_at: datetime | None = None
    changes: Counter[str] = field(default_factory=Counter)

    @property
    def minutes(self) -> int | None:
        """Return the duration in whole minutes, at least one; None while the session is live."""
        return (
            None if self.ended_at is None else max(1, round((self.ended_at - self.started_at) / timedelta(minutes=1)))
        )

    @property
    def change_lines(self) -> list[tuple[str, int]]:
        """Return each change with its number, in the order of the first occurrence."""
        return list(self.changes.items())


def events_about(user: User, *, by_others: bool = False) -> QuerySet[AuditEvent]:
    """Return the events of a user's access history, newest first."""
    events = AuditEvent.objects.filter(target_id=user.pk, kind__in=[Kind.ASSUMED_SESSION_STARTED, *SENTENCES])
    if by_others:
        events = events.filter(~Q(actor_id=user.pk) | Q(actor_id=None))
    return events.order_by("-seq")


def entries(events: Iterable[AuditEvent], user: User) -> list[SessionEntry | Line]:
    """Return each event in words: an assumed session with its changes, or a line."""
    events = list(events)
    begun = [event for event in events if event.kind == Kind.ASSUMED_SESSION_STARTED]
    sessions = {entry.assumed_session: entry for entry in session_entries(begun, reader=user)}
    others = [event.seq for event in events if event.kind != Kind.ASSUMED_SESSION_STARTED]
    words = texts(event__in=others, part__in=[Part.ACTOR, Part.DETAIL])
    return [
        sessions[event.assumed_session]
        if event.kind == Kind.ASSUMED_SESSION_STARTED
        else line(event, user, words.get((event.seq, Part.ACTOR), {}), words.get((event.seq, Part.DETAIL), {}))
        for event in events
    ]


def starts(**conditions: Any):
    """Return the events of starts of assumed sessions, newest first."""
    return AuditEvent.objects.filter(kind=Kind.ASSUMED_SESSION_STARTED, **conditions).order_by("-seq")


def session_entries(events: Iterable[AuditEvent], *, reader: User) -> list[SessionEntry]:
    """
    Return the sessions that these events started; four queries, whatever the number of sessions.

    reader: the user who reads them, with the facts of `with_standing`.
    """
    events = list(events)
    words = texts(event__in=[event.seq for event in events], part__in=[Part.ACTOR, Part.REASON])
    names_staff = reader.login_as_rules.names_staff
    found = {event.assumed_session: session_entry(event, words, names_staff=names_staff) for event in events}
    later = AuditEvent.objects.filter(
        assumed_session__in=found, kind__in=[Kind.ASSUMED_SESSION_ENDED, Kind.ASSUMED_SESSION_CHANGED]
    )
    details = texts(event__in=later, part=Part.DETAIL)
    for event in later.order_by("seq"):
        if event.kind == Kind.ASSUMED_SESSION_ENDED:
            found[event.assumed_session].ended_at = event.at
        else:
            found[event.assumed_session].changes[change_line(details.get((event.seq, Part.DETAIL)))] += 1
    return list(found.values())


def texts(**conditions: Any) -> dict[tuple[int, str], dict[str, Any]]:
    """Return the texts of events by event and part, without erased ones; invisible characters are spelled out."""
    rows = AuditText.objects.filter(**conditions)
    return {(row.event_id, row.part): visible(json.loads(row.text)) for row in rows}


def session_entry(
    event: AuditEvent, words: dict[tuple[int, str], dict[str, Any]], *, names_staff: bool
) -> SessionEntry:
    reason = words.get((event.seq, Part.REASON), {})
    name = words.get((event.seq, Part.ACTOR), {}).get("name", "")
    return SessionEntry(
        assumed_session=event.assumed_session,
        started_at=event.at,
        actor=name if name and names_staff else _("a member of support"),
        mode=str(MODES.get(reason.get("mode", ""), "")),
        reason=reason.get("text", ""),
        ticket=reason.get("ticket", ""),
    )


def change_line(said: dict[str, Any] | None) -> str:
    """Return a change in a few words: the type of object, the change, and what the object belongs to."""
    if said is None:
        return _("Something that was erased from the log")
    try:
        thing = capfirst(apps.get_model(said["model"])._meta.verbose_name)
    except LookupError:
        thing = said["table"]
    if said["before"] is None:
        line = _("%(thing)s added")
    elif said["after"] is None:
        line = _("%(thing)s removed")
    else:
        line = _("%(thing)s changed")
    line %= {"thing": thing}
    return f"{line} · {said['about']}" if said["about"] else line
