"""A restore that nobody has declared yet, found at the end of the anchor file: constant cost."""

from __future__ import annotations

import logging
import os

from django.conf import settings
from django.utils.translation import gettext as _

from audit.models import AuditEvent

from .restores import AnchorCheck, declared_restores, head_number

logger = logging.getLogger("audit.anchor")
TAIL = 64 << 10  # bytes; some two hundred anchors
told: set[tuple[int, str]] = set()  # what this process has logged


def undeclared() -> tuple[int, str] | None:
    """
    Return number and hash of the last event that the newest anchors know and the log has lost, undeclared; else None.

    Reads the end of AUDIT_ANCHOR_FILE only, so it tells a restore until some two hundred events follow. `verify_audit`
    compares every anchor.
    """
    lines = newest_lines(settings.AUDIT_ANCHOR_FILE)
    check = AnchorCheck([], 0)
    anchors = check.readable(list(enumerate(lines, 1)))
    events = AuditEvent.objects.filter(seq__in={seq for seq, _hash in anchors})
    if not anchors or set(anchors) <= set(events.values_list("seq", "entry_hash")):
        return None
    check = AnchorCheck(declared_restores(), head_number())
    check.compare(lines)
    return (check.loss.lost_through, check.loss.anchored_hash) if check.loss.anchors else None


def newest_lines(path: str) -> list[str]:
    """Return the last lines of the anchor file, of which the first may be cut; none without a file."""
    try:
        with open(path, "rb") as file:
            file.seek(max(file.seek(0, os.SEEK_END) - TAIL, 0))
            return file.read().decode("ascii", "replace").splitlines()
    except OSError:
        return []


def log_undeclared() -> None:
    """Log an error if a restore is undeclared, once in this process for each loss."""
    lost = undeclared()
    if lost and lost not in told:
        told.add(lost)
        logger.error(undeclared_sentence(lost[0]))


def undeclared_sentence(seq: int) -> str:
    """Return what an undeclared restore means, and what to do."""
    return _(
        "The anchors know audit event #%(seq)s, which this log doesn't have: a backup was restored, or the log was cut "
        "off. If it was a restore, declare it with manage.py acknowledge_restore."
    ) % {"seq": seq}
