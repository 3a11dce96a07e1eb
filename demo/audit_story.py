"""The events of the generated audit log: assumed sessions with what they change, refusals, and other events."""

from __future__ import annotations

import heapq
import random
from bisect import bisect
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate, count, islice
from typing import Any, NamedTuple
from uuid import UUID

from django.utils import timezone

from accounts.models import User
from audit.chain import canonical_text
from audit.kinds import Kind, Outcome
from audit.log import Entry

YEARS = timedelta(days=730)
WEEK = timedelta(weeks=1)
ACTORS, TARGETS = 40, 20_000
EVENTS_PER_SCENE = 8.8  # measured average; only spreads the scenes over the period
# Maximum number of generated events that wait for their turn: in a period of few minutes nearly all scenes overlap.
MOST_WAITING = 100_000
# Cumulative weights of the 168 hours of a week: ten times as many events on weekdays from 7 to 18 as otherwise.
HOURS = list(accumulate((10 if 7 <= hour < 18 and day < 5 else 1) for day in range(7) for hour in range(24)))
BEGINNINGS = ("She says that", "He wrote that", "They called:", "Since this morning,", "From the shop:", "At the till,")
THINGS = (
    "the oven course", "the module on food safety", "the quiz on allergens", "the latte art night", "the rota training",
    "her tablet", "the fire drill document", "the first aid event", "his dashboard", "the closing checklist",
    "the certificate", "the welcome module", "the hygiene film", "the registration", "the supplier handbook",
)  # fmt: skip
TROUBLES = (
    "does not open", "cannot be submitted", "shows nothing", "stays at two thirds", "asks again and again", "is full",
    "has disappeared", "came too late", "is locked", "names the wrong department", "shows an old date", "is in Danish",
)  # fmt: skip
PLACES = ("in Nørreport", "in Aarhus", "by the harbour", "at the station", "in the roastery", "on every phone")
CATEGORIES = ["content_not_visible", "cannot_submit", "event_problem", "permissions_check", "other"]
REFUSALS = ["out_of_scope", "target_holds_more", "target_inactive", "no_right"]
CAUSES = ["exit"] * 8 + ["signed_out", "idle", "time_limit", "superseded"]
AGENTS = ["Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", "Mozilla/5.0 (Windows NT 10.0) Chrome/139.0 Safari/537.36"]
OTHERS = [Kind.ACCESS_CHECKED, Kind.USER_CHANGED, Kind.PERMISSION_TYPE_ASSIGNED, Kind.USER_INVITED, Kind.USERS_EXPORTED]
Texts = dict[str, str]


class Moment(NamedTuple):
    """An event with its time, before it has its place in the chain."""

    at: datetime
    entry: Entry


def story(events: int, *, since: datetime | None) -> Iterator[Moment]:
    """Yield `events` events, oldest first, of the last two years, or of the time after `since` if that is later."""
    now = timezone.now().astimezone(UTC)
    beginning = max(now - YEARS, since.astimezone(UTC) if since else now - YEARS)
    return islice(in_order(Scenes(random.Random(events)), beginning, now, events), events)  # noqa: S311 no secret


def in_order(scenes: Scenes, beginning: datetime, now: datetime, events: int) -> Iterator[Moment]:
    """Yield the events of overlapping scenes in the order of their times; without end."""
    pace = (now - beginning) * EVENTS_PER_SCENE / max(events, 1)
    waiting: list[tuple[datetime, int, Moment]] = []
    order = count()
    for number in count():
        start = max(min(spread(beginning + pace * number, scenes.chance), now), beginning)
        while waiting and (waiting[0][0] <= start or len(waiting) > MOST_WAITING):
            yield heapq.heappop(waiting)[2]
        for moment in scenes.one(start, now):
            heapq.heappush(waiting, (moment.at, next(order), moment))


def spread(at: datetime, chance: random.Random) -> datetime:
    """Return a time of the same week, more likely by day; of two times, the later one stays later."""
    monday = datetime(2020, 1, 6, tzinfo=UTC)
    weeks, within = divmod(at - monday, WEEK)
    place = within / WEEK * HOURS[-1]
    hour = min(bisect(HOURS, place), len(HOURS) - 1)
    before = HOURS[hour - 1] if hour else 0
    return monday + weeks * WEEK + timedelta(hours=hour + (place - before) / (HOURS[hour] - before))


