"""Summary of the use of Login as User: counts, charts and the longest sessions."""

from __future__ import annotations

import json
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Count, FilteredRelation, Max, Q, QuerySet
from django.db.models.functions import TruncHour
from django.utils import timezone
from django.utils.translation import gettext as _

from audit import seals
from audit.kinds import Kind
from audit.models import AuditEvent, Part
from audit.reading import person, words

# Maximum number of events whose texts are read, because no index can count texts.
READ_AT_MOST = 2_000
WORKING_HOURS, SATURDAY = range(7, 19), 5
TOP = 10
# Minimum number of targets of one actor within an hour that the summary shows.
BURST = 5


@dataclass
class Bar:
    """One bar of a chart; its width is a percentage of the longest."""

    label: str
    count: int
    width: int = 0


@dataclass
class Summary:
    """
    The summary of some weeks.

    since: first day. starts, refused, out_of_hours: numbers of events. cut: whether only the newest texts were read.
    begins_at: time of the last sealed event, if events of these weeks were sealed; it was counted no more.
    """

    since: date
    starts: int = 0
    refused: int = 0
    out_of_hours: int = 0
    cut: bool = False
    begins_at: datetime | None = None
    charts: list[tuple[str, list[Bar]]] = field(default_factory=list)
    longest: list[tuple[AuditEvent, str, str, timedelta]] = field(default_factory=list)


def summary(*, weeks: int, now: datetime | None = None, read_from: str = DEFAULT_DB_ALIAS) -> Summary:
    """
    Return the summary of the last weeks, including the current one; working hours are in the platform's time zone.

    Starts and actors are counted in full from an index. Values that only texts hold are counted in the newest events.
    """
    zone = timezone.get_default_timezone()
    today = timezone.localtime(now or timezone.now(), zone)
    monday = today.date() - timedelta(days=today.weekday(), weeks=weeks - 1)
    beginning = timezone.make_aware(datetime.combine(monday, datetime.min.time()), zone)
    events = AuditEvent.objects.using(read_from)
    starts = events.filter(kind=Kind.ASSUMED_SESSION_STARTED, at__gte=beginning)
    refusals = events.filter(kind=Kind.ASSUMED_SESSION_REFUSED, at__gte=beginning)
    # Count by hour, which gives both week and working hours: PostgreSQL converts each time once. Name the time zone, so
    # that Django doesn't look it up for each hour.
    by_hour = starts.annotate(hour=TruncHour("at", tzinfo=zone)).order_by().values("hour")
    hours = by_hour.annotate(starts=Count("*"))
    by_week, in_hours = Counter[date](), 0
    for hour, number in hours.values_list("hour", "starts"):
        by_week[hour.date() - timedelta(days=hour.weekday())] += number
        in_hours += number * (hour.weekday() < SATURDAY and hour.hour in WORKING_HOURS)
    found = Summary(since=monday, starts=by_week.total(), refused=refusals.count())
    found.out_of_hours = found.starts - in_hours
    found.cut = max(found.starts, found.refused) > READ_AT_MOST
    seal = seals.newest()
    found.begins_at = seal.through_at if seal and seal.through_at >= beginning else None
    mondays = [monday + timedelta(weeks=week) for week in range(weeks)]
    newest_starts = newest(starts, Part.REASON)
    at_once, lasted = bursts(starts), longest(newest_starts, events)
    shown = events.prefetch_related("texts").in_bulk([seq for seq, _number in (*at_once, *lasted)])
    found.charts = [
        (_("Uses per week"), bars([(f"{week:%G} W{week:%V}", by_week[week]) for week in mondays])),
        (_("Uses per actor"), bars(by_actor(starts))),
        (_("Uses per reason"), bars(said_most(newest_starts, "category", _("none given")))),
        (_("Many people within an hour"), bars([(at_its_time(shown[seq]), people) for seq, people in at_once])),
        (_("Refused, and why"), bars(said_most(newest(refusals, Part.DETAIL), "refusal", _("other")))),
    ]
    found.longest = [(shown[seq], *both_people(shown[seq]), duration) for seq, duration in lasted]
    return found


