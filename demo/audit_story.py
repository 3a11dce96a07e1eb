"""What happens in the generated audit log: people log in as others, look, change something, and leave."""

from __future__ import annotations

import heapq
import random
from bisect import bisect
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate, count
from typing import NamedTuple

from django.utils import timezone

from accounts.models import User
from audit.chain import canonical_text
from audit.kinds import Kind

YEARS = timedelta(days=730)
WEEK = timedelta(weeks=1)
HELPERS, HELPED = 40, 20_000
EVENTS_A_STEP = 8.8  # as measured; decides only how the steps are spread over the time
# Of a story that takes place within minutes nearly all is still to come: so much of it is kept at most.
MOST_WAITING = 100_000
# Monday to Friday by day is when most of it happens.
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
Texts = tuple[tuple[str, str], ...]


class Moment(NamedTuple):
    """An event before it has its place in the chain; texts are canonical already."""

    at: datetime
    kind: str
    outcome: str
    assumed_session: str | None
    actor_id: int | None
    target_id: int | None
    request_id: str | None
    texts: Texts


def story(events: int, *, since: datetime | None) -> Iterator[Moment]:
    """So many moments, oldest first, of the last two years, or of the time since the log's newest event."""
    now = timezone.now().astimezone(UTC)
    beginning = max(now - YEARS, since.astimezone(UTC) if since else now - YEARS)
    steps = Steps(random.Random(events))  # noqa: S311 nothing secret
    pace = (now - beginning) * EVENTS_A_STEP / max(events, 1)
    waiting: list[tuple[datetime, int, Moment]] = []
    order, told = count(), 0
    for step in count():
        start = min(spread(beginning + pace * step, steps.chance), now)
        start = max(start, beginning)
        while waiting and (waiting[0][0] <= start or len(waiting) > MOST_WAITING) and told < events:
            yield heapq.heappop(waiting)[2]
            told += 1
        if told >= events:
            return
        for moment in steps.one(start, now):
            heapq.heappush(waiting, (moment.at, next(order), moment))


def spread(at: datetime, chance: random.Random) -> datetime:
    """A time of the same week, by day rather than by night; order is kept, for it follows from the time given."""
    monday = datetime(2020, 1, 6, tzinfo=UTC)
    weeks, within = divmod(at - monday, WEEK)
    place = within / WEEK * HOURS[-1]
    hour = min(bisect(HOURS, place), len(HOURS) - 1)
    before = HOURS[hour - 1] if hour else 0
    return monday + weeks * WEEK + timedelta(hours=hour + (place - before) / (HOURS[hour] - before))


class Steps:
    """Each step is somebody's assumed session, a refused start, or something else that is on record."""

    def __init__(self, chance: random.Random):
        self.chance = chance
        people = list(User.objects.filter(is_active=True).order_by("pk")[:HELPED])
        known = {person.pk: person.as_person() for person in people}
        self.helped = [
            (pk, canonical_text({"name": person.name, "email": person.email})) for pk, person in known.items()
        ]
        self.helpers = [
            (pk, [
                canonical_text({"name": person.name, "email": person.email, "address": f"10.0.{place}.{pk % 250}",
                                "user_agent": chance.choice(AGENTS)})
                for place in range(4)
            ])
            for pk, person in list(known.items())[:HELPERS]
        ]  # fmt: skip

    def uuid(self) -> str:
        drawn = f"{self.chance.getrandbits(128):032x}"
        return f"{drawn[:8]}-{drawn[8:12]}-4{drawn[13:16]}-8{drawn[17:20]}-{drawn[20:]}"

    def one(self, at: datetime, now: datetime) -> Iterator[Moment]:
        chance = self.chance
        actor_id, places = self.helpers[int(chance.random() ** 2 * len(self.helpers))]
        target_id, target = chance.choice(self.helped)
        people = (("actor", chance.choice(places)), ("target", target))
        kind = chance.random()
        if kind < 0.12:
            what = str(chance.choice(OTHERS))
            detail = (("detail", f'{{"about":"account {chance.randrange(90_000)}"}}'),)
            yield Moment(at, what, "done", None, actor_id, target_id, self.uuid(), people + detail)
        elif kind < 0.2:
            told = (("reason", self.reason()), ("detail", f'{{"refusal":"{chance.choice(REFUSALS)}"}}'))
            yield Moment(
                at, str(Kind.ASSUMED_SESSION_REFUSED), "refused", None, actor_id, target_id, self.uuid(), people + told
            )
        else:
            yield from self.session(at, now, actor_id, target_id, people)

    def session(self, at: datetime, now: datetime, actor_id: int, target_id: int, people: Texts) -> Iterator[Moment]:
        """Start, some requests with what they changed, and the end."""
        chance, session = self.chance, self.uuid()

        def moment(kind: Kind, outcome: str, request: str, *texts: tuple[str, str]) -> Moment:
            return Moment(min(at, now), str(kind), outcome, session, actor_id, target_id, request, people + texts)

        yield moment(Kind.ASSUMED_SESSION_STARTED, "done", self.uuid(), ("reason", self.reason()))
        for _ in range(chance.randrange(7)):
            at += timedelta(seconds=10 + chance.random() * 400)
            request, number = self.uuid(), chance.randrange(2_000)
            path = f'{{"method":"POST","path":"/modules/{number}/submit/"}}'
            yield moment(Kind.ASSUMED_SESSION_REQUEST, "done", request, ("detail", path))
            at += timedelta(milliseconds=30)
            failed = chance.random() < 0.03
            if not failed:
                changed = f'{{"after":{{"state":"submitted"}},"before":{{"state":"open"}},"model":"progress {number}"}}'
                yield moment(Kind.ASSUMED_SESSION_CHANGED, "done", request, ("detail", changed))
            outcome, status = ("failed", 500) if failed else ("done", 302)
            yield moment(Kind.ASSUMED_SESSION_OUTCOME, outcome, request, ("detail", f'{{"status":{status}}}'))
        at += timedelta(seconds=5 + chance.random() * 300)
        yield moment(
            Kind.ASSUMED_SESSION_ENDED, "done", self.uuid(), ("detail", f'{{"cause":"{chance.choice(CAUSES)}"}}')
        )

    def reason(self) -> str:
        chance = self.chance
        words = [chance.choice(each) for each in (BEGINNINGS, THINGS, TROUBLES, PLACES)]
        ticket = f"SUP-{chance.randrange(1_000_000)}" if chance.random() < 0.7 else ""
        category = chance.choice(CATEGORIES)
        return canonical_text({"category": category, "text": " ".join(words), "ticket": ticket, "mode": "act"})
