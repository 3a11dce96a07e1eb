"""Acts: the events of one form sent on somebody's behalf, as one row of the auditor's list that unfolds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from audit.changed_fields import ChangedField, changed_fields
from audit.dates import date_format
from audit.groups import Group
from audit.kinds import Kind, Outcome
from audit.models import AuditEvent, Part
from audit.proof import doubts
from audit.reading import kind_label, outcome_label, reason_in_words, said
from audit.sentences import CHANGES, NO_CHANGE, OUTCOMES, actor, fill, person, sentence

# The events of one form: it was sent, what it changed, what became of it.
OF_A_FORM = (Kind.ASSUMED_SESSION_REQUEST, Kind.ASSUMED_SESSION_CHANGED, Kind.ASSUMED_SESSION_OUTCOME)


@dataclass(slots=True)
class Step:
    """
    One event of an act, as it is stored: a line of what the row unfolds.

    request: method and address of the request that it tells of; "" of other events.
    """

    event: AuditEvent
    kind: str
    sentence: SafeString
    outcome: str
    doubts: list[str]
    changes: list[ChangedField]
    request: str = ""


@dataclass(slots=True)
class Act:
    """
    One row of the list: an event, or the events of one form, oldest first.

    reason: None if it was erased, {} without one. outcome: "" if all went as it should. is_undone: a form of an ended
    session that was never through, so that it changed nothing.
    """

    steps: list[Step]
    sentence: SafeString
    outcome: str
    reason: dict[str, Any] | None
    ticket: str = ""
    ticket_address: str = ""
    doubts: list[str] = field(default_factory=list)
    is_undone: bool = False

    @property
    def event(self) -> AuditEvent:
        """Return the event that the row leads to: the newest."""
        return self.steps[-1].event

    @property
    def is_folded(self) -> bool:
        return len(self.steps) > 1


@dataclass(slots=True)
class Day:
    """The acts of one day, the newest first, under its heading."""

    day: date
    heading: str
    acts: list[Act]


def key_of(event: AuditEvent) -> object:
    """Return what the events of one form have in common; of any other event, something of its own."""
    if event.kind in OF_A_FORM and event.assumed_session and event.request_id:
        return event.assumed_session, event.request_id
    return event.seq


def whole_acts(events: list[AuditEvent], size: int) -> list[AuditEvent]:
    """Return the first events, `size` at most, without those of an act that goes on after them."""
    rest = events[size:]
    if not rest:
        return events
    kept = events[:size]
    while kept and key_of(kept[-1]) == key_of(rest[0]):
        kept.pop()
    return kept or events[:size]


def acts(
    events: Iterable[AuditEvent], *, titles: Mapping[str, str], address_of: Any = None, folded: bool = True
) -> list[Act]:
    """
    Return the acts of these events, each where its first event stands.

    address_of: finds the address of a ticket. folded: whether the events of one form are one act.
    """
    groups: dict[object, list[AuditEvent]] = {}
    for event in events:
        groups.setdefault(key_of(event) if folded else event.seq, []).append(event)
    return [act(sorted(group, key=lambda event: event.seq), titles, address_of) for group in groups.values()]


def act(events: list[AuditEvent], titles: Mapping[str, str], address_of: Any = None) -> Act:
    """Return the act of these events. address_of: finds the address of a ticket."""
    steps = [step(event, titles) for event in events]
    reason = next((found for event in events if (found := said(event, Part.REASON)) != {}), {})
    if reason:
        reason = reason_in_words(reason)
    ticket = str((reason or {}).get("ticket") or "")
    worst = next((event for event in events if event.outcome != Outcome.DONE), None)
    return Act(
        steps=steps,
        sentence=told(steps) if len(steps) > 1 else steps[0].sentence,
        outcome=outcome_label(worst) if worst else "",
        reason=reason,
        ticket=ticket,
        ticket_address=address_of(ticket) if ticket and address_of else "",
        doubts=list(dict.fromkeys(doubt for each in steps for doubt in each.doubts)),
    )


def step(event: AuditEvent, titles: Mapping[str, str]) -> Step:
    return Step(
        event=event,
        kind=kind_label(event),
        sentence=sentence(event, titles),
        outcome=outcome_label(event) if event.outcome != Outcome.DONE else "",
        doubts=doubts(event),
        changes=changed_fields(event, said(event, Part.DETAIL) or {}),
        request=request_of(event),
    )


def request_of(event: AuditEvent) -> str:
    """Return method and address of the request that an event tells of; "" if it tells of none."""
    detail = said(event, Part.DETAIL) or {}
    return " ".join(str(detail[name]) for name in ("method", "path") if detail.get(name))


def told(steps: list[Step]) -> SafeString:
    """Return what the events of one form tell together: its change that says most, else what became of it."""
    changed = [each for each in steps if each.event.kind == Kind.ASSUMED_SESSION_CHANGED]
    if changed:
        return min(changed, key=weight).sentence
    event = next((each.event for each in steps if each.event.outcome != Outcome.DONE), steps[0].event)
    people = {"actor": actor(event), "target": person(event, Part.TARGET, event.target_id)}
    return fill(str(OUTCOMES.get(event.outcome, NO_CHANGE)), **people)


def weight(changed: Step) -> int:
    """Return the place of a change among those that tell what a form did; the least one tells most."""
    models = list(CHANGES)
    model = str((said(changed.event, Part.DETAIL) or {}).get("model"))
    return models.index(model) if model in models else len(models)


def days(found: Iterable[Act]) -> list[Day]:
    """Return the acts by day, in the reader's time zone, in the order in which they come."""
    by_day = groupby(found, lambda act: timezone.localtime(act.event.at).date())
    return [Day(day, heading(day), list(of_day)) for day, of_day in by_day]


def heading(day: date) -> str:
    """Return a day as people say it, with its date."""
    today = timezone.localdate()
    written = date_format(day, "l j F Y")
    if day == today:
        return _("Today, %(day)s") % {"day": written}
    if day == today - timedelta(days=1):
        return _("Yesterday, %(day)s") % {"day": written}
    return written


def titles_for(events: Iterable[AuditEvent], reader: Any) -> dict[str, str]:
    """Return the titles of the items that access checks asked about, as far as the reader may know of them."""
    checks = (said(event, Part.DETAIL) or {} for event in events if event.kind == Kind.ACCESS_CHECKED)
    names = {str(detail["item"]) for detail in checks if detail.get("item")}
    found: dict[str, str] = import_string(settings.TITLES_IN_LOG)(reader, names) if names else {}
    return found


def group_of(kind: str) -> Group | None:
    """Return the group of a stored kind; None of a kind that this version doesn't know."""
    return next((group for group in Group if kind in group.kinds), None)
