"""
Retention: old events are exported, sealed and deleted, or only their texts are.

The order makes an interruption harmless: the file is complete and read back before the seal, and the seal is recorded
before the first deletion. Who runs it again goes on. The database deletes nothing that no seal covers.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from . import export_file, keys, log, seals
from .context import Person
from .export import json_lines
from .export_file import Exported, Progress, ignored, partial_of, sha256_of
from .kinds import Kind
from .models import AuditErasure, AuditEvent, AuditSeal, AuditText, Part
from .reading import content
from .verification.checker import Checker
from .verification.restores import declared_restores, head_number
from .verification.rows import chunks_up_to
from .verification.sealed import beginning

BATCH = 2000  # events that one transaction deletes


class CannotSeal(Exception):
    """Why nothing was sealed; its message is a sentence for the operator."""


@dataclass(frozen=True)
class Plan:
    """The events to export: numbers of the first and the last one. kinds: of the events; all if there are none."""

    first: int
    through: int
    kinds: tuple[str, ...] = ()

    @property
    def events(self) -> Any:
        found = AuditEvent.objects.filter(seq__gte=self.first, seq__lte=self.through)
        return found.filter(kind__in=self.kinds) if self.kinds else found

    @property
    def count(self) -> int:
        return self.events.count()


def planned(before: datetime, kinds: Iterable[str] = ()) -> Plan | None:
    """Return the events before the first one that is as young as `before`; None if there are none."""
    seal = seals.newest()
    first = seal.through_seq + 1 if seal else 1
    young = AuditEvent.objects.filter(at__gte=before, seq__gte=first).order_by("seq")
    end = young.values_list("seq", flat=True).first() or head_number() + 1
    return Plan(first, end - 1, tuple(kinds)) if end > first else None


def unfinished() -> AuditSeal | None:
    """Return the newest seal if some of its events are still in the log."""
    seal = seals.newest()
    return seal if seal and AuditEvent.objects.filter(seq__lte=seal.through_seq).exists() else None


def verified(plan: Plan) -> Checker:
    """Verify the log through the last event of the plan; raise CannotSeal if something was altered."""
    begin = beginning()
    checker = Checker(begin)
    for chunk in chunks_up_to(plan.through, after=begin.through):
        checker.check_chunk(chunk)
    if checker.report.altered:
        raise CannotSeal(_("The log was altered, so nothing is removed from it. Run verify_audit."))
    return checker


def export(plan: Plan, path: str, *, progress: Progress = ignored) -> Exported:
    """
    Write the events of the plan to a file that nobody else can read, and read it back.

    A file of this name has to be the same one, from a run that was interrupted; otherwise raise CannotSeal.
    """
    events = plan.events.prefetch_related("texts")
    exported, partial = export_file.write(json_lines(events, plan.through), path, progress=progress), partial_of(path)
    if os.path.lexists(path) and sha256_of(path) != exported.sha256:
        Path(partial).unlink()
        raise CannotSeal(_("%(path)s exists already, and has other events: choose another name.") % {"path": path})
    Path(partial).replace(path)
    if sha256_of(path) != exported.sha256:
        raise CannotSeal(_("%(path)s does not contain what was written to it.") % {"path": path})
    return exported


def seal(plan: Plan, checker: Checker, exported: Exported, *, actor: Person | None, reason: str) -> AuditSeal:
    """Record that the events of the plan were exported and may be deleted."""
    rotated_to = keys.rotated_to()
    if rotated_to not in (None, next(iter(settings.AUDIT_KEYS))):
        raise CannotSeal(_("Run rotate_audit_key first: the first key of AUDIT_KEYS is not the key of the log."))
    last = AuditEvent.objects.get(seq=plan.through)
    columns = {
        "entry_hash": last.entry_hash,
        "export_name": exported.name,
        "export_sha256": exported.sha256,
        "rotated_to": rotated_to,
        "used_keys": ",".join(sorted(keys.used_keys())),
    }
    detail = columns | {
        "first": plan.first,
        "through": plan.through,
        "through_at": last.at.isoformat(),
        "events": exported.lines,
        "seen_keys": sorted(checker.seen_keys),
        "retired_keys": sorted(checker.retired_keys),
        "restores": [asdict(each) for each in declared_restores()],
    }
    with transaction.atomic(durable=True):
        with log.recording():
            log.record(Kind.AUDIT_SEALED, actor=actor, reason={"text": reason}, detail=detail)
        made = AuditSeal(through_seq=plan.through, through_at=last.at, sealed_by_id=head_number(), **columns)
        made.save(force_insert=True)
    return made


def remove(made: AuditSeal, *, progress: Progress = ignored) -> int:
    """Delete the events of a seal from the oldest on, a batch in a transaction; return their number."""
    removed = 0
    while batch := oldest(made.through_seq):
        with transaction.atomic():
            AuditText.objects.filter(event__lte=batch[-1]).delete()
            AuditErasure.objects.filter(event__lte=batch[-1]).delete()
            AuditEvent.objects.filter(seq__lte=batch[-1]).delete()
        removed += len(batch)
        progress(removed)
    return removed


def oldest(through: int) -> list[int]:
    """Return the numbers of the oldest events up to the last sealed one."""
    events = AuditEvent.objects.filter(seq__lte=through).order_by("seq")
    return list(events.values_list("seq", flat=True)[:BATCH])


def recorded_removal(plan: Plan, path: str) -> int | None:
    """
    Return the event of an earlier removal of the same texts, which may have been interrupted; None if there is none.

    Raise CannotSeal if the file is not the one of that removal, because the removed texts are in that file alone.
    """
    asked = {"kinds": sorted(plan.kinds), "through": plan.through}
    said = AuditText.objects.filter(event__kind=Kind.AUDIT_TEXTS_REMOVED, part=Part.DETAIL).order_by("-event")
    for text in said if plan.kinds else ():
        detail = content(text)
        if detail.items() >= asked.items():
            refuse_another_file(path, detail["export_name"], detail["export_sha256"])
            return text.event_id
    return None


def refuse_another_file(path: str, name: str, sha256: str) -> None:
    """Raise CannotSeal if a file is not the one that was exported before an interruption."""
    if sha256_of(path) != sha256:
        message = _("%(path)s is not the file that was exported: pass %(name)s with the SHA-256 %(sha256)s.")
        raise CannotSeal(message % {"path": path, "name": name, "sha256": sha256})


@transaction.atomic(durable=True)
def record_removal(plan: Plan, exported: Exported, *, actor: Person | None, reason: str) -> int:
    """Record that the texts of these events are removed, and return the number of the event."""
    detail = {
        "kinds": sorted(plan.kinds),
        "through": plan.through,
        "events": exported.lines,
        "export_name": exported.name,
        "export_sha256": exported.sha256,
    }
    with log.recording():
        log.record(Kind.AUDIT_TEXTS_REMOVED, actor=actor, reason={"text": reason}, detail=detail)
    return head_number()


def remove_texts(plan: Plan, removed_by: int, *, progress: Progress = ignored) -> int:
    """Delete the texts of the planned events, a batch in a transaction; return their number."""
    removed = 0
    texts = AuditText.objects.filter(event__in=plan.events).order_by("event", "part")
    while batch := list(texts.values_list("pk", "event", "part")[:BATCH]):
        with transaction.atomic():
            AuditErasure.objects.bulk_create(
                AuditErasure(event_id=event, part=part, erased_by_id=removed_by) for _pk, event, part in batch
            )
            AuditText.objects.filter(pk__in=[pk for pk, _event, _part in batch]).delete()
        removed += len(batch)
        progress(removed)
    return removed
