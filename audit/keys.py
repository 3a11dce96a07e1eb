"""The keys that may sign: a rotation retires all earlier keys."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from .errors import NotRecorded
from .kinds import Kind
from .models import AuditEvent, AuditSeal


class RetiredKey(NotRecorded):
    """The log can't be written with the key that this process would sign with; nothing has changed."""


def newest_rotation() -> QuerySet[AuditEvent, str]:
    """Return the key of the newest rotation, as a query of at most one row."""
    rotations = AuditEvent.objects.filter(kind=Kind.AUDIT_KEY_ROTATED)
    return rotations.order_by("-seq").values_list("key_id", flat=True)[:1]


def key_of_the_log() -> Coalesce:
    """Return the key of the newest rotation as an expression; a rotation that was sealed stands in the newest seal."""
    newest_seal = AuditSeal.objects.order_by("-through_seq").values("rotated_to")[:1]
    return Coalesce(Subquery(newest_rotation()), Subquery(newest_seal))


def rotated_to() -> str | None:
    """Return the key of the newest rotation, sealed or not; None if there was none."""
    seal = AuditSeal.objects.order_by("-through_seq").first()
    return newest_rotation().first() or (seal.rotated_to if seal else None)


def used_keys() -> set[str]:
    """Return the keys that began the log, or that a rotation has used."""
    seal = AuditSeal.objects.order_by("-through_seq").first()
    used = AuditEvent.objects.filter(Q(seq=1) | Q(kind=Kind.AUDIT_KEY_ROTATED)).values_list("key_id", flat=True)
    return set(used) | set(filter(None, seal.used_keys.split(",") if seal else ()))


def refuse_retired(rotated_to: str | None, *, rotates: bool) -> None:
    """
    Raise RetiredKey if a rotation has replaced the first key of AUDIT_KEYS.

    rotated_to: the key of the newest rotation; None if there was none. rotates: whether the events include the next
    rotation. A key that no rotation has used is the next key: it may sign a rotation, and other events while AUDIT_KEYS
    holds the current key.
    """
    current = next(iter(settings.AUDIT_KEYS), None)
    if current is None:
        raise NotRecorded("AUDIT_KEYS names no key: nothing is recorded.")
    if rotated_to in (None, current):
        return
    if current in used_keys() or not (rotates or rotated_to in settings.AUDIT_KEYS):
        raise RetiredKey(
            f"The audit log was rotated to the key {rotated_to!r}, and this process would sign with {current!r}: "
            f"nothing is recorded. Put {rotated_to!r} first in AUDIT_KEYS and restart; if that key is lost, put a new "
            "one first, restart and run rotate_audit_key."
        )
