"""The timeline of one assumed session: reason, start, end, and the events in between."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from audit import seals
from audit.kinds import Kind
from audit.models import AuditEvent, Part
from audit.proof import doubts
from audit.reading import kind_label, outcome_label, person, reason_in_words, said, words

SHOWN_AT_MOST = 1000
OBJECTIONS = (Kind.ASSUMED_SESSION_OBJECTED, Kind.ASSUMED_SESSION_OBJECTION_WITHDRAWN)
# Why a request in an assumed session was refused, by the rule that its event names.
RULES = {
    "own_account": gettext_lazy("concerns the person's own account"),
    "administration": gettext_lazy("belongs to the administration"),
    "look_only": gettext_lazy("would change something in look only"),
    "not_on_behalf": gettext_lazy("can't be done on somebody's behalf"),
}


@dataclass(frozen=True)
class TimelineEvent:
    """
    One event of the timeline.

    changes: (field, before, after). doubts: problems of the event itself. is_undone: a request without an outcome in an
    ended session; changes and outcome are one transaction, so nothing was changed.
    """

    seq: int
    at: datetime
    kind: str
    outcome: str
    summary: str
    erased: bool = False
    is_undone: bool = False
    doubts: list[str] = field(default_factory=list)
    changes: list[tuple[str, Any, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Timeline:
    """
    The timeline of an assumed session.

    cut: whether it shows the first SHOWN_AT_MOST events only. is_sealed: its beginning was exported and removed.
    """

    actor: str
    target: str
    reason: dict[str, Any] | None
    started_at: datetime | None
    ended_at: datetime | None
    cause: str
    events: list[TimelineEvent]
    cut: bool
    is_sealed: bool

    @property
    def duration(self) -> timedelta | None:
        if self.started_at is None or self.ended_at is None:
            return None
        return timedelta(seconds=round((self.ended_at - self.started_at).total_seconds()))


def timeline(assumed_session: UUID) -> Timeline | None:
    """Return the timeline of an assumed session; None if the log has no event of it."""
    of_it = AuditEvent.objects.filter(assumed_session=assumed_session)
    events = list(of_it.order_by("seq").prefetch_related("texts")[: SHOWN_AT_MOST + 1])
    if not events:
        return None
    cut = len(events) > SHOWN_AT_MOST
    first = next((event for event in events if event.kind == Kind.ASSUMED_SESSION_STARTED), None)
    ended = of_it.filter(kind=Kind.ASSUMED_SESSION_ENDED).order_by("seq").prefetch_related("texts").first()
    about = first or events[0]
    reason = said(about, Part.REASON)
    if reason:
        reason = reason_in_words(reason)
    finished = {event.request_id for event in events if event.kind == Kind.ASSUMED_SESSION_OUTCOME}
    undone = {
        event.seq
        for event in events
        if ended and event.kind == Kind.ASSUMED_SESSION_REQUEST and event.request_id not in finished
    }
    shown_events = events[:SHOWN_AT_MOST] + objections(assumed_session, events[0].target_id)
    return Timeline(
        actor=person(about, Part.ACTOR, about.actor_id),
        target=person(about, Part.TARGET, about.target_id),
        reason=reason,
        started_at=first.at if first else None,
        ended_at=ended.at if ended else None,
        cause=words(((said(ended, Part.DETAIL) or {}) if ended else {}).get("cause", "")),
        events=[shown(event, is_undone=event.seq in undone and not cut) for event in shown_events],
        cut=cut,
        is_sealed=first is None and seals.newest() is not None,
    )


def objections(assumed_session: UUID, target_id: int | None) -> list[AuditEvent]:
    """Return what the target said about the session; these events are not part of it, because they can come later."""
    about_some = AuditEvent.objects.filter(target_id=target_id, kind__in=OBJECTIONS)
    found = about_some.order_by("seq").prefetch_related("texts")[:SHOWN_AT_MOST]
    return [event for event in found if (said(event, Part.DETAIL) or {}).get("about") == str(assumed_session)]


def shown(event: AuditEvent, *, is_undone: bool = False) -> TimelineEvent:
    """Return an event as the timeline shows it."""
    detail = said(event, Part.DETAIL)
    known = detail or {}
    before, after = known.get("before") or {}, known.get("after") or {}
    changes = [(name, before.get(name), after.get(name)) for name in [*before, *(set(after) - set(before))]]
    if event.kind == Kind.ASSUMED_SESSION_MODE_CHANGED:
        changes = []  # the summary says it in words
    return TimelineEvent(
        seq=event.seq,
        at=event.at,
        kind=kind_label(event),
        outcome=outcome_label(event),
        summary=summary_of(event, known),
        erased=detail is None,
        is_undone=is_undone,
        doubts=doubts(event),
        changes=sorted(changes, key=lambda change: change[0]),
    )


def summary_of(event: AuditEvent, detail: dict[str, Any]) -> str:
    """Return what the detail of an event says, in one line."""
    if event.kind == Kind.ASSUMED_SESSION_LOOKED:
        found = (words(detail.get("view", "")), detail.get("title") or detail.get("object"))
        return " · ".join(str(word) for word in found if word)
    if event.kind == Kind.ASSUMED_SESSION_MODE_CHANGED:
        text = (said(event, Part.REASON) or {}).get("text")
        mode = words((detail.get("after") or {}).get("mode", ""))
        return " · ".join(word for word in (mode, text) if word)
    if event.kind in OBJECTIONS:
        return _("said by the person whose account was open")
    told = [detail.get(key) for key in ("method", "path", "status", "error", "model", "about", "refusal")]
    if detail.get("why"):
        told.append(f"· {RULES.get(str(detail['why'])) or words(detail['why'])}")
    if detail.get("cause"):
        told.append(words(detail["cause"]))
    again = detail.get("blocked_again")
    if isinstance(again, dict):
        number = sum(count for count in again.values() if isinstance(count, int))
        more = ngettext("%(n)s request was refused again", "%(n)s requests were refused again", number)
        told.append(f"· {more % {'n': number}}")
    return " ".join(str(word) for word in told if word not in (None, ""))
