"""Comparison of receipts with the log: each event is in it as it was when the receipt was written, or what is wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Max
from django.utils.translation import gettext as _

from audit import seals
from audit.models import AuditEvent, AuditSeal

from .checker import Checker
from .receipts import Receipt, Unreadable, receipts_in
from .restores import Restore, declared_restores
from .rows import GREATEST, Row, chunk_of

# Exit codes of verify_audit.
ALTERED, UNKNOWN, TRUNCATED = 1, 2, 3
GRAVEST_FIRST = (ALTERED, TRUNCATED, UNKNOWN)


@dataclass(frozen=True)
class Finding:
    """
    What the log says about one receipt.

    receipt: None if it can't be read. is_stored: whether the log has an event of its number. problems: (exit code,
    sentence); none if the event is in the log as it was.
    """

    receipt: Receipt | None
    is_stored: bool = False
    problems: list[tuple[int, str]] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        return gravest(code for code, _sentence in self.problems)

    @property
    def sentences(self) -> list[str]:
        """Return the answer in words."""
        if self.receipt is None or self.problems:
            return [sentence for _code, sentence in self.problems]
        said = _("Event #%(event)s is in the log as it was when the receipt was written.")
        if self.receipt.head != self.receipt.event:
            said = _(
                "Event #%(event)s is in the log as it was when the receipt was written, "
                "and so is event #%(head)s, the newest one then."
            )
        return [said % {"event": self.receipt.event, "head": self.receipt.head}]


def gravest(codes: Iterable[int]) -> int:
    """Return the exit code of several results."""
    found = set(codes)
    return next((code for code in GRAVEST_FIRST if code in found), 0)


def check(data: bytes, *, at_most: int) -> list[Finding]:
    """
    Compare each receipt in a mail or a plain text with the log; the number of queries is constant.

    Raise Unreadable if there is no receipt, or too much to read. `verify_audit` checks what a receipt can't: that
    no event before the head was altered.
    """
    found = receipts_in(data, at_most=at_most)
    stored = Stored([receipt for receipt in found if isinstance(receipt, Receipt)])
    return [
        Finding(None, problems=[(UNKNOWN, str(receipt))])
        if isinstance(receipt, Unreadable)
        else stored.finding(receipt)
        for receipt in found
    ]


class Stored:
    """What the log holds about some receipts: its end, their events, and what was altered in these."""

    def __init__(self, receipts: list[Receipt]) -> None:
        self.end: int = AuditEvent.objects.filter(seq__lte=GREATEST).aggregate(end=Max("seq"))["end"] or 0
        chunk = chunk_of(sorted({self.end, *(number for each in receipts for number in (each.event, each.head))}))
        self.events: dict[int, Row] = {event.seq: event for event in chunk.events}
        checker = Checker()
        checker.check_texts(chunk)
        self.seal = seals.newest()
        self.restores = declared_restores()
        self.altered: dict[int, list[str]] = defaultdict(list)
        for seq, problem in checker.report.altered:
            self.altered[seq].append(problem)
        for event in chunk.events:
            self.altered[event.seq] += checker.hash_problems(event)

    def finding(self, receipt: Receipt) -> Finding:
        """Compare the event and the head of a receipt with those of the log."""
        is_stored = receipt.event in self.events
        if self.end in self.events and receipt.log_id != self.events[self.end].log_id:
            said = _(
                "The receipt is of another log (%(other)s; this one is %(this)s): "
                "of another platform, or this log was replaced."
            )
            said %= {"other": receipt.log_id, "this": self.events[self.end].log_id}
            return Finding(receipt, problems=[(UNKNOWN, said)])
        problems = self.problems(receipt.event, receipt.event_hash)
        if (receipt.head, receipt.head_hash) != (receipt.event, receipt.event_hash):
            problems += self.problems(receipt.head, receipt.head_hash)
        return Finding(receipt, is_stored, problems)

    def problems(self, seq: int, entry_hash: str) -> list[tuple[int, str]]:
        """Return what is wrong with the event that had this number and hash."""
        event = self.events.get(seq)
        if self.seal and seq <= self.seal.through_seq:
            return self.sealed_problems(self.seal, seq, entry_hash)
        restore = next((each for each in self.restores if each.lost_from <= seq <= each.lost_through), None)
        if restore and (event is None or (event.entry_hash != entry_hash and not self.altered[seq])):
            return [(TRUNCATED, lost_in_words(seq, restore))]
        if event is None and seq > self.end:
            said = _(
                "Event #%(seq)s is beyond the end of the log, #%(end)s: "
                "the end was cut off, or an older copy was restored."
            )
            return [(TRUNCATED, said % {"seq": seq, "end": self.end})]
        if event is None:
            return [(ALTERED, _("Event #%(seq)s is missing: it was removed from the log.") % {"seq": seq})]
        said = _("Event #%(seq)s: %(problem)s.")
        problems = [(ALTERED, said % {"seq": seq, "problem": problem}) for problem in self.altered[seq]]
        if event.entry_hash != entry_hash:
            said = _(
                "Event #%(seq)s is not the one that the receipt names: the log was rewritten, "
                "or an older copy was restored and went on, or the receipt is forged."
            )
            problems.append((ALTERED if problems else TRUNCATED, said % {"seq": seq}))
        return problems

    def sealed_problems(self, seal: AuditSeal, seq: int, entry_hash: str) -> list[tuple[int, str]]:
        """Return that a sealed event can only be compared with its export; the last one's hash is in the seal."""
        if seq == seal.through_seq and entry_hash == seal.entry_hash:
            return []
        said = _(
            "Event #%(seq)s was exported and removed with the events up to #%(through)s: compare the receipt with the "
            "file %(name)s, whose SHA-256 is %(sha256)s, or with the file of an earlier export."
        )
        said %= {
            "seq": seq,
            "through": seal.through_seq,
            "name": seal.export_name,
            "sha256": seal.export_sha256,
        }
        return [(UNKNOWN, said)]


def lost_in_words(seq: int, restore: Restore) -> str:
    """Return that an event was lost in a restore, and who declared it."""
    said = _(
        "Event #%(seq)s was lost in the restore of %(day)s, declared by %(by)s in event #%(declared)s. A receipt that "
        "was written after that day can't have been lost by it."
    )
    by = restore.by or _("nobody named")
    return said % {"seq": seq, "day": restore.day, "by": by, "declared": restore.seq}
