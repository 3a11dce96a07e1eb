"""
Restores from a backup: how they show against the anchors, and the events that declare them.

After a restore the log ends before its anchors, or has other events under their numbers. `acknowledge` appends an event
that names the lost range. An anchor counts as lost and declared if a declaration covers its number, and if it is older
than the declaration: anchors are in the order of their time, and an anchor that agrees with an event at or after the
declaration proves that the log had been restored by then. So no declaration covers what is lost after it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit import log, seals
from audit.context import Person
from audit.kinds import Kind
from audit.models import AuditEvent, AuditText, Part
from audit.reading import content

from .rows import CHUNK, GREATEST

logger = logging.getLogger("audit.anchor")


@dataclass(frozen=True)
class Restore:
    """
    A declared restore: its event and time, and the lost range.

    lost_through, anchored_hash: the last lost event, as the anchors know it. anchors: number of contradicting anchors.
    by: name of the person who declared it, "" if the command did not say.
    """

    seq: int
    at: str
    lost_from: int
    lost_through: int
    anchored_hash: str
    anchors: int
    by: str
    reason: str

    @property
    def day(self) -> str:
        return self.at[:10]


@dataclass
class Loss:
    """What anchors contradict the log, undeclared: their number, and the lost range with the hash of its end."""

    anchors: int = 0
    lost_from: int = 0
    lost_through: int = 0
    anchored_hash: str = ""

    def add(self, seq: int, anchored: str, kept: int) -> None:
        """Add a contradicting anchor. kept: the last event that an anchor before it agrees with, or could."""
        begin = min(kept + 1, seq)
        self.lost_from = min(self.lost_from or begin, begin)
        self.anchors += 1
        if seq >= self.lost_through:
            self.lost_through, self.anchored_hash = seq, anchored


@dataclass
class AnchorCheck:
    """
    One comparison of anchors with the log.

    problems: (event, sentence) of each undeclared contradiction; unreadable: of lines. lost, sealed: numbers of anchors
    that a restore declares as lost, and of sealed events, which can't be compared.
    """

    restores: list[Restore]
    head: int
    problems: list[tuple[int, str]] = field(default_factory=list)
    unreadable: list[tuple[int, str]] = field(default_factory=list)
    lost: int = 0
    sealed: int = 0
    loss: Loss = field(default_factory=Loss)
    agreed: int = 0
    read: int = 0
    shown: set[int] = field(default_factory=set)

    def compare(self, lines: Iterable[str]) -> None:
        """Compare anchors in their order with the events of their numbers; read them in batches."""
        seal = seals.newest()
        sealed_through = seal.through_seq if seal else 0
        numbered = enumerate(lines, 1)
        while batch := list(islice(numbered, CHUNK)):
            anchors = self.readable(batch)
            events = AuditEvent.objects.filter(seq__in={seq for seq, _hash in anchors})
            stored = dict(events.values_list("seq", "entry_hash"))
            if seal:
                stored[sealed_through] = seal.entry_hash
            for seq, anchored in anchors:
                self.read += 1
                if seq < sealed_through:
                    self.sealed += 1
                else:
                    self.compare_one(seq, anchored, stored.get(seq))

    def compare_one(self, seq: int, anchored: Any, stored: str | None) -> None:
        """Compare one anchor with the hash of the event that has its number now; None if there is none."""
        if stored == anchored:
            self.agreed = max(self.agreed, seq)
            return
        self.shown |= {each.seq for each in self.restores if (each.lost_through, each.anchored_hash) == (seq, anchored)}
        if declared(self.restores, seq, agreed=self.agreed):
            self.lost += 1
            return
        self.loss.add(seq, str(anchored), self.agreed or self.head)
        if stored is None:
            self.problems.append((seq, "was anchored and is gone"))
        else:
            self.problems.append((seq, "is not what the anchor saw: the log was rolled back and went on"))

    def readable(self, numbered: list[tuple[int, str]]) -> list[tuple[int, Any]]:
        """Return the anchors (event, hash) of numbered lines; note the lines that can't be read."""
        anchors = []
        for number, line in numbered:
            try:
                anchors.append(read_anchor(line))
            except (ValueError, KeyError, TypeError, OverflowError):
                self.unreadable.append((0, f"anchor line {number} can't be read"))
        return anchors

    @property
    def unshown(self) -> list[Restore]:
        """Return the declarations whose last lost event no anchor shows; none if no anchors were compared."""
        return [each for each in self.restores if each.seq not in self.shown] if self.read else []


