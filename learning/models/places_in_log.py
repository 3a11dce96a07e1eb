"""Places at events and turns on waiting lists, as the audit log tells of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import BigIntegerField, F, Q

from audit.kinds import Kind
from audit.models import AuditText, Part
from audit.reading import content

from .registrations import Registration
from .waiting import WaitingEntry

if TYPE_CHECKING:
    from accounts.models import User

PLACE, TURN = Registration._meta.label_lower, WaitingEntry._meta.label_lower
MODELS: dict[str, Any] = {PLACE: Registration, TURN: WaitingEntry}
LOOKED_AT = 1_000  # events of one user
# What an event says outside of assumed sessions: of a place or a turn, and whether the user has it afterwards.
GIVES = {
    Kind.REGISTRATION_GIVEN: ((PLACE, True), (TURN, False)),
    Kind.REGISTRATION_WITHDRAWN: ((PLACE, False),),
    Kind.REGISTRATION_MOVED_UP: ((PLACE, True), (TURN, False)),
    Kind.REGISTRATION_TAKEN_OFF_LIST: ((TURN, False),),
}


class Change(NamedTuple):
    """A place at an event, or a turn on its waiting list, that was given or taken. seq: the number of its event."""

    seq: int
    kind: str
    row: int
    event: int
    is_given: bool


class Told(NamedTuple):
    """One event of the log about a place or a turn. about: its kind. is_given: whether the user has it afterwards."""

    seq: int
    at: datetime
    about: str
    actor: int | None
    kind: str
    event: int
    is_given: bool


def change_of(seq: int, detail: Any, user: User) -> Change | None:
    """
    Return what an assumed session changed of a place or a turn of the user; None if it changed something else.

    detail: of the event; None if it was erased. In one session the rows of others change too: somebody moves up, or
    loses a lapsed place.
    """
    if not isinstance(detail, dict) or str(detail.get("model")) not in MODELS:
        return None
    before, after = detail.get("before"), detail.get("after")
    fields = before or after
    if (before and after) or not isinstance(fields, dict) or fields.get("user_id") != user.pk:
        return None
    row, event = number(detail.get("row")), number(fields.get("event_id"))
    return Change(seq, str(detail["model"]), row, event, is_given=not before) if row and event else None


def number(value: Any) -> int | None:
    """Return the number of a row that a database can hold, or None."""
    return value if isinstance(value, int) and 0 < value <= BigIntegerField.MAX_BIGINT else None


def told_of_places(user: User, *, after: int = 0, is_newest_first: bool = False) -> Iterator[Told]:
    """Yield what the log says of the user's places and turns, in one query. after: only events with larger numbers."""
    of_models = Q()
    for label in MODELS:
        of_models |= Q(text__contains=f'"model":"{label}"')  # as audit.chain.canonical_text writes it
    texts = AuditText.objects.filter(
        Q(event__kind__in=[*GIVES, Kind.REGISTRATION_UNDONE]) | Q(event__kind=Kind.ASSUMED_SESSION_CHANGED) & of_models,
        part=Part.DETAIL, event__target_id=user.pk, event__gt=after,
    )  # fmt: skip
    found = texts.annotate(at=F("event__at"), about=F("event__kind"), actor=F("event__actor_id"))
    for text in found.order_by("-event" if is_newest_first else "event")[:LOOKED_AT]:
        for said in said_by(text.about, text.event_id, content(text), user):
            yield Told(text.event_id, text.at, text.about, text.actor, *said)


def said_by(about: str, seq: int, detail: dict[str, Any], user: User) -> list[tuple[str, int, bool]]:
    """Return what one event says: of a place or a turn, at which event, and whether the user has it afterwards."""
    if about == Kind.ASSUMED_SESSION_CHANGED:
        change = change_of(seq, detail, user)
        return [(change.kind, change.event, change.is_given)] if change else []
    event = number(detail.get("event"))
    if not event:
        return []
    if about == Kind.REGISTRATION_UNDONE:
        return [(str(detail.get("model")), event, bool(detail.get("is_given")))]
    return [(kind, event, is_given) for kind, is_given in GIVES[Kind(about)]]
