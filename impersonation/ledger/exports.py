"""Which exports held a user's row: those of people by the ids in their event, and those of the audit log."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, FilteredRelation, Q, QuerySet

from accounts.models import User
from accounts.users.id_ranges import contains
from audit.kinds import Kind
from audit.models import AuditEvent, Part

from .words import read

# Exports whose ids one page looks through.
READ_AT_MOST = 1_000


@dataclass(slots=True)
class Exports:
    """The exports that held a user's row, newest first. through: the last one looked at, if there may be older ones."""

    events: list[AuditEvent] = field(default_factory=list)
    through: int | None = None


def exports_with(user: User, *, before: int | None, after: int, by_others: bool) -> Exports:
    """Return the newest exports between two numbers that held the user's row, in one query."""
    events = candidates(user).filter(seq__gt=after)
    if before is not None:
        events = events.filter(seq__lt=before)
    if by_others:
        events = events.filter(~Q(actor_id=user.pk) | Q(actor_id=None))
    looked_at = list(events.order_by("-seq")[:READ_AT_MOST])
    held = [event for event in looked_at if holds(read(event.said), event.kind, user)]
    return Exports(held, looked_at[-1].seq if len(looked_at) == READ_AT_MOST else None)


def candidates(user: User) -> QuerySet[Any]:
    """Return the exports that can hold the user, with their texts: none from before their account or first event."""
    first = AuditEvent.objects.filter(target_id=user.pk).order_by("seq").values("seq")[:1]
    exported = Q(kind=Kind.USERS_EXPORTED, at__gte=user.created_at) | Q(kind=Kind.AUDIT_EXPORTED, seq__gt=first)
    # An event that names the user as its target is found as such.
    others = AuditEvent.objects.filter(exported).filter(~Q(target_id=user.pk) | Q(target_id=None))
    detail = FilteredRelation("texts", condition=Q(texts__part=Part.DETAIL))
    return others.annotate(detail=detail).annotate(said=F("detail__text"))


def holds(detail: dict[str, Any] | None, kind: str, user: User) -> bool:
    """
    Return whether an export held, or may have held, the user's row.

    An event without ids is of an earlier version, or its detail was erased: only a filter by one other user, or an
    empty file, excludes the user then, because nobody knows their department and name of that day.
    """
    if kind == Kind.AUDIT_EXPORTED or detail is None:
        return True
    if "ids" in detail:
        try:
            return contains(str(detail["ids"]), user.pk)
        except ValueError:  # an altered text excludes nobody
            return True
    filters = detail.get("filters")
    one = filters.get("id", "") if isinstance(filters, dict) else ""
    return detail.get("people") != 0 and str(one) in ("", str(user.pk))
