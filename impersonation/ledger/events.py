"""The events of a user's access history, newest first, with keyset pagination by event number."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.module_loading import import_string

from accounts.models import User
from audit.kinds import Kind
from audit.models import AuditEvent

from .exports import exports_with
from .kinds import ANY_KIND, INSIDE, Show
from .lines import Line, begins_session, lines
from .session import SessionEntry, session_entries
from .told import changes_told, objections_to, told

PER_PAGE = 10


@dataclass(slots=True)
class Slice:
    """A part of the access history. older: the number before which the next part begins; None if this is the last."""

    events: list[AuditEvent]
    older: int | None


def events_about(user: User) -> QuerySet[AuditEvent]:
    """Return every event that names the user as its target, newest first."""
    return AuditEvent.objects.filter(target_id=user.pk).order_by("-seq")


def without_inside(events: QuerySet[AuditEvent], user: User) -> QuerySet[AuditEvent]:
    """Leave out the events that the entry of their assumed session tells; one whose start is unknown stays."""
    begun = AuditEvent.objects.filter(
        target_id=user.pk, kind=Kind.ASSUMED_SESSION_STARTED, assumed_session__isnull=False
    )
    told_there = Q(assumed_session__in=begun.values("assumed_session"))
    return events.filter(~Q(kind__in=INSIDE) | Q(assumed_session=None) | ~told_there)


def slice_of(user: User, show: Show, *, before: int | None, size: int, inside: bool = False) -> Slice:
    """
    Return the newest events of the access history, in at most two queries.

    before: only events with smaller numbers. inside: whether the events inside assumed sessions are told one by one.
    """
    own = events_about(user) if inside else without_inside(events_about(user), user)
    by_others = show == Show.OTHERS
    if by_others:
        own = own.filter(~Q(actor_id=user.pk) | Q(actor_id=None))
    if show == Show.CHANGES:  # and what a newer version has written
        own = own.exclude(kind__in=[kind for kind in Kind if kind not in show.kinds])
    elif show not in ANY_KIND:
        own = own.filter(kind__in=show.kinds)
    if before is not None:
        own = own.filter(seq__lt=before)
    found = list(own[: size + 1])
    if show not in (*ANY_KIND, Show.EXPORTS):
        return cut(found, size, None)
    after = found[-1].seq if len(found) > size else 0
    exports = exports_with(user, before=before, after=after, by_others=by_others)
    found = sorted([*found, *exports.events], key=lambda event: -event.seq)
    return cut([event for event in found if event.seq >= (exports.through or 0)], size, exports.through)


def cut(events: list[AuditEvent], size: int, through: int | None) -> Slice:
    """Return the first events. through: the number down to which everything was looked at, if not to the beginning."""
    if len(events) > size:
        return Slice(events[:size], events[size - 1].seq)
    return Slice(events, through)


def entries(events: Iterable[AuditEvent], user: User) -> list[SessionEntry | Line]:
    """Return each event in words: an assumed session with everything inside, or a line."""
    events = list(events)
    begun = [event for event in events if begins_session(event)]
    sessions = {entry.seq: entry for entry in session_entries(begun, reader=user)} if begun else {}
    notices = told(user, [event.assumed_session for event in begun if event.assumed_session]) if begun else {}
    objections = objections_to(entry.assumed_session for entry in sessions.values()) if begun else {}
    ways, since = import_string(settings.WAYS_BACK)(user, {seq: entry.details for seq, entry in sessions.items()})
    sentences = changes_told(user, [entry.details for entry in sessions.values()])
    for entry in sessions.values():
        entry.told_changes = [sentences[seq]._replace(since=since.get(seq, "")) for seq in entry.details]
        entry.objection = objections.get(entry.assumed_session, "")
        entry.told = notices.get(entry.assumed_session, []) if entry.assumed_session else []
        entry.ways_back = ways.get(entry.seq, [])
    others = [event for event in events if event.seq not in sessions]
    said = {line.seq: line for line in lines(others, user)} if others else {}
    return [sessions.get(event.seq) or said[event.seq] for event in events]
