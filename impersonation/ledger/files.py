"""The access history as a file: JSON with stable keys, and CSV; all of it, streamed in batches."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from accounts.models import User
from accounts.models.preferences import preferences_of
from audit.export import Echo, cell

from .events import slice_of
from .kinds import Show
from .lines import Line, lines

BATCH = 500
COLUMNS = (
    "number", "at", "kind", "group", "outcome", "by", "by_you", "what", "about", "changes", "mode", "reason", "ticket",
    "assumed_session", "told", "address", "import_file", "partly_erased",
)  # fmt: skip


def batches(user: User) -> Iterator[list[dict[str, Any]]]:
    """
    Yield everything that the access history tells, newest first, a batch at a time.

    Events inside an assumed session come one by one. Each batch is made in the user's language and time zone, which
    end before the batch is sent, because the server sends other responses in the same thread.
    """
    before, more = None, True
    while more:
        with preferences_of(user):
            part = slice_of(user, Show.EVERYTHING, before=before, size=BATCH, inside=True)
            rows = [row(line) for line in lines(part.events, user)] if part.events else []
        yield rows
        before, more = part.older, part.older is not None


def row(line: Line) -> dict[str, Any]:
    """Return one event with the keys of COLUMNS, which never change; the sentences are in the user's language."""
    values = (
        line.seq, timezone.localtime(line.at).isoformat(timespec="seconds"), line.kind, line.show.value, line.outcome,
        line.actor, line.is_own, line.sentence, line.about,
        [{"field": field, "before": before, "after": after} for field, before, after in line.changes],
        line.mode, line.reason, line.ticket, str(line.assumed_session) if line.assumed_session else None,
        line.told, line.came_from, line.file, line.erased,
    )  # fmt: skip
    return dict(zip(COLUMNS, values, strict=True))


def json_lines(user: User) -> Iterator[str]:
    """Yield one JSON object with an array of events."""
    head = {"person": user.pk, "written_at": timezone.now().isoformat(timespec="seconds"), "time_zone": user.time_zone}
    yield json.dumps(head)[:-1] + ', "events": ['
    between = "\n"
    for rows in batches(user):
        if rows:
            yield between + ",\n".join(json.dumps(said) for said in rows)
            between = ",\n"
    yield "\n]}\n"


def csv_lines(user: User) -> Iterator[str]:
    """Yield CSV with a byte order mark, which tells Excel that it is UTF-8; formulas are escaped."""
    writer = csv.writer(Echo(), quoting=csv.QUOTE_ALL)
    yield "\ufeff" + writer.writerow(COLUMNS)
    for rows in batches(user):
        yield "".join(writer.writerow([cell(flat(value)) for value in said.values()]) for said in rows)


def flat(value: Any) -> Any:
    """Return a value for one cell of CSV."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        parts = (
            f"{part['field']}: {part['before']} → {part['after']}" if isinstance(part, dict) else part for part in value
        )
        return "; ".join(parts)
    return value


FORMATS = {"json": (json_lines, "application/json"), "csv": (csv_lines, "text/csv")}
