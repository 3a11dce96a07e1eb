"""What users undo of what was done at events in their place: recorded, so that their access history can say it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit import log
from audit.context import current
from audit.kinds import Kind

from .places_in_log import told_of_places

if TYPE_CHECKING:
    from accounts.models import User


def record_undone(user: User, event: Any, model: Any, *, is_given: bool) -> None:
    """
    Record that a user gave back, or took again, a place or a turn that an assumed session was the last to change.

    event: an Event. model: Registration or WaitingEntry. is_given: whether the user has it now. One query; an assumed
    session records its changes anyway. Call it inside a recording.
    """
    if current().assumed_session is not None:
        return
    label = model._meta.label_lower
    told = told_of_places(user, is_newest_first=True)
    last = next((each for each in told if (each.kind, each.event) == (label, event.pk)), None)
    if last is None or last.about != Kind.ASSUMED_SESSION_CHANGED or last.is_given == is_given:
        return
    person = user.as_person()
    detail = event.facts | {"model": label, "is_given": is_given}
    log.record(Kind.REGISTRATION_UNDONE, actor=person, target=person, detail=detail)
