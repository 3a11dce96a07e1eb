"""Erasing one person's texts where the law demands it; the events stay, and so does what others said."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q, QuerySet

from audit import log
from audit.context import Person
from audit.kinds import Kind
from audit.models import AuditErasure, AuditEvent, AuditText, Part

from .rows import Row

BATCH = 1000
# Whose a text is: it says who the person of this column is, or what was changed of theirs. Nobody's is a reason.
WHOSE = {Part.ACTOR: "actor_id", Part.TARGET: "target_id", Part.DETAIL: "target_id"}


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
    texts = {part: AuditText.objects.filter(part=part, **{f"event__{WHOSE[part]}": person_id}) for part in WHOSE}
    changed = Q(event__kind=Kind.ASSUMED_SESSION_CHANGED) | Q(event__kind__startswith="user.")
    texts[Part.DETAIL] = texts[Part.DETAIL].filter(changed)
    return texts


def is_text_of(event: Row, part: str, person_id: int | None) -> bool:
    """The twin of `texts_of`: whether a part of an event is one that this person can have erased."""
    changed = event.kind == Kind.ASSUMED_SESSION_CHANGED or str(event.kind).startswith("user.")
    theirs = person_id is not None and part in WHOSE and getattr(event, WHOSE[Part(part)]) == person_id
    return theirs and (part != Part.DETAIL or changed)


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
