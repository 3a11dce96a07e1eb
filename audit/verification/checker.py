"""Verification of the whole log: every event is compared with its hash, its signature and the event before it."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Generator, Iterable
from dataclasses import asdict, dataclass, field
from functools import cached_property
from operator import itemgetter
from typing import Any

from django.db.models import Max, Q, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from audit import chain, log
from audit.kinds import Kind, Outcome
from audit.models import AuditEvent, AuditText, Part
from audit.proof import doubts
from audit.reading import content

from .erasure import is_text_of
from .restores import AnchorCheck, declared_restores
from .rows import GREATEST, Chunk, Row, chunks_up_to
from .sealed import Beginning, beginning, removals

# What other apps do with the report of a verification of the whole log.
AFTER_VERIFICATION: list[Callable[[Report], None]] = []
PARTS_IN_WORDS = {
    "actor": pgettext_lazy("part of an event", "actor"),
    "target": pgettext_lazy("part of an event", "target"),
    "reason": pgettext_lazy("part of an event", "reason"),
    "detail": pgettext_lazy("part of an event", "detail"),
}


@dataclass
class Report:
    """
    The result of a verification.

    events, erased: numbers of events and of erased texts. head: number of the last event. The four lists hold
    (number of the event, problem). restores: the declared ones. sealed: the seal with which the log begins.
    lost_anchors, sealed_anchors: numbers of anchors of events that were lost and declared, or sealed.
    """

    events: int = 0
    erased: int = 0
    head: int = 0
    altered: list[tuple[int, str]] = field(default_factory=list)
    unknown: list[tuple[int, str]] = field(default_factory=list)
    truncated: list[tuple[int, str]] = field(default_factory=list)
    warnings: list[tuple[int, str]] = field(default_factory=list)
    restores: list[dict[str, Any]] = field(default_factory=list)
    sealed: dict[str, Any] | None = None
    lost_anchors: int = 0
    sealed_anchors: int = 0

    @property
    def exit_code(self) -> int:
        """Return the exit code of the command: 0 clean, 1 altered, 2 can't judge, 3 truncated."""
        return 1 if self.altered else 3 if self.truncated else 2 if self.unknown else 0


def verify(anchor_lines: Iterable[str] = (), *, progress: Callable[[int, int], None] | None = None) -> Report:
    """
    Check every event from the newest seal up to the newest event, then the anchors.

    anchor_lines: lines of AUDIT_ANCHOR_FILE, or of the log stream. progress: called after each chunk with the number of
    the last checked event and of the newest one. Use constant memory, and block no writer.
    """
    steps = verifying(anchor_lines)
    while True:
        try:
            step = next(steps)
        except StopIteration as end:
            report: Report = end.value
            return report
        if progress:
            progress(*step)


def verifying(anchor_lines: Iterable[str] = ()) -> Generator[tuple[int, int], None, Report]:
    """Verify as `verify` does, and yield the number of the last checked event and of the newest after each chunk."""
    begin = beginning()
    checker = Checker(begin)
    head = AuditEvent.objects.filter(seq__lte=GREATEST).aggregate(head=Max("seq"))["head"] or 0
    for chunk in chunks_up_to(head, after=begin.through):
        checker.check_chunk(chunk)
        yield checker.report.head, head
    checker.check_left_over(begin)
    checker.check_count(head, begin)
    checker.report.altered.sort(key=itemgetter(0))
    checker.check_anchors(anchor_lines)
    return checker.report


