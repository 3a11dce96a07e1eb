"""Refused starts of an assumed session: the exceptions, and their record in the audit log."""

from __future__ import annotations

from accounts.authorization.requests import Request, record_refusal
from accounts.models import User
from accounts.policy import Refusal
from audit.kinds import Kind


class Refused(Exception):
    """The start is refused; nothing has changed."""

    def __init__(self, refusal: Refusal, target: User):
        super().__init__(refusal.label)
        self.refusal, self.target = refusal, target


class Unseen(Exception):
    """The target does not exist, or the actor may not know that it exists; nothing has changed."""


def record_refused_start(request: Request, target: User, refusal: Refusal, *, wanted: int | None = None) -> None:
    """
    Record a refused start.

    wanted: id of the user that the actor asked for, if that is not the target. Only the id is recorded, because the
    texts of an event are erased for its own users only.
    """
    detail = {} if wanted is None else {"wanted": wanted}
    record_refusal(request, Kind.ASSUMED_SESSION_REFUSED, refusal, what="refused starts", target=target, **detail)
