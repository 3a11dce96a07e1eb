"""Exports of the log: CSV for people, and JSON Lines that anybody can verify without a secret."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from datetime import UTC
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse

from . import chain, log
from .context import Person
from .kinds import Kind
from .models import AuditEvent, Part
from .patience import patiently
from .proof import doubts
from .reading import kind_label, outcome_label, said, visible
from .verification.rows import Row

CHUNK = 1000
COLUMNS = (
    "number", "time (UTC)", "kind", "outcome", "actor", "actor number", "on behalf of", "person number", "category",
    "reason", "ticket", "assumed session", "request", "detail", "entry hash", "doubts",
)  # fmt: skip
# Characters that begin a formula in a spreadsheet, also as full-width characters.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")


def attachment(lines: Iterable[str], *, name: str, content_type: str) -> StreamingHttpResponse:
    """Return a response that browsers store under this name, sent while the lines are made, and kept by no cache."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingHttpResponse(patiently(lines), content_type=f"{content_type}; charset=utf-8", headers=headers)


class Echo:
    """A file-like object whose write() returns the written text."""

    def write(self, value: str) -> str:
        return value


def in_order(queryset: QuerySet[AuditEvent], head: int) -> Iterator[AuditEvent]:
    """Yield the events up to the number `head`, oldest first; read them in chunks."""
    last = 0
    while chunk := list(queryset.filter(seq__gt=last, seq__lte=head).order_by("seq")[:CHUNK]):
        yield from chunk
        last = chunk[-1].seq


def csv_lines(queryset: QuerySet[AuditEvent], head: int) -> Iterator[str]:
    """Yield the CSV export of the events up to the number `head`, beginning with a byte order mark."""
    writer = csv.writer(Echo(), quoting=csv.QUOTE_ALL)
    yield "\ufeff" + writer.writerow(COLUMNS)
    for event in in_order(queryset, head):
        yield writer.writerow([cell(value) for value in row(event)])


def row(event: AuditEvent) -> list[Any]:
    """Return the values of one line of the CSV export, in the order of COLUMNS."""
    actor, target, reason, detail = (said(event, part) for part in Part)
    erased = {"name": "erased", "text": "erased"}
    actor, target, reason = (erased if part is None else part for part in (actor, target, reason))
    return [
        event.seq, event.at.astimezone(UTC).isoformat(), kind_label(event), outcome_label(event),
        actor.get("name"), event.actor_id, target.get("name"), event.target_id, reason.get("category"),
        reason.get("text"), reason.get("ticket"), event.assumed_session, event.request_id,
        "erased" if detail is None else json.dumps(detail, ensure_ascii=False, sort_keys=True) if detail else None,
        event.entry_hash, " ".join(doubts(event)),
    ]  # fmt: skip


def cell(value: Any) -> str:
    """
    Return a value as text that no spreadsheet runs as a formula; numbers can't be formulas.

    A text that already looks escaped is escaped again, because an import removes one apostrophe.
    """
    if value is None:
        return ""
    text = visible(str(value))
    return f"'{text}" if text.lstrip(" \u00a0'").startswith(FORMULA) and not isinstance(value, int) else text


def json_lines(queryset: QuerySet[AuditEvent], head: int) -> Iterator[str]:
    """Yield one line per event: each hashed field as it is hashed, each text with the nonce of its commitment."""
    for event in in_order(queryset, head):
        proof = event.entry_hash, event.key_id, event.mac
        line = zip(Row._fields, (*chain.hashed_fields(event), *proof), strict=True)
        texts = {text.part: {"nonce": text.nonce, "text": text.text} for text in event.texts.all()}
        yield json.dumps({**dict(line), "texts": texts, "doubts": doubts(event)}) + "\n"


# The formats of an export: what makes its lines, and its type for browsers.
FORMATS = {"csv": (csv_lines, "text/csv"), "jsonl": (json_lines, "application/jsonl")}


def record(file_format: str, query: str, *, actor: Person | None = None) -> int:
    """
    Put an export on record before its first byte leaves, and return the number of the last event that it may hold.

    file_format: a key of FORMATS. query: what the events were filtered by, as in an address; "" for all of them.
    """
    head = AuditEvent.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
    with log.recording():
        log.record(Kind.AUDIT_EXPORTED, actor=actor, detail={"format": file_format, "filter": query, "through": head})
    return head