class Scenes:
    """Random scenes among the people of the database: an assumed session, a refused start, or another event."""

    def __init__(self, chance: random.Random):
        self.chance = chance
        people = [user.as_person() for user in User.objects.filter(is_active=True).order_by("pk")[:TARGETS]]
        names = {person.id: {"name": person.name, "email": person.email} for person in people}
        self.targets = [(pk, canonical_text(name)) for pk, name in names.items()]
        self.actors = [
            (
                pk,
                [
                    canonical_text({**name, "address": f"10.0.{place}.{pk % 250}", "user_agent": chance.choice(AGENTS)})
                    for place in range(4)
                ],
            )
            for pk, name in list(names.items())[:ACTORS]
        ]

    def uuid(self) -> UUID:
        """Return a random UUID of this sequence of random numbers."""
        return UUID(int=self.chance.getrandbits(128), version=4)

    def one(self, at: datetime, now: datetime) -> Iterator[Moment]:
        """Yield the events of one scene that begins at `at`; none is later than `now`."""
        chance = self.chance
        actor_id, places = self.actors[int(chance.random() ** 2 * len(self.actors))]
        target_id, target = chance.choice(self.targets)
        people = {"actor": chance.choice(places), "target": target}
        kind = chance.random()
        if kind < 0.12:
            texts = people | self.detail(about=f"account {chance.randrange(90_000)}")
            other = str(chance.choice(OTHERS))
            yield Moment(at, Entry(other, Outcome.DONE.value, None, actor_id, target_id, self.uuid(), texts))
        elif kind < 0.2:
            texts = people | self.reason() | self.detail(refusal=chance.choice(REFUSALS))
            refused = Kind.ASSUMED_SESSION_REFUSED.value, Outcome.REFUSED.value
            yield Moment(at, Entry(*refused, None, actor_id, target_id, self.uuid(), texts))
        else:
            yield from self.session(at, now, actor_id, target_id, people)

    def session(self, at: datetime, now: datetime, actor_id: int, target_id: int, people: Texts) -> Iterator[Moment]:
        """Yield the start of an assumed session, its requests with what they changed, and its end."""
        chance, session = self.chance, self.uuid()

        def moment(kind: Kind, request: UUID, texts: Texts, outcome: Outcome = Outcome.DONE) -> Moment:
            entry = Entry(kind.value, outcome.value, session, actor_id, target_id, request, people | texts)
            return Moment(min(at, now), entry)

        yield moment(Kind.ASSUMED_SESSION_STARTED, self.uuid(), self.reason())
        for _ in range(chance.randrange(7)):
            at += timedelta(seconds=10 + chance.random() * 400)
            request, number = self.uuid(), chance.randrange(2_000)
            path = self.detail(method="POST", path=f"/modules/{number}/submit/")
            yield moment(Kind.ASSUMED_SESSION_REQUEST, request, path)
            at += timedelta(milliseconds=30)
            if chance.random() < 0.03:
                yield moment(Kind.ASSUMED_SESSION_OUTCOME, request, self.detail(status=500), Outcome.FAILED)
                continue
            changed = {"before": {"state": "open"}, "after": {"state": "submitted"}, "model": f"progress {number}"}
            yield moment(Kind.ASSUMED_SESSION_CHANGED, request, self.detail(**changed))
            yield moment(Kind.ASSUMED_SESSION_OUTCOME, request, self.detail(status=302))
        at += timedelta(seconds=5 + chance.random() * 300)
        yield moment(Kind.ASSUMED_SESSION_ENDED, self.uuid(), self.detail(cause=chance.choice(CAUSES)))

    def reason(self) -> Texts:
        """Return a random reason as the text of an event."""
        chance = self.chance
        words = [chance.choice(each) for each in (BEGINNINGS, THINGS, TROUBLES, PLACES)]
        ticket = f"SUP-{chance.randrange(1_000_000)}" if chance.random() < 0.7 else ""
        content = {"category": chance.choice(CATEGORIES), "text": " ".join(words), "ticket": ticket, "mode": "act"}
        return {"reason": canonical_text(content)}

    def detail(self, **content: Any) -> Texts:
        """Return the detail as the text of an event."""
        return {"detail": canonical_text(content)}
