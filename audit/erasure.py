"""Erasing one person's texts where the law demands it; the events stay, and so does what others said."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q, QuerySet

from . import log
from .context import Person
from .kinds import Kind
from .models import AuditErasure, AuditEvent, AuditText, Part

BATCH = 1000


@dataclass(frozen=True)
class Erasure:
    """
    What would be erased, or was, in numbers of texts.

    as_actor, as_target: who the person was where they acted, and where they were acted for. details: what was
    changed of theirs.
    """

    person_id: int
    as_actor: int
    as_target: int
    details: int

    @property
    def total(self) -> int:
        return self.as_actor + self.as_target + self.details


def texts_of(person_id: int) -> dict[Part, QuerySet[AuditText]]:
    """The texts that say who the person is, or what was changed of theirs: never the other person's, or a reason."""
    theirs = Q(event__kind=Kind.ASSUMED_SESSION_CHANGED) | Q(event__kind__startswith="user.")
    return {
        Part.ACTOR: AuditText.objects.filter(part=Part.ACTOR, event__actor_id=person_id),
        Part.TARGET: AuditText.objects.filter(part=Part.TARGET, event__target_id=person_id),
        Part.DETAIL: AuditText.objects.filter(theirs, part=Part.DETAIL, event__target_id=person_id),
    }


def planned(person_id: int) -> Erasure:
    texts = texts_of(person_id)
    return Erasure(person_id, *(texts[part].count() for part in (Part.ACTOR, Part.TARGET, Part.DETAIL)))


@transaction.atomic(durable=True)
def erase(*, person_id: int, legal_basis: str, actor: Person | None = None) -> Erasure:
    """
    Append the event that says so, then allow and make each deletion: all of it, or nothing.

    The event comes first because each deletion refers to it; its lock on the chain lasts until the end.
    """
    with log.recording():
        plan = planned(person_id)
        log.record(
            Kind.AUDIT_ERASED,
            actor=actor,
            target=Person(person_id, "", ""),
            reason={"text": legal_basis},
            detail={"as_actor": plan.as_actor, "as_target": plan.as_target, "details": plan.details},
        )
    erased_by = AuditEvent.objects.order_by("-seq")[0]
    for part, texts in texts_of(person_id).items():
        texts = texts.filter(event__lt=erased_by)
        while numbers := list(texts.order_by("event").values_list("event", flat=True)[:BATCH]):
            AuditErasure.objects.bulk_create(
                AuditErasure(event_id=number, part=part, erased_by=erased_by) for number in numbers
            )
            AuditText.objects.filter(part=part, event__in=numbers).delete()
    return plan
