"""Summary of the use of Login as User: counts, charts and the longest sessions."""

from __future__ import annotations

import json
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple
from urllib.parse import quote
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Count, FilteredRelation, Max, Q, QuerySet
from django.db.models.functions import TruncHour
from django.utils import timezone
from django.utils.translation import gettext as _

from audit import seals
from audit.dates import date_format
from audit.kinds import Kind
from audit.models import AuditEvent, Part
from audit.reading import person, words

# Maximum number of events whose texts are read, because no index can count texts.
READ_AT_MOST = 2_000
WORKING_HOURS, SATURDAY = range(7, 19), 5
TOP = 10
# Maximum number of starts out of hours that the summary lists.
LATE = 25
# Minimum number of targets of one actor within an hour that the summary shows.
BURST = 5


@dataclass
class Bar:
    """One bar of a chart; its width is a percentage of the longest. asks: the query of the list of its events."""

    label: str
    count: int
    width: int = 0
    asks: str = ""


@dataclass
class Chart:
    """
    One chart: its title, what its bars stand for, what they count, and the bars that count anything.

    empty: number of bars that count nothing.
    """

    title: str
    what: str
    number: str
    bars: list[Bar]
    empty: int = 0


class Newest(NamedTuple):
    """One of the newest events of a kind, with one part of its texts. text: None if it was erased."""

    assumed_session: UUID | None
    seq: int
    at: datetime
    actor_id: int | None
    target_id: int | None
    commitment: str | None
    text: str | None


# A start as the summary lists it: the event, actor, target, and the duration if it is known.
Listed = tuple[AuditEvent, str, str, timedelta | None]


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
    charts: list[Chart] = field(default_factory=list)
    longest: list[Listed] = field(default_factory=list)
    out_of_hours_starts: list[Listed] = field(default_factory=list)


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
        in_hours += number * is_in_hours(hour)
    found = Summary(since=monday, starts=by_week.total(), refused=refusals.count())
    found.out_of_hours = found.starts - in_hours
    found.cut = max(found.starts, found.refused) > READ_AT_MOST
    seal = seals.newest()
    found.begins_at = seal.through_at if seal and seal.through_at >= beginning else None
    mondays = [monday + timedelta(weeks=week) for week in range(weeks)]
    newest_starts = newest(starts, Part.REASON)
    at_once, lasted = bursts(newest_starts), longest(newest_starts, events)
    late = [start.seq for start in newest_starts if not is_in_hours(timezone.localtime(start.at, zone))][:LATE]
    shown = events.prefetch_related("texts").in_bulk([*late, *(seq for seq, _number in (*at_once, *lasted))])
    since = f"&since={monday}"
    found.charts = [
        chart(_("Sessions each week"), _("Week"), _("Sessions"), [of_week(week, by_week[week]) for week in mondays]),
        chart(_("Who logs in as others"), _("Person"), _("Sessions"), by_actor(starts, since)),
        chart(
            _("Reasons"), _("Reason"), _("Sessions"),
            said_most(newest_starts, "category", _("none given"), f"kind={Kind.ASSUMED_SESSION_STARTED}{since}"),
        ),
        chart(
            _("Many people within an hour"), _("Person, and when"), _("People"),
            [burst(shown[seq], people) for seq, people in at_once],
        ),
        chart(
            _("Refused, and why"), _("Reason of the refusal"), _("Refusals"),
            said_most(newest(refusals, Part.DETAIL), "refusal", _("other")),
        ),
    ]  # fmt: skip
    found.longest = [(shown[seq], *both_people(shown[seq]), duration) for seq, duration in lasted]
    found.out_of_hours_starts = [(shown[seq], *both_people(shown[seq]), None) for seq in late]
    return found


def is_in_hours(local: datetime) -> bool:
    """Return whether a time of the platform's zone is within working hours."""
    return local.weekday() < SATURDAY and local.hour in WORKING_HOURS


def of_week(monday: date, number: int) -> Bar:
    label = _("Week of %(day)s") % {"day": date_format(monday, "DATE_FORMAT")}
    until = monday + timedelta(days=6)
    return Bar(label, number, asks=f"kind={Kind.ASSUMED_SESSION_STARTED}&since={monday}&until={until}")