def declared(restores: Iterable[Restore], seq: int, *, agreed: int) -> bool:
    """
    Return whether a restore declares this event of the anchors as lost.

    agreed: the greatest event that an earlier anchor agrees with. A restore covers nothing that was anchored after it.
    """
    return any(each.lost_from <= seq <= each.lost_through and agreed < each.seq for each in restores)


def read_anchor(line: str) -> tuple[int, Any]:
    """Return the number and the hash of an anchor; raise ValueError, KeyError, TypeError or OverflowError if broken."""
    anchor = json.loads(line)
    seq = int(anchor["seq"])
    if not 0 < seq <= GREATEST:
        raise ValueError
    return seq, anchor["entry_hash"]


def declared_restores() -> list[Restore]:
    """Return the declared restores in order; those whose events were sealed are told by the seal's event."""
    seal = seals.newest()
    carried: Any = []
    if seal:
        texts = AuditText.objects.filter(event=seal.sealed_by_id, event__kind=Kind.AUDIT_SEALED, part=Part.DETAIL)
        carried = [each for text in texts for each in content(text).get("restores") or ()]
    events = AuditEvent.objects.filter(kind=Kind.AUDIT_RESTORED, seq__gt=seal.through_seq if seal else 0)
    made = [*map(restore_of, carried), *map(told_by, events.order_by("seq").prefetch_related("texts"))]
    return [each for each in made if each]


def newest() -> Restore | None:
    """Return the newest declared restore that is in the log."""
    event = AuditEvent.objects.filter(kind=Kind.AUDIT_RESTORED).order_by("-seq").prefetch_related("texts").first()
    return told_by(event) if event else None


def told_by(event: AuditEvent) -> Restore | None:
    """Return the restore that an event declares; None if its texts are not those of a declaration."""
    parts = {text.part: content(text) for text in event.texts.all()}
    said = {
        "seq": event.seq,
        "at": event.at.isoformat(),
        "by": parts.get(Part.ACTOR, {}).get("name", ""),
        "reason": parts.get(Part.REASON, {}).get("text", ""),
    }
    return restore_of(parts.get(Part.DETAIL, {}) | said)


def restore_of(said: Any) -> Restore | None:
    """Return the restore that a detail declares; None if it is not one: the command writes no such detail."""
    try:
        made = Restore(
            seq=int(said["seq"]),
            at=datetime.fromisoformat(said["at"]).isoformat(),
            lost_from=int(said["lost_from"]),
            lost_through=int(said["lost_through"]),
            anchored_hash=str(said["anchored_hash"]),
            anchors=int(said["anchors"]),
            by=str(said["by"]),
            reason=str(said["reason"]),
        )
    except (KeyError, TypeError, ValueError):
        return None
    return made if 0 < made.lost_from <= made.lost_through <= GREATEST else None


def find_loss(lines: Iterable[str]) -> Loss:
    """Return what the anchors contradict and nobody has declared."""
    check = AnchorCheck(declared_restores(), head_number())
    check.compare(lines)
    return check.loss


def head_number() -> int:
    """Return the number of the newest event; 0 if there is none."""
    return AuditEvent.objects.order_by("-seq").values_list("seq", flat=True).first() or 0


def acknowledge(loss: Loss, *, reason: str, actor: Person | None = None) -> Restore:
    """Record that a restore lost these events; the anchors, the log stream and the auditor's pages tell it."""
    with log.recording(durable=True):
        log.record(Kind.AUDIT_RESTORED, actor=actor, reason={"text": reason}, detail=asdict(loss))
        transaction.on_commit(
            lambda: logger.warning(
                "A restore was declared: audit events %s to %s are lost (%s). %s",
                loss.lost_from,
                loss.lost_through,
                loss.anchored_hash,
                reason,
            )
        )
    return next(filter(None, map(told_by, AuditEvent.objects.filter(kind=Kind.AUDIT_RESTORED).order_by("-seq"))))


def declared_in_words(restore: Restore) -> str:
    """Return the declaration as one sentence."""
    said = _("events %(first)s to %(last)s were lost in the restore of %(day)s, declared by %(by)s in event #%(seq)s")
    by = restore.by or _("nobody named")
    return said % {
        "first": restore.lost_from,
        "last": restore.lost_through,
        "day": restore.day,
        "by": by,
        "seq": restore.seq,
    }
