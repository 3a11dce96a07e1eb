"""How Login as User was used, in numbers that can be looked at."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from .kinds import Kind
from .models import AuditEvent, AuditText, Part
from .reading import person, said, words

READ_AT_MOST = 20_000
WORKING_HOURS = range(7, 19)
TOP = 10


@dataclass
class Bar:
    label: str
    count: int
    width: int = 0


@dataclass
class Summary:
    """since: the first day; starts: how many in all; cut: whether only the newest were read."""

    since: date
    starts: int = 0
    refused: int = 0
    out_of_hours: int = 0
    cut: bool = False
    charts: list[tuple[str, list[Bar]]] = field(default_factory=list)
    longest: list[tuple[AuditEvent, str, str, timedelta]] = field(default_factory=list)


def summary(*, weeks: int, now: datetime | None = None) -> Summary:
    """What happened in the last weeks, this one included; times of day are those of the platform."""
    today = timezone.localtime(now or timezone.now())
    monday = today.date() - timedelta(days=today.weekday(), weeks=weeks - 1)
    beginning = timezone.make_aware(datetime.combine(monday, datetime.min.time()))
    recent = AuditEvent.objects.filter(at__gte=beginning)
    events = recent.filter(kind=Kind.ASSUMED_SESSION_STARTED).order_by("-seq").prefetch_related("texts")
    starts = list(events[: READ_AT_MOST + 1])
    found = Summary(since=monday, cut=len(starts) > READ_AT_MOST)
    starts = starts[:READ_AT_MOST]
    found.starts = len(starts)
    refusals = recent.filter(kind=Kind.ASSUMED_SESSION_REFUSED).order_by("-seq")
    found.refused = refusals[:READ_AT_MOST].count()
    times = [timezone.localtime(event.at) for event in starts]
    found.out_of_hours = sum(at.weekday() > 4 or at.hour not in WORKING_HOURS for at in times)
    by_week = Counter(at.date() - timedelta(days=at.weekday()) for at in times)
    mondays = [monday + timedelta(weeks=week) for week in range(weeks)]
    actors: Counter[int | None] = Counter()
    reasons: Counter[str] = Counter()
    names: dict[int | None, str] = {}
    for event in starts:
        names.setdefault(event.actor_id, person(event, Part.ACTOR, event.actor_id))
        actors[event.actor_id] += 1
        reason = said(event, Part.REASON)
        reasons[_("erased") if reason is None else words(reason.get("category") or _("none given"))] += 1
    refused_why = Counter(
        words(json.loads(text).get("refusal") or _("other"))
        for text in AuditText.objects.filter(
            part=Part.DETAIL, event__in=refusals.values("seq")[:READ_AT_MOST]
        ).values_list("text", flat=True)
    )
    found.charts = [
        (_("Uses per week"), bars([(f"{week:%G} W{week:%V}", by_week[week]) for week in mondays])),
        (_("Uses per actor"), bars([(names[actor], count) for actor, count in actors.most_common(TOP)])),
        (_("Uses per reason"), bars(reasons.most_common(TOP))),
        (_("Refused, and why"), bars(refused_why.most_common(TOP))),
    ]
    found.longest = longest(starts)
    return found


def bars(counted: list[tuple[str, int]]) -> list[Bar]:
    """Widths out of a hundred, the greatest count being the whole."""
    greatest = max((count for _label, count in counted), default=0) or 1
    return [Bar(label, count, round(100 * count / greatest)) for label, count in counted]


def longest(starts: list[AuditEvent]) -> list[tuple[AuditEvent, str, str, timedelta]]:
    by_session = {event.assumed_session: event for event in starts}
    if not starts:
        return []
    ends = AuditEvent.objects.filter(kind=Kind.ASSUMED_SESSION_ENDED, seq__gt=starts[-1].seq)
    lasted = [
        (at - by_session[session].at, session)
        for session, at in ends.order_by("-seq").values_list("assumed_session", "at")[: READ_AT_MOST * 2]
        if session in by_session
    ]
    return [
        (event, person(event, Part.ACTOR, event.actor_id), person(event, Part.TARGET, event.target_id),
         timedelta(seconds=round(duration.total_seconds())))
        for duration, session in sorted(lasted, reverse=True, key=lambda pair: pair[0])[:TOP]
        for event in [by_session[session]]
    ]  # fmt: skip
