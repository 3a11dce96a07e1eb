"""The timeline of one assumed session: reason, start, end, and as a story what was looked at, changed and refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from audit import seals
from audit.kinds import Kind
from audit.models import AuditEvent, Part
from audit.reading import person, reason_in_words, said, words

from .acts import Act, acts, titles_for

SHOWN_AT_MOST = 1000
OBJECTIONS = (Kind.ASSUMED_SESSION_OBJECTED, Kind.ASSUMED_SESSION_OBJECTION_WITHDRAWN)


@dataclass(frozen=True)
class Timeline:
    """
    The timeline of an assumed session.

    looks, changes, refusals: numbers of what the story tells. cut: whether it shows the first SHOWN_AT_MOST events
    only. is_sealed: its beginning was exported and removed.
    """

    actor: str
    target: str
    reason: dict[str, Any] | None
    started_at: datetime | None
    ended_at: datetime | None
    cause: str
    acts: list[Act]
    looks: int
    changes: int
    refusals: int
    cut: bool
    is_sealed: bool

    @property
    def duration(self) -> timedelta | None:
        if self.started_at is None or self.ended_at is None:
            return None
        return timedelta(seconds=round((self.ended_at - self.started_at).total_seconds()))


def timeline(assumed_session: UUID, *, reader: Any = None) -> Timeline | None:
    """
    Return the timeline of an assumed session; None if the log has no event of it.

    reader: the user who reads it, for the titles of items that access checks asked about.
    """
    of_it = AuditEvent.objects.filter(assumed_session=assumed_session)
    events = list(of_it.order_by("seq").prefetch_related("texts")[: SHOWN_AT_MOST + 1])
    if not events:
        return None
    cut = len(events) > SHOWN_AT_MOST
    first = next((event for event in events if event.kind == Kind.ASSUMED_SESSION_STARTED), None)
    ended = of_it.filter(kind=Kind.ASSUMED_SESSION_ENDED).order_by("seq").prefetch_related("texts").first()
    about = first or events[0]
    reason = said(about, Part.REASON)
    shown = events[:SHOWN_AT_MOST] + objections(assumed_session, events[0].target_id)
    told = acts(shown, titles=titles_for(shown, reader) if reader else {})
    if ended and not cut:
        mark_undone(told)
    kinds = [event.kind for event in events[:SHOWN_AT_MOST]]
    return Timeline(
        actor=person(about, Part.ACTOR, about.actor_id),
        target=person(about, Part.TARGET, about.target_id),
        reason=reason_in_words(reason) if reason else reason,
        started_at=first.at if first else None,
        ended_at=ended.at if ended else None,
        cause=words(((said(ended, Part.DETAIL) or {}) if ended else {}).get("cause", "")),
        acts=told,
        looks=kinds.count(Kind.ASSUMED_SESSION_LOOKED),
        changes=sum(any(step.event.kind == Kind.ASSUMED_SESSION_CHANGED for step in act.steps) for act in told),
        refusals=kinds.count(Kind.ASSUMED_SESSION_BLOCKED),
        cut=cut,
        is_sealed=first is None and seals.newest() is not None,
    )


def mark_undone(told: list[Act]) -> None:
    """Mark forms without an outcome in an ended session: changes and outcome are one transaction, so none was made."""
    for act in told:
        kinds = [step.event.kind for step in act.steps]
        act.is_undone = Kind.ASSUMED_SESSION_REQUEST in kinds and Kind.ASSUMED_SESSION_OUTCOME not in kinds


def objections(assumed_session: UUID, target_id: int | None) -> list[AuditEvent]:
    """Return what the target said about the session; these events are not part of it, because they can come later."""
    about_some = AuditEvent.objects.filter(target_id=target_id, kind__in=OBJECTIONS)
    found = about_some.order_by("seq").prefetch_related("texts")[:SHOWN_AT_MOST]
    return [event for event in found if (said(event, Part.DETAIL) or {}).get("about") == str(assumed_session)]
