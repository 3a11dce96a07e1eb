"""One assumed session in the access history: what was looked at, changed and refused, from its start to its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, F, FilteredRelation, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext as _

from accounts.authorization.undo import Undo
from accounts.models import User
from accounts.models.login_as_rules import LoginAsRules
from audit.changes import ChangeTold
from audit.kinds import Kind, Outcome
from audit.models import AuditEvent, Part

from .kinds import INSIDE
from .words import (
    Texts,
    change_line,
    changed_mode_line,
    look_line,
    mode_line,
    part_of,
    read,
    rule_line,
    staff_name,
    texts,
)

# Events of each kind inside one session that a page holds; the file holds all.
HELD_AT_MOST = 500
SHOWN_FIRST = 5
TOLD_INSIDE = (
    Kind.ASSUMED_SESSION_LOOKED,
    Kind.ASSUMED_SESSION_CHANGED,
    Kind.ASSUMED_SESSION_BLOCKED,
    Kind.ASSUMED_SESSION_MODE_CHANGED,
    Kind.ASSUMED_SESSION_ENDED,
)


@dataclass(slots=True)
class Folded:
    """Lines of which a page shows the first, the rest on demand, and says how many only the file has."""

    lines: list[Any]
    left_out: int = 0

    @property
    def first(self) -> list[Any]:
        return self.lines if len(self.lines) <= SHOWN_FIRST + 1 else self.lines[:SHOWN_FIRST]

    @property
    def rest(self) -> list[Any]:
        return self.lines[len(self.first) :]


@dataclass(slots=True)
class SessionEntry:
    """
    One assumed session in the access history, as its target reads it.

    changes: in a few words each. details: of changes, by the number of their event. told_changes: the same changes in
    sentences, with what was there before and after; `entries` of events.py adds them. ways_back: what the reader can
    take back of them. sent: forms sent, by outcome. objection: "none", "open" or "withdrawn"; "" if the session's row
    is gone.
    """

    seq: int
    assumed_session: UUID | None
    started_at: datetime
    actor: str
    mode: str
    reason: str
    ticket: str
    ticket_address: str
    ended_at: datetime | None = None
    looks: list[str] = field(default_factory=list)
    changes: Counter[str] = field(default_factory=Counter)
    details: dict[int, dict[str, Any] | None] = field(default_factory=dict)
    told_changes: list[ChangeTold] = field(default_factory=list)
    ways_back: list[tuple[str, Undo]] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    sent: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)
    objection: str = ""
    counts: Counter[str] = field(default_factory=Counter)

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

    @property
    def looked_at(self) -> Folded:
        """Return the looks in their order, each once."""
        left_out = self.counts[Kind.ASSUMED_SESSION_LOOKED] - len(self.looks)
        return Folded([times(line, number) for line, number in Counter(self.looks).items()], left_out)

    @property
    def changed(self) -> Folded:
        left_out = self.counts[Kind.ASSUMED_SESSION_CHANGED] - self.changes.total()
        equal = Counter(self.told_changes).items()
        return Folded([told._replace(sentence=times(told.sentence, number)) for told, number in equal], left_out)

    @property
    def undo(self) -> Folded:
        """Return what the reader can take back."""
        return Folded(self.ways_back)

    @property
    def refusals(self) -> list[str]:
        """Return what was refused, grouped by rule."""
        return [times(rule_line(why), number) for why, number in self.refused.items()]

    @property
    def pages(self) -> int:
        """Return the number of looks."""
        return self.counts[Kind.ASSUMED_SESSION_LOOKED]

    @property
    def attempts(self) -> int:
        """Return the number of refused requests."""
        return self.refused.total()

    @property
    def forms(self) -> int:
        """Return the number of forms that were sent in the user's name."""
        return self.counts[Kind.ASSUMED_SESSION_REQUEST]

    @property
    def forms_undone(self) -> int:
        """Return how many of these forms changed nothing: refused, failed, or overtaken by the end of the session."""
        return max(0, self.forms - self.sent[Outcome.DONE])


def times(line: str, number: int) -> str:
    return f"{line} ({number}×)" if number > 1 else line


