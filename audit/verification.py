"""Reading the whole log again: does every event still say what it said, and is it all there?"""

from __future__ import annotations

import hmac
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

from django.db.models import Max, QuerySet, Subquery

from . import chain, log
from .kinds import Kind, Outcome
from .models import AuditErasure, AuditEvent, AuditText, Part

CHUNK = 2000


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
    anchors = {}
    for number, text in enumerate(anchor_lines, 1):
        try:
            anchor = json.loads(text)
            anchors[int(anchor["seq"])] = (anchor["log_id"], anchor["entry_hash"])
        except (ValueError, KeyError, TypeError):
            report.unknown.append((0, f"anchor line {number} can't be read"))
    head = AuditEvent.objects.aggregate(head=Max("seq"))["head"] or 0
    expected_seq, prev_hash, log_id, last_at = 1, chain.GENESIS, None, None
    seen_keys: set[str] = set()
    retired_keys: set[str] = set()
    for event, texts, erased in events_up_to(head):
        report.events += 1
        report.head = event.seq
        if progress and report.events % CHUNK == 0:
            progress(event.seq, head)
        problems = []
        if event.seq != expected_seq:
            problems.append(f"events {expected_seq} to {event.seq - 1} are missing")
        if event.prev_hash != prev_hash:
            problems.append("does not follow the event before it")
        if log_id is not None and event.log_id != log_id:
            problems.append("belongs to another log")
        problems += own_problems(event, report)
        if event.key_id in retired_keys:
            problems.append("is signed with a key that was retired before it")
        seen_keys.add(event.key_id)
        if event.kind == Kind.AUDIT_KEY_ROTATED:
            retired_keys = seen_keys - {event.key_id}
        problems += text_problems(event, texts, erased, report)
        report.altered += [(event.seq, problem) for problem in problems]
        anchor = anchors.pop(event.seq, None)
        if anchor is not None and anchor != (str(event.log_id), event.entry_hash):
            report.truncated.append((event.seq, "is not what the anchor saw: the log was rolled back and went on"))
        if last_at is not None and event.at is not None and event.at < last_at:
            report.warnings.append((event.seq, "the clock went back"))
        expected_seq, prev_hash, log_id, last_at = event.seq + 1, event.entry_hash, event.log_id, event.at
    report.truncated += [(seq, "was anchored and is gone") for seq in sorted(anchors) if seq > head]
    return report


def own_problems(event: AuditEvent, report: Report) -> list[str]:
    """What is wrong with the event taken by itself; what can't be judged goes into the report."""
    if event.schema != chain.SCHEMA:
        report.unknown.append((event.seq, f"schema {event.schema} is unknown"))
        return []
    problems = []
    try:
        altered = chain.entry_hash(event) != event.entry_hash
    except (ValueError, TypeError, AttributeError):
        altered = True
    if altered:
        problems.append("its fields were altered")
    try:
        if not hmac.compare_digest(chain.mac(event.key_id, event.entry_hash), event.mac):
            problems.append("its signature is wrong")
    except KeyError:
        report.unknown.append((event.seq, f"key {event.key_id!r} is unknown"))
    except (ValueError, TypeError):
        problems.append("its hash or signature is not one")
    return problems


def text_problems(event: AuditEvent, texts: dict[str, Text], erased: set[str], report: Report) -> Iterator[str]:
    for part in chain.PARTS:
        committed, text = event.commitment(part), texts.get(part)
        if committed and text is None:
            if part in erased:
                report.erased += 1
            else:
                yield f"its {part} text is gone"
        elif text is not None and (committed is None or not matches(text, committed)):
            yield f"its {part} text was altered"


def matches(text: Text, committed: str) -> bool:
    try:
        return chain.commitment(text.nonce, text.text) == committed
    except (ValueError, TypeError, AttributeError):
        return False


class Row(NamedTuple):
    """An event with what its chain needs and none of what a model instance costs, in the order of the columns."""

    seq: int
    log_id: UUID
    schema: int
    at: datetime
    kind: str
    outcome: str
    assumed_session: UUID | None
    actor_id: int | None
    target_id: int | None
    request_id: UUID | None
    actor_commitment: str | None
    target_commitment: str | None
    reason_commitment: str | None
    detail_commitment: str | None
    prev_hash: str
    entry_hash: str
    key_id: str
    mac: str

    def commitment(self, part: str) -> str | None:
        return getattr(self, f"{part}_commitment")


class Text(NamedTuple):
    """What a text's commitment was made of."""

    nonce: str
    text: str


def readable(seqs: QuerySet[AuditEvent]) -> list[AuditEvent]:
    """The events; one that SQLite keeps with a value of another type is left as an empty one, which no hash fits."""
    try:
        return cast("list[AuditEvent]", list(map(Row._make, seqs.values_list(*Row._fields))))
    except (ValueError, TypeError):
        found = []
        for seq in list(seqs.values_list("seq", flat=True)):
            try:
                found.append(AuditEvent.objects.get(seq=seq))
            except (ValueError, TypeError):
                found.append(AuditEvent(seq=seq, schema=chain.SCHEMA, prev_hash="", entry_hash="", mac=""))
        return found


def events_up_to(head: int) -> Iterator[tuple[AuditEvent, dict[str, Text], set[str]]]:
    """Every event with its texts and its erased parts, a chunk of numbers at a time."""
    last = 0
    while True:
        events = readable(AuditEvent.objects.filter(seq__gt=last, seq__lte=head).order_by("seq")[:CHUNK])
        if not events:
            return
        between = {"event_id__gt": last, "event_id__lte": events[-1].seq}
        texts: dict[int, dict[str, Text]] = defaultdict(dict)
        said = AuditText.objects.filter(**between).values_list("event_id", "part", "nonce", "text")
        for seq, part, nonce, text in said:
            texts[seq][part] = Text(nonce, text)
        erased: dict[int, set[str]] = defaultdict(set)
        for seq, part in AuditErasure.objects.filter(**between).values_list("event_id", "part"):
            erased[seq].add(part)
        for event in events:
            yield event, texts[event.seq], erased[event.seq]
        last = events[-1].seq


def record_verification(report: Report) -> None:
    """Append what was found, for the auditor's list."""
    detail = {"through": report.head, "exit_code": report.exit_code, "events": report.events, "erased": report.erased}
    with log.recording():
        log.record(Kind.AUDIT_VERIFIED, outcome=Outcome.FAILED if report.exit_code else Outcome.DONE, detail=detail)


def latest_verification() -> dict[str, Any] | None:
    """When the log was last verified on record, up to which event, and with which exit code."""
    newest = AuditEvent.objects.filter(kind=Kind.AUDIT_VERIFIED).order_by("-seq").values("seq")[:1]
    said = AuditText.objects.filter(event=Subquery(newest), part=Part.DETAIL).select_related("event").first()
    return json.loads(said.text) | {"at": said.event.at} if said else None
