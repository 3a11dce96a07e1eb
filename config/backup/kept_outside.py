"""
What a restore must not set back: the anchors, which prove that events were lost, and the list of erasures.

The list of erasures lies beside the anchor file. It names people by number only, so that an erasure which a restore has
undone can be repeated.
"""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.dispatch import receiver

from audit.kinds import Kind
from audit.models import AuditEvent
from audit.verification.erasure import personal_data_erased

from .archive import CHUNK, Archive, Writer

logger = logging.getLogger("audit.erasure")
ANCHORS, ERASURES = "anchors.jsonl", "erasures.jsonl"


@dataclass(frozen=True, slots=True)
class Erased:
    """An erasure of the list. seq: the number of its event. at: the time of its event."""

    person_id: int
    seq: int
    at: datetime


def files() -> dict[str, Path]:
    """Return the files beside the database by the names of their parts; none if AUDIT_ANCHOR_FILE is not set."""
    anchors = settings.AUDIT_ANCHOR_FILE
    return {ANCHORS: Path(anchors), ERASURES: Path(f"{anchors}.erasures")} if anchors else {}


@receiver(personal_data_erased)
def list_erasure(sender: object, person_id: int, **details: object) -> None:
    """Add an erasure to the list and to the log stream once it is committed; log the file's errors."""
    events = AuditEvent.objects.filter(kind=Kind.AUDIT_ERASED, target_id=person_id)
    event = events.order_by("-seq").only("seq", "at", "log_id").first()
    if event is None:
        return
    said = {"person_id": person_id, "log_id": str(event.log_id), "seq": event.seq, "at": event.at.isoformat()}
    transaction.on_commit(lambda: write_line(json.dumps(said)))


def write_line(line: str) -> None:
    logger.info(line)
    if path := files().get(ERASURES):
        try:
            is_new = not path.exists()
            with path.open("a", encoding="ascii") as file:
                file.write(line + "\n")
            if is_new:  # The owner of the tables may have made it, and the application reads it for backups.
                with suppress(FileNotFoundError):
                    shutil.copymode(files()[ANCHORS], path)
        except OSError:
            logger.exception("The list of erasures could not be written: after a restore, repeat this erasure by hand")


def undone() -> Iterator[Erased]:
    """Yield the newest erasure of each person in the list whose event the log doesn't have, oldest first."""
    newest: dict[int, Erased] = {}
    if (path := files().get(ERASURES)) and path.exists():
        for line in path.read_text(encoding="ascii", errors="replace").splitlines():
            try:
                said = json.loads(line)
                one = Erased(int(said["person_id"]), int(said["seq"]), datetime.fromisoformat(said["at"]))
            except (ValueError, KeyError, TypeError):
                logger.warning("A line of the list of erasures can't be read: %s", line[:200])
                continue
            newest[one.person_id] = one
    for one in newest.values():
        events = AuditEvent.objects.filter(kind=Kind.AUDIT_ERASED, target_id=one.person_id)
        if not events.filter(at__gte=one.at).exists():
            yield one


def write(archive: Writer) -> None:
    """Add the files to the archive, up to the size that they have now."""
    for name, path in files().items():
        if path.exists():
            with path.open("rb") as file:
                archive.add(name, file, path.stat().st_size)


def restore(archive: Archive) -> list[str]:
    """Store the files that are missing here, and return a sentence about each. A file that is here is never changed."""
    said = []
    for name, path in files().items():
        if name not in archive.members:
            continue
        if path.exists() and path.stat().st_size:
            said.append(f"Kept {path} as it is, because it may know more than the backup.")
            continue
        with archive.open(name) as part, path.open("wb") as file:
            while data := part.read(CHUNK):
                file.write(data)
        said.append(f"Restored {path}.")
    return said