def starts(**conditions: Any) -> QuerySet[AuditEvent]:
    """Return the events of starts of assumed sessions, newest first."""
    return AuditEvent.objects.filter(kind=Kind.ASSUMED_SESSION_STARTED, **conditions).order_by("-seq")


def session_entries(events: Iterable[AuditEvent], *, reader: User) -> list[SessionEntry]:
    """
    Return the sessions that these events started; three queries, whatever the number of sessions.

    reader: the user who reads them, with the facts of `with_standing`.
    """
    events, rules = list(events), reader.login_as_rules
    words = texts(event__in=[event.seq for event in events], part__in=[Part.ACTOR, Part.REASON])
    found = {event.assumed_session: session_entry(event, words, rules) for event in events}
    inside = AuditEvent.objects.filter(
        assumed_session__in=found, target_id__in={event.target_id for event in events}, kind__in=(*INSIDE, *TOLD_INSIDE)
    )
    for session, kind, outcome, number in counted(inside):
        found[session].counts[kind] += number
        if kind == Kind.ASSUMED_SESSION_OUTCOME:
            found[session].sent[outcome] += number
    for session, seq, kind, at, text in told_inside(inside):
        add(found[session], seq, kind, at, read(text))
    return list(found.values())


def counted(inside: QuerySet[AuditEvent]) -> QuerySet[Any]:
    """Return the number of events by session, kind and outcome."""
    by = inside.order_by().values("assumed_session", "kind", "outcome").annotate(number=Count("*"))
    return by.values_list("assumed_session", "kind", "outcome", "number")


def told_inside(inside: QuerySet[AuditEvent]) -> QuerySet[Any]:
    """Return what happened inside, oldest first: session, number, kind, time, detail. HELD_AT_MOST of each kind."""
    place = Window(RowNumber(), partition_by=[F("assumed_session"), F("kind")], order_by="seq")
    said = FilteredRelation("texts", condition=Q(texts__part=Part.DETAIL))
    first = inside.filter(kind__in=TOLD_INSIDE).annotate(place=place).filter(place__lte=HELD_AT_MOST)
    numbers = AuditEvent.objects.filter(seq__in=first.values("seq")).annotate(said=said).order_by("seq")
    return numbers.values_list("assumed_session", "seq", "kind", "at", "said__text")


def add(entry: SessionEntry, seq: int, kind: str, at: datetime, detail: dict[str, Any] | None) -> None:
    """Add one event to the session that it belongs to."""
    if kind == Kind.ASSUMED_SESSION_LOOKED:
        entry.looks.append(look_line(detail))
    elif kind == Kind.ASSUMED_SESSION_CHANGED:
        entry.changes[change_line(detail)] += 1
        entry.details[seq] = detail
    elif kind == Kind.ASSUMED_SESSION_MODE_CHANGED:
        entry.mode = changed_mode_line(entry.mode, detail, at)
    elif kind == Kind.ASSUMED_SESSION_BLOCKED:
        entry.refused[str((detail or {}).get("why", ""))] += 1
    else:
        entry.ended_at = at
        for why, number in blocked_again(detail):
            entry.refused[why] += number


def blocked_again(detail: dict[str, Any] | None) -> list[tuple[str, int]]:
    """Return each rule with the number of requests that were counted without an event, from the end of a session."""
    counts = (detail or {}).get("blocked_again")
    if not isinstance(counts, dict):
        return []
    return [(str(words).partition(" ")[0], number) for words, number in counts.items() if isinstance(number, int)]


def session_entry(event: AuditEvent, words: Texts, rules: LoginAsRules) -> SessionEntry:
    reason = part_of(event, Part.REASON, words)
    said = reason or {}
    return SessionEntry(
        seq=event.seq,
        assumed_session=event.assumed_session,
        started_at=event.at,
        actor=staff_name(part_of(event, Part.ACTOR, words), _("a member of support"), names_staff=rules.names_staff),
        mode=mode_line(reason),
        reason=str(said.get("text", "")),
        ticket=str(said.get("ticket", "")),
        ticket_address=rules.tickets.link(str(said.get("ticket", ""))),
    )
