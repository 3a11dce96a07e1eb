"""Two months at Harbour Coffee: the log, the access histories and the last sign-ins of the demo."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit import log
from audit.context import Context
from audit.kinds import Kind, Outcome
from audit.models import AuditEvent
from impersonation.models import AssumedSession, Notice
from learning.models import Event, Interaction, Module
from learning.models.answers import asked_among

from .entrance import LOADED
from .story_scenes import CHECKS, DEEDS, REFUSALS, VISITS, Visit

DOMAIN = "@harbour.example"
SEED = 4711
DAYS = 60
OPENED = timedelta(days=DAYS + 1)  # before today, when the people were imported
STAFF = ("owner", "sam", "rita", "mona", "carl", "audrey")
REGULARS = ("lena", "max")
LEARNERS_A_DAY = 5
FAILED = 0.06  # share of sign-ins that a wrong password precedes
BROWSERS = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/139.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile Safari/604.1",
)
LISTS = {"events": "event_list", "documents": "document_list", "modules": "module_list"}


@dataclass(frozen=True, slots=True)
class Moment:
    """An event with its time, before it has its place in the chain."""

    at: datetime
    entry: log.Entry


def is_told() -> bool:
    """Return whether the log holds sessions already: the story's own, or those of somebody who tries the demo."""
    return AuditEvent.objects.filter(kind=Kind.ASSUMED_SESSION_STARTED).exists()


def has_begun() -> bool:
    """Return whether the log holds anything: then what is loaded now is recorded as of now."""
    return AuditEvent.objects.exists()


@contextmanager
def two_months_ago() -> Iterator[None]:
    """Record what the block does as if it was done two months ago, so that the story can follow it in the log."""
    with log.recording():
        yield
        queued = log.queue()
        entries = list(log.flattened(queued))
        queued.clear()
        log.append(entries, times=[timezone.now() - OPENED] * len(entries))


@transaction.atomic
def load() -> int:
    """Append the story to the log, store its sessions and notices, and return the number of its events."""
    if is_told():
        return 0
    story = Story()
    moments = sorted(story.moments(), key=lambda moment: moment.at)
    moments[-1].entry.request_id = LOADED
    log.append([moment.entry for moment in moments], times=[moment.at for moment in moments])
    AssumedSession.objects.bulk_create(story.sessions)
    Notice.objects.bulk_create(story.notices)
    signed_in = [User(pk=pk, last_login=at) for pk, at in story.signed_in.items()]
    User.objects.bulk_update(signed_in, ["last_login"], batch_size=200)
    User.objects.filter(email__endswith=DOMAIN).update(created_at=timezone.now() - OPENED)
    return len(moments)