def burst(event: AuditEvent, people: int) -> Bar:
    """Return the bar of many people within an hour; it leads to the actor's starts of that day."""
    day = timezone.localtime(event.at).date()
    query = f"kind={Kind.ASSUMED_SESSION_STARTED}&actor={event.actor_id}&since={day}&until={day}"
    return Bar(at_its_time(event), people, asks=query if event.actor_id is not None else "")


def by_actor(starts: QuerySet[AuditEvent], since: str) -> list[Bar]:
    """Return the actors with the most starts, named as in the newest start of each, and their number of starts."""
    most = starts.order_by().values("actor_id").annotate(number=Count("*"), newest=Max("at"))
    top = list(most.order_by("-number", "actor_id").values_list("actor_id", "number", "newest")[:TOP])
    newest = starts.filter(at__in=[at for _actor, _number, at in top]).prefetch_related("texts")
    names = {event.actor_id: person(event, Part.ACTOR, event.actor_id) for event in newest}
    started = f"kind={Kind.ASSUMED_SESSION_STARTED}{since}"
    return [Bar(names[actor], number, asks=f"{started}&actor={actor}") for actor, number, _at in top]


def bursts(starts: list[Newest]) -> list[tuple[int, int]]:
    """Return each actor's hour with the most targets: the number of its last start, and the number of targets."""
    greatest: dict[int | None, tuple[int, int]] = {}
    within: dict[int | None, deque[tuple[datetime, int | None]]] = defaultdict(deque)
    for start in reversed(starts):
        window = within[start.actor_id]
        window.append((start.at, start.target_id))
        while start.at - window[0][0] > timedelta(hours=1):
            window.popleft()
        people = len({who for _at, who in window})
        if people >= BURST and people > greatest.get(start.actor_id, (0, 0))[0]:
            greatest[start.actor_id] = people, start.seq
    return [(seq, people) for people, seq in sorted(greatest.values(), reverse=True)[:TOP]]


def at_its_time(event: AuditEvent) -> str:
    """Return the actor and the time of an event, as the label of a bar."""
    at = date_format(timezone.localtime(event.at), "DATETIME_FORMAT")
    return f"{person(event, Part.ACTOR, event.actor_id)}, {at}"


def both_people(event: AuditEvent) -> tuple[str, str]:
    """Return the names of the actor and the target."""
    return person(event, Part.ACTOR, event.actor_id), person(event, Part.TARGET, event.target_id)


def newest(events: QuerySet[AuditEvent], part: Part) -> list[Newest]:
    """Return the newest of these events, newest first, with one part of the texts of each."""
    said = events.annotate(said=FilteredRelation("texts", condition=Q(texts__part=part)))
    columns = ("assumed_session", "seq", "at", "actor_id", "target_id", f"{part}_commitment", "said__text")
    return [Newest(*row) for row in said.order_by("-at").values_list(*columns)[:READ_AT_MOST]]


def said_most(rows: list[Newest], word: str, otherwise: str, asks: str = "") -> list[Bar]:
    """
    Return the most frequent values of a key in the texts.

    asks: the query of the list of all their events, if the list can search a value: a stored word of a category.
    """
    counted: Counter[str] = Counter()
    for row in rows:
        erased = row.commitment is not None and row.text is None
        counted[_("erased") if erased else str(json.loads(row.text or "{}").get(word) or otherwise)] += 1
    return [
        Bar(words(said), number, asks=f"{asks}&q={quote(said)}" if asks and "_" in said else "")
        for said, number in counted.most_common(TOP)
    ]


def chart(title: str, what: str, number: str, bars: list[Bar]) -> Chart:
    """Return a chart without the bars that count nothing; the greatest count has a width of 100."""
    greatest = max((bar.count for bar in bars), default=0) or 1
    for bar in bars:
        bar.width = round(100 * bar.count / greatest)
    shown = [bar for bar in bars if bar.count]
    return Chart(title, what, number, shown, empty=len(bars) - len(shown))


def longest(starts: list[Newest], events: QuerySet[AuditEvent]) -> list[tuple[int, timedelta]]:
    """Return the start events of the longest of these assumed sessions, and the duration of each."""
    started = {start.assumed_session: (start.seq, start.at) for start in starts}
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
