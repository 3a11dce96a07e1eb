"""What the audit log says of the reasons that an actor gave; what was erased is not there."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from audit.kinds import Kind
from audit.models import AuditText, Part
from audit.reading import content

from .models import AssumedSession


def reason_of(session: AssumedSession) -> dict[str, Any]:
    """Return the reason of the start: category, text and ticket; {} if it was erased or sealed away."""
    return first_of(reasons().filter(event__assumed_session=session.pk))


def last_ticket_of(actor: User) -> str:
    """Return the ticket of the actor's newest assumed session; "" if it had none."""
    newest = AssumedSession.objects.filter(actor=actor.pk).order_by("-started_at").values("pk")[:1]
    return str(first_of(reasons().filter(event__assumed_session__in=newest)).get("ticket", ""))


def reasons() -> QuerySet[AuditText]:
    return AuditText.objects.filter(event__kind=Kind.ASSUMED_SESSION_STARTED, part=Part.REASON)


def first_of(found: QuerySet[AuditText]) -> dict[str, Any]:
    row = found.first()
    return {} if row is None else content(row)