class Checker:
    """One verification in progress: its report, and what the earlier events say about the next one."""

    def __init__(self, begin: Beginning | None = None) -> None:
        begin = begin or Beginning()
        self.report = Report(sealed=begin.told)
        if begin.problem:
            self.report.altered.append((1, begin.problem))
        self.expected_seq = begin.through + 1
        self.prev_hash = begin.entry_hash or chain.GENESIS
        self.log_id: str | None = None
        self.last_at = ""
        self.seen_keys = set(begin.seen_keys)
        self.retired_keys = set(begin.retired_keys)
        self.schema_was_known = False
        self.key_was_known = False

    def check_chunk(self, chunk: Chunk) -> None:
        """Check the events of a chunk in their order, then their texts."""
        for event in chunk.events:
            self.check_event(event)
        self.check_texts(chunk)
        self.report.events += len(chunk.events)
        self.report.head = chunk.events[-1].seq

    def check_event(self, event: Row) -> None:
        """Report everything that is wrong with one event, except its texts."""
        problems = self.content_problems(event) + self.order_problems(event) + self.key_problems(event)
        if problems:
            self.report.altered += [(event.seq, problem) for problem in problems]
        elif isinstance(event.at, str):  # an event of an unknown schema may hold any value
            self.check_time(event)
        self.expected_seq, self.prev_hash, self.log_id = event.seq + 1, event.entry_hash, event.log_id

    def content_problems(self, event: Row) -> list[str]:
        """Return what is wrong with the event alone: its schema, its hash or its signature."""
        if event.schema != chain.SCHEMA:
            problem = f"schema {event.schema!r} is unknown"
            return self.unknown_problems(event, problem, after_known=self.schema_was_known)
        self.schema_was_known = True
        return self.hash_problems(event) + self.signature_problems(event)

    def hash_problems(self, event: Row) -> list[str]:
        """Return a problem if the fields don't have the hash that is stored beside them."""
        try:
            altered = chain.entry_hash(event.hashed) != event.entry_hash
        except (ValueError, TypeError):
            altered = True
        return [_("its fields were altered")] if altered else []

    def signature_problems(self, event: Row) -> list[str]:
        """Return a problem if no known key made the signature."""
        try:
            signed = hmac.compare_digest(chain.mac(event.key_id, event.entry_hash), event.mac)
        except KeyError:
            problem = f"key {event.key_id!r} is unknown"
            return self.unknown_problems(event, problem, after_known=self.key_was_known)
        except (ValueError, TypeError):
            return ["its hash or signature is not one"]
        self.key_was_known |= signed
        return [] if signed else ["its signature is wrong"]

    def unknown_problems(self, event: Row, problem: str, *, after_known: bool) -> list[str]:
        """
        Return the problem if a known schema or key came before; otherwise report that the event can't be judged.

        A forger would choose an unknown schema or key. Therefore it is accepted only before the first known one.
        """
        if after_known:
            return [f"{problem}, after events of a known one"]
        self.report.unknown.append((event.seq, problem))
        return []

    def order_problems(self, event: Row) -> list[str]:
        """Return what is wrong between this event and the event before it."""
        problems = []
        if event.seq > self.expected_seq:
            problems.append(f"events {self.expected_seq} to {event.seq - 1} are missing")
        elif event.seq < self.expected_seq:
            problems.append("has a number that is not its own")
        if event.prev_hash != self.prev_hash:
            problems.append("does not follow the event before it")
        if event.log_id != self.log_id and self.log_id is not None:
            problems.append("belongs to another log")
        return problems

    def key_problems(self, event: Row) -> list[str]:
        """Return a problem if an earlier rotation retired the key; a rotation retires all other keys seen so far."""
        problems = []
        if event.key_id in self.retired_keys:
            problems.append("is signed with a key that was retired before it")
        self.seen_keys.add(event.key_id)
        if event.kind == Kind.AUDIT_KEY_ROTATED:
            self.retired_keys = self.seen_keys - {event.key_id}
        return problems

    def check_time(self, event: Row) -> None:
        """Warn if the event is earlier than the last event that was in order."""
        if event.at < self.last_at:
            self.report.warnings.append((event.seq, "the clock went back"))
        self.last_at = event.at

    def check_texts(self, chunk: Chunk) -> None:
        """Compare each text with the commitment of its event; a missing text needs an erasure."""
        committed = {
            (event.seq, part): commitment
            for event in chunk.events
            for part, commitment in zip(chain.PARTS, event.commitments, strict=True)
            if commitment is not None
        }
        for seq, part, nonce, text in chunk.texts:
            expected = committed.pop((seq, part), None)
            try:
                altered = chain.commitment(nonce, text) != expected
            except (ValueError, TypeError, AttributeError):
                altered = True
            if altered:
                self.report.altered.append((seq, _("its %(part)s text was altered") % {"part": part_name(part)}))
        missing, erased = committed.keys(), self.allowed_erasures(chunk)
        self.report.erased += len(missing & erased)
        gone = _("its %(part)s text is gone")
        self.report.altered += [(seq, gone % {"part": part_name(part)}) for seq, part in sorted(missing - erased)]

    def allowed_erasures(self, chunk: Chunk) -> set[tuple[int, str]]:
        """Return the texts (event, part) that may be missing, because a later event erased or removed them."""
        allowed = set()
        events = {event.seq: event for event in chunk.events} if chunk.erasures else {}
        for seq, part, kind, person_id, erased_by in chunk.erasures:
            event = events.get(seq)
            erased = kind == Kind.AUDIT_ERASED and event is not None and is_text_of(event, part, person_id)
            if erased or (event is not None and self.was_removed(event, erased_by)):
                allowed.add((seq, part))
            else:
                problem = _("its %(part)s text has an erasure that no event allows") % {"part": part_name(part)}
                self.report.altered.append((seq, problem))
        return allowed

    def was_removed(self, event: Row, removed_by: int | None) -> bool:
        """Return whether a removal of old texts names the kind of the event, and is of events up to it at least."""
        kinds, through = self.removals.get(removed_by or 0, ([], 0))
        return event.kind in kinds and event.seq <= through

    @cached_property
    def removals(self) -> dict[int, tuple[list[str], int]]:
        """Return the recorded removals of old texts; read when the first missing text asks for them."""
        return removals()

    def check_left_over(self, begin: Beginning) -> None:
        """Check sealed events that are still in the log alone, because a removal may stop half-way."""
        left = 0
        for chunk in chunks_up_to(begin.through) if begin.through else ():
            left += len(chunk.events)
            for event in chunk.events:
                problems = self.hash_problems(event) + self.signature_problems(event)
                self.report.altered += [(event.seq, problem) for problem in problems]
        if left:
            self.report.warnings.append((begin.through, f"{left} sealed events are still there: run seal_audit again"))

    def check_count(self, head: int, begin: Beginning) -> None:
        """Report rows that the chunks can't reach: a second row of a number, a number above all, or no number."""
        behind = Q(seq__lte=head, seq__gt=begin.through) if begin.through else Q(seq__lte=head)
        count = AuditEvent.objects.filter(behind | Q(seq__gt=GREATEST)).count() - self.report.events
        if count:
            self.report.altered.append((head, f"{count} more in the log have numbers of others, or none"))

    def check_anchors(self, lines: Iterable[str]) -> None:
        """Compare each anchor with the event of its number, and say which restores were declared."""
        check = AnchorCheck(declared_restores(), self.report.head)
        check.compare(lines)
        self.report.truncated += check.problems
        self.report.unknown += check.unreadable
        self.report.restores = [asdict(each) for each in check.restores]
        self.report.lost_anchors, self.report.sealed_anchors = check.lost, check.sealed
        problem = "declares lost events that no anchor here shows"
        self.report.warnings += [(each.seq, problem) for each in check.unshown]


def part_name(part: str) -> str:
    """Return the name of a part; a name that isn't ours is quoted, because it can hold anything."""
    return str(PARTS_IN_WORDS[part]) if part in PARTS_IN_WORDS else repr(part)


def record_verification(report: Report) -> None:
    """Append the result of a verification to the log; the auditor's list shows it."""
    detail = {"through": report.head, "exit_code": report.exit_code, "events": report.events, "erased": report.erased}
    with log.recording():
        log.record(Kind.AUDIT_VERIFIED, outcome=Outcome.FAILED if report.exit_code else Outcome.DONE, detail=detail)


def latest_verification() -> dict[str, Any] | None:
    """
    Return the newest recorded verification; None if there is none.

    Its keys: `through`, `exit_code`, `events` and `erased` as they were recorded, `at`, and `doubts` about this event.
    """
    newest = AuditEvent.objects.filter(kind=Kind.AUDIT_VERIFIED).order_by("-seq").values("seq")[:1]
    texts = list(AuditText.objects.filter(event=Subquery(newest)).select_related("event"))
    detail = next((text for text in texts if text.part == Part.DETAIL), None)
    if detail is None:
        return None
    return content(detail) | {"at": detail.event.at, "doubts": doubts(detail.event, texts)}