def by_actor(starts: QuerySet[AuditEvent]) -> list[tuple[str, int]]:
    """Return the actors with the most starts, named as in the newest start of each, and their number of starts."""
    most = starts.order_by().values("actor_id").annotate(number=Count("*"), newest=Max("at"))
    top = list(most.order_by("-number", "actor_id").values_list("actor_id", "number", "newest")[:TOP])
    newest = starts.filter(at__in=[at for _actor, _number, at in top]).prefetch_related("texts")
    names = {event.actor_id: person(event, Part.ACTOR, event.actor_id) for event in newest}
    return [(names[actor], number) for actor, number, _at in top]


def bursts(starts: QuerySet[AuditEvent]) -> list[tuple[int, int]]:
    """Return each actor's hour with the most targets: the number of its last start, and the number of targets."""
    greatest: dict[int | None, tuple[int, int]] = {}
    within: dict[int | None, deque[tuple[datetime, int | None]]] = defaultdict(deque)
    rows = list(starts.order_by("-at").values_list("actor_id", "at", "target_id", "seq")[:READ_AT_MOST])
    for actor, at, target, seq in reversed(rows):
        window = within[actor]
        window.append((at, target))
        while at - window[0][0] > timedelta(hours=1):
            window.popleft()
        people = len({who for _at, who in window})
        if people >= BURST and people > greatest.get(actor, (0, 0))[0]:
            greatest[actor] = people, seq
    return [(seq, people) for people, seq in sorted(greatest.values(), reverse=True)[:TOP]]


def at_its_time(event: AuditEvent) -> str:
    """Return the actor and the time of an event, as the label of a bar."""
    return f"{person(event, Part.ACTOR, event.actor_id)}, {timezone.localtime(event.at):%Y-%m-%d %H:%M}"


def both_people(event: AuditEvent) -> tuple[str, str]:
    """Return the names of the actor and the target."""
    return person(event, Part.ACTOR, event.actor_id), person(event, Part.TARGET, event.target_id)


def newest(events: QuerySet[AuditEvent], part: Part) -> list[tuple[UUID | None, int, datetime, str | None, str | None]]:
    """Return the newest of these events: session, number, time, and the commitment and the text of one part."""
    said = events.annotate(said=FilteredRelation("texts", condition=Q(texts__part=part)))
    columns = ("assumed_session", "seq", "at", f"{part}_commitment", "said__text")
    return list(said.order_by("-at").values_list(*columns)[:READ_AT_MOST])


def said_most(rows: list[Any], word: str, otherwise: str) -> list[tuple[str, int]]:
    """Return the most frequent values of a key in the texts, with their numbers."""
    counted: Counter[str] = Counter()
    for _session, _seq, _at, committed, text in rows:
        erased = committed is not None and text is None
        counted[_("erased") if erased else words(json.loads(text or "{}").get(word) or otherwise)] += 1
    return counted.most_common(TOP)


def bars(counted: list[tuple[str, int]]) -> list[Bar]:
    """Return the bars of a chart; the greatest count has a width of 100."""
    greatest = max((count for _label, count in counted), default=0) or 1
    return [Bar(label, count, round(100 * count / greatest)) for label, count in counted]


def longest(rows: list[Any], events: QuerySet[AuditEvent]) -> list[tuple[int, timedelta]]:
    """Return the start events of the longest of these assumed sessions, and the duration of each."""
    started = {session: (seq, at) for session, seq, at, _committed, _text in rows}
    if not started:
        return []
    first = min(seq for seq, _at in started.values())
    ends = events.filter(kind=Kind.ASSUMED_SESSION_ENDED, seq__gt=first).order_by("-seq")
    lasted = {
        started[session][0]: timedelta(seconds=round((at - started[session][1]).total_seconds()))
        for session, at in ends.values_list("assumed_session", "at")[: READ_AT_MOST * 2]
        if session in started
    }
    return sorted(lasted.items(), key=lambda start: (-start[1], start[0]))[:TOP]
