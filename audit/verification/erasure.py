"""Erasure of one person's texts on legal request; the events and the texts of others stay."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q, QuerySet
from django.dispatch import Signal

from audit import log
from audit.context import Person
from audit.kinds import Kind
from audit.models import AuditErasure, AuditEvent, AuditText, Part

from .rows import Row

BATCH = 1000
# Sent within the transaction of an erasure, with person_id: what other apps keep about requests of the person goes too.
personal_data_erased = Signal()
# The column with the owner of each part. A reason belongs to nobody.
WHOSE = {Part.ACTOR: "actor_id", Part.TARGET: "target_id", Part.DETAIL: "target_id"}


@dataclass(frozen=True)
class Erasure:
    """
    Numbers of texts that are to be erased, or were erased.

    as_actor, as_target: texts that name the person as actor and as target. details: changes of the person's data.
    """

    person_id: int
    as_actor: int
    as_target: int
    details: int

    @property
    def total(self) -> int:
        return self.as_actor + self.as_target + self.details


def texts_of(person_id: int) -> dict[Part, QuerySet[AuditText]]:
    """Return the texts that name the person or show changes of their data; never the other person's, or a reason."""
    texts = {part: AuditText.objects.filter(part=part, **{f"event__{WHOSE[part]}": person_id}) for part in WHOSE}
    changed = Q(event__kind=Kind.ASSUMED_SESSION_CHANGED) | Q(event__kind__startswith="user.")
    texts[Part.DETAIL] = texts[Part.DETAIL].filter(changed)
    return texts


def is_text_of(event: Row, part: str, person_id: int | None) -> bool:
    """Return whether the part of an event belongs to the person; the same rule as `texts_of`."""
    changed = event.kind == Kind.ASSUMED_SESSION_CHANGED or str(event.kind).startswith("user.")
    theirs = person_id is not None and part in WHOSE and getattr(event, WHOSE[Part(part)]) == person_id
    return theirs and (part != Part.DETAIL or changed)


def planned(person_id: int) -> Erasure:
    """Return the numbers of texts that an erasure of the person would delete."""
    texts = texts_of(person_id)
    return Erasure(person_id, *(texts[part].count() for part in (Part.ACTOR, Part.TARGET, Part.DETAIL)))


@transaction.atomic(durable=True)
def erase(*, person_id: int, legal_basis: str, actor: Person | None = None) -> Erasure:
    """
    Record the erasure, then delete the texts: all of it, or nothing.

    The event comes first because each deletion refers to it. The lock of the chain is held until the end.
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
    personal_data_erased.send(sender=erase, person_id=person_id)
    return plan