class Story:
    """The events of the story, the same each time, with dates relative to today. Nothing happens after now."""

    def __init__(self) -> None:
        self.chance = random.Random(SEED)  # noqa: S311 no secret
        self.now = timezone.now()
        self.people = {user.email.removesuffix(DOMAIN): user for user in User.objects.filter(email__endswith=DOMAIN)}
        items: list[Module | Event] = [*Module.objects.all(), *Event.objects.all()]
        self.items = {item.title: item for item in items}
        self.sessions: list[AssumedSession] = []
        self.notices: list[Notice] = []
        self.signed_in: dict[int, datetime] = {}

    def moments(self) -> Iterator[Moment]:
        """Yield every event of the story, in no order."""
        for visit in VISITS:
            yield from self.visit(visit)
        for day, time, actor, target, title in CHECKS:
            detail = {"item": self.name_of(title)} if title else {}
            yield self.moment(self.at(day, time), Kind.ACCESS_CHECKED, actor, target, detail=detail)
        for day, time, actor, target, rule in REFUSALS:
            refused = Kind.ASSUMED_SESSION_REFUSED
            yield self.moment(self.at(day, time), refused, actor, target, detail={"refusal": rule}, outcome="refused")
        for deed in DEEDS:
            yield self.moment(
                self.at(deed.day, deed.time), deed.kind, deed.actor, deed.target,
                detail=deed.detail, reason=deed.reason, outcome=deed.outcome,
            )  # fmt: skip
        yield from self.sign_ins()

    def visit(self, visit: Visit) -> Iterator[Moment]:
        """Yield the events of an assumed session, and keep its row and its notice."""
        key, begun = self.uuid(), self.at(visit.day, visit.time)
        ended = begun + timedelta(minutes=visit.minutes)
        row = AssumedSession(
            pk=key, actor=self.people[visit.actor], target=self.people[visit.target], mode=visit.mode, started_at=begun,
            last_active_at=begun, ended_at=ended, cause=visit.cause,
        )  # fmt: skip

        def inside(at: datetime, kind: Kind, **more: Any) -> Moment:
            return self.moment(at, kind, visit.actor, visit.target, session=key, **more)

        reason = {"category": visit.category, "text": visit.reason, "ticket": visit.ticket, "mode": visit.mode}
        yield inside(begun, Kind.ASSUMED_SESSION_STARTED, reason=reason)
        at = begun
        for step in visit.steps:
            at += (ended - begun) / (len(visit.steps) + 1)
            yield from self.step(step, at, row, inside)
        row.last_active_at = at
        yield inside(ended, Kind.ASSUMED_SESSION_ENDED, detail={"cause": visit.cause})
        seen_at = begun + timedelta(hours=4) if visit.seen else None
        notice = Notice(assumed_session=row, recipient=row.target, moment="start", attempts=1, seen_at=seen_at)
        notice.created_at = notice.try_at = begun
        notice.sent_at = begun + timedelta(seconds=40)
        self.notices.append(notice)
        yield from self.objection(visit, row)
        self.sessions.append(row)

    def step(self, step: str, at: datetime, row: AssumedSession, inside: Any) -> Iterator[Moment]:
        """Yield the events of one step of a session."""
        if step == "!":
            path = reverse("account")
            detail = {"method": "GET", "path": path, "view": "account", "object": "", "why": "own_account"}
            yield inside(at, Kind.ASSUMED_SESSION_BLOCKED, detail=detail, outcome="refused")
        elif step[0] in "+~":
            yield from self.change(step, at, row, inside)
        else:
            title = step.removeprefix("@")
            item = self.items.get(title)
            view = LISTS.get(title, "module_detail" if item else "dashboard")
            about = f"learning.module {item.pk}" if item else ""
            detail = {"view": view, "object": about, "title": title if item else ""}
            yield inside(at, Kind.ASSUMED_SESSION_LOOKED, detail=detail)

    def change(self, step: str, at: datetime, row: AssumedSession, inside: Any) -> Iterator[Moment]:
        """Yield the attempt, the change and the outcome of a form that was sent on behalf."""
        title, request = step[1:], self.uuid()
        item = self.items[title]
        place = step[0] == "+"
        view = "event_register" if place else "module_save"
        path = reverse(view, args=[item.pk])
        model = "learning.registration" if place else "learning.answer"
        number = self.chance.randrange(100, 900)
        detail: dict[str, Any] = {"table": model.replace(".", "_"), "row": number, "model": model, "about": title}
        if place:
            detail |= {"before": None, "after": {"event_id": item.pk, "user_id": row.target_id}}
        else:
            steps = list(cast(Module, item).interactions.prefetch_related("choices"))
            answered = next((step for step in steps if step.kind == Interaction.Kind.ACKNOWLEDGE), steps[0])
            after = {"interaction_id": answered.pk, "user_id": row.target_id, "value": True}
            detail |= {"before": None, "after": after} | asked_among(steps)(None, after)
        attempt = {"method": "POST", "path": path, "view": view}
        yield inside(at, Kind.ASSUMED_SESSION_REQUEST, detail=attempt, request=request)
        yield inside(at, Kind.ASSUMED_SESSION_CHANGED, detail=detail, request=request)
        yield inside(at, Kind.ASSUMED_SESSION_OUTCOME, detail={"status": 302}, request=request)

    def objection(self, visit: Visit, row: AssumedSession) -> Iterator[Moment]:
        """Yield what the person said about the session afterwards."""
        if not visit.objected:
            return
        about = {"about": str(row.pk)}
        row.objected_at = row.started_at + timedelta(hours=2)
        yield self.moment(row.objected_at, Kind.ASSUMED_SESSION_OBJECTED, visit.target, visit.target, detail=about)
        if visit.objected == "withdrawn":
            row.objection_withdrawn_at = row.objected_at + timedelta(hours=21)
            withdrawn = Kind.ASSUMED_SESSION_OBJECTION_WITHDRAWN
            yield self.moment(row.objection_withdrawn_at, withdrawn, visit.target, visit.target, detail=about)

    def sign_ins(self) -> Iterator[Moment]:
        """Yield the sign-ins of every day: of staff on working days, and of some learners."""
        active = [
            name for name, user in sorted(self.people.items()) if user.is_active and name not in (*STAFF, *REGULARS)
        ]
        for day in range(DAYS, -1, -1):
            weekend = (self.now - timedelta(days=day)).weekday() > 4
            names = [] if weekend else [name for name in STAFF if self.chance.random() < 0.8]
            names += [name for name in REGULARS if self.chance.random() < 0.3]
            names += self.chance.sample(active, LEARNERS_A_DAY // 2 if weekend else LEARNERS_A_DAY)
            for name in sorted(names):
                at = self.at(day, f"{self.chance.randrange(7, 17):02}:{self.chance.randrange(60):02}", on_weekends=True)
                if self.chance.random() < FAILED:
                    failed = at - timedelta(seconds=25)
                    way = {"way": "password"}
                    yield self.moment(failed, Kind.SIGN_IN_FAILED, "", name, detail=way, outcome="refused")
                yield self.moment(at, Kind.SIGN_IN_SUCCEEDED, name, name)
                pk = self.people[name].pk
                self.signed_in[pk] = max(at, self.signed_in.get(pk, at))

    def moment(
        self,
        at: datetime,
        kind: str,
        actor: str,
        target: str = "",
        *,
        session: UUID | None = None,
        request: UUID | None = None,
        **more: Any,
    ) -> Moment:
        """Return an event, from the browser that its actor always uses."""
        user = self.people.get(actor or target)
        number = user.pk if user else 0
        context = Context(
            actor=self.people[actor].as_person() if actor else None,
            target=self.people[target].as_person() if target else None,
            assumed_session=session,
            request_id=request or self.uuid(),
            address=f"10.20.{number % 7}.{number % 250}",
            user_agent=BROWSERS[number % len(BROWSERS) if actor not in STAFF else number % 2],
        )
        more["outcome"] = Outcome(more.get("outcome", "done")).value
        return Moment(at, log.entry(context, str(kind), **more))

    def name_of(self, title: str) -> str:
        item = self.items[title]
        return f"{item._meta.model_name}-{item.pk}"

    def at(self, day: int, time: str, *, on_weekends: bool = False) -> datetime:
        """Return a time of a day before today, or of the Friday before it; never later than an hour ago."""
        hour, minute = map(int, time.split(":"))
        at = timezone.localtime(self.now).replace(hour=hour, minute=minute, second=self.chance.randrange(60))
        at -= timedelta(days=day)
        if not on_weekends:
            at -= timedelta(days=max(0, at.weekday() - 4))
        return min(at, self.now - timedelta(hours=1))

    def uuid(self) -> UUID:
        """Return a random UUID of this sequence of random numbers."""
        return UUID(int=self.chance.getrandbits(128), version=4)
