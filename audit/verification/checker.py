"""Reading the whole log again: does every event still say what it said, and is it all there?"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice
from operator import itemgetter
from typing import Any

from django.db.models import Max, Q, Subquery

from audit import chain, log
from audit.kinds import Kind, Outcome
from audit.models import AuditEvent, AuditText, Part
from audit.proof import doubts
from audit.reading import content

from .erasure import is_text_of
from .rows import CHUNK, GREATEST, Chunk, Row, chunks_up_to


@dataclass
class Report:
    """What was found; `exit_code` says it to scripts (0 clean, 1 altered, 2 can't judge, 3 truncated)."""

    events: int = 0
    erased: int = 0
    head: int = 0
    altered: list[tuple[int, str]] = field(default_factory=list)
    unknown: list[tuple[int, str]] = field(default_factory=list)
    truncated: list[tuple[int, str]] = field(default_factory=list)
    warnings: list[tuple[int, str]] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        return 1 if self.altered else 3 if self.truncated else 2 if self.unknown else 0


def verify(anchor_lines: Iterable[str] = (), *, progress: Callable[[int, int], None] | None = None) -> Report:
    """
    Check every event up to the head as it is now, then the anchors.

    anchor_lines: lines of AUDIT_ANCHOR_FILE, or of the log stream. Memory stays flat; writers are not held up.
    progress: called now and then with the number reached, and the head.
    """
    report = Report()
    head = AuditEvent.objects.filter(seq__lte=GREATEST).aggregate(head=Max("seq"))["head"] or 0
    expected_seq, prev_hash, log_id, last_at = 1, chain.GENESIS, None, ""
    known = Known()
    seen_keys: set[str] = set()
    retired_keys: set[str] = set()
    for chunk in chunks_up_to(head):
        for event in chunk.events:
            seq, problems = event.seq, own_problems(event, report, known)
            if seq > expected_seq:
                problems.append(f"events {expected_seq} to {seq - 1} are missing")
            elif seq < expected_seq:
                problems.append("has a number that is not its own")
            if event.prev_hash != prev_hash:
                problems.append("does not follow the event before it")
            if event.log_id != log_id and log_id is not None:
                problems.append("belongs to another log")
            if event.key_id in retired_keys:
                problems.append("is signed with a key that was retired before it")
            seen_keys.add(event.key_id)
            if event.kind == Kind.AUDIT_KEY_ROTATED:
                retired_keys = seen_keys - {event.key_id}
            if problems:
                report.altered += [(seq, problem) for problem in problems]
            elif isinstance(event.at, str):  # of an unknown schema it may be anything
                if event.at < last_at:
                    report.warnings.append((seq, "the clock went back"))
                last_at = event.at
            expected_seq, prev_hash, log_id = seq + 1, event.entry_hash, event.log_id
        check_texts(chunk, report)
        report.events += len(chunk.events)
        report.head = seq
        if progress:
            progress(seq, head)
    beside = AuditEvent.objects.filter(Q(seq__lte=head) | Q(seq__gt=GREATEST)).count() - report.events
    if beside:
        report.altered.append((head, f"{beside} more in the log have numbers of others, or none"))
    report.altered.sort(key=itemgetter(0))
    check_anchors(anchor_lines, report)
    return report


@dataclass
class Known:
    """Whether an event before this one had a schema that is known, and was signed with a key that is known."""

    schema: bool = False
    key: bool = False


def own_problems(event: Row, report: Report, known: Known) -> list[str]:
    """
    Return what is wrong with the event taken by itself; what can't be judged goes into the report.

    A schema or a key may be unknown only before the first known one: whoever forges an event would choose it so.
    """
    if event.schema != chain.SCHEMA:
        problem = f"schema {event.schema!r} is unknown"
        if known.schema:
            return [f"{problem}, after events of a known one"]
        report.unknown.append((event.seq, problem))
        return []
    known.schema = True
    problems = []
    try:
        altered = chain.entry_hash(event.hashed) != event.entry_hash
    except (ValueError, TypeError):
        altered = True
    if altered:
        problems.append("its fields were altered")
    try:
        if not hmac.compare_digest(chain.mac(event.key_id, event.entry_hash), event.mac):
            problems.append("its signature is wrong")
        else:
            known.key = True
    except KeyError:
        problem = f"key {event.key_id!r} is unknown"
        if known.key:
            problems.append(f"{problem}, after events of a known one")
        else:
            report.unknown.append((event.seq, problem))
    except (ValueError, TypeError):
        problems.append("its hash or signature is not one")
    return problems


def check_texts(chunk: Chunk, report: Report) -> None:
    """Every text is the one its event committed to, and one that is gone was erased."""
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
            report.altered.append((seq, f"its {named(part)} text was altered"))
    erased = allowed_erasures(chunk, report)
    report.erased += len(committed.keys() & erased)
    report.altered += [(seq, f"its {part} text is gone") for seq, part in sorted(committed.keys() - erased)]


def named(part: str) -> str:
    """A part as a terminal can show it; one of no name of ours may be anything."""
    return part if part in chain.PARTS else repr(part)


def allowed_erasures(chunk: Chunk, report: Report) -> set[tuple[int, str]]:
    """Which texts may be gone: those of a person whose erasure is a later event."""
    allowed = set()
    events = {event.seq: event for event in chunk.events} if chunk.erasures else {}
    for seq, part, kind, person_id in chunk.erasures:
        if kind == Kind.AUDIT_ERASED and seq in events and is_text_of(events[seq], part, person_id):
            allowed.add((seq, part))
        else:
            report.altered.append((seq, f"its {named(part)} text has an erasure that no event allows"))
    return allowed


def check_anchors(lines: Iterable[str], report: Report) -> None:
    """
    Every anchor saw an event that is still there, and as it is now.

    Each line by itself: after a rollback the log goes on with the same numbers, and its anchors tell of both.
    """
    numbered = enumerate(lines, 1)
    while batch := list(islice(numbered, CHUNK)):
        anchored = []
        for number, line in batch:
            try:
                anchor = json.loads(line)
                seq, hash_ = int(anchor["seq"]), anchor["entry_hash"]
                if not 0 < seq <= GREATEST:
                    raise ValueError
                anchored.append((seq, hash_))
            except (ValueError, KeyError, TypeError, OverflowError):
                report.unknown.append((0, f"anchor line {number} can't be read"))
        now = dict(AuditEvent.objects.filter(seq__in={seq for seq, _ in anchored}).values_list("seq", "entry_hash"))
        for seq, hash_ in anchored:
            if seq not in now:
                report.truncated.append((seq, "was anchored and is gone"))
            elif now[seq] != hash_:
                report.truncated.append((seq, "is not what the anchor saw: the log was rolled back and went on"))


def record_verification(report: Report) -> None:
    """Append what was found, for the auditor's list."""
    detail = {"through": report.head, "exit_code": report.exit_code, "events": report.events, "erased": report.erased}
    with log.recording():
        log.record(Kind.AUDIT_VERIFIED, outcome=Outcome.FAILED if report.exit_code else Outcome.DONE, detail=detail)


def latest_verification() -> dict[str, Any] | None:
    """Return when the log was last verified on record, up to which event and with which exit code, and `doubts`."""
    newest = AuditEvent.objects.filter(kind=Kind.AUDIT_VERIFIED).order_by("-seq").values("seq")[:1]
    said = list(AuditText.objects.filter(event=Subquery(newest)).select_related("event"))
    detail = next((text for text in said if text.part == Part.DETAIL), None)
    if detail is None:
        return None
    return content(detail) | {"at": detail.event.at, "doubts": doubts(detail.event, said)}
