"""Anchors: the chain's head, told to the outside after each commit, so that a cut-off tail shows."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from .models import AuditEvent

logger = logging.getLogger("audit.anchor")


def line(head: AuditEvent) -> str:
    """One JSON object: which log, its head's number, hash and signature, and when."""
    return json.dumps(
        {
            "log_id": str(head.log_id),
            "seq": head.seq,
            "entry_hash": head.entry_hash,
            "key_id": head.key_id,
            "mac": head.mac,
            "at": head.at.isoformat(),
        }
    )


def write(head: AuditEvent) -> None:
    """To the log stream, and to AUDIT_ANCHOR_FILE where one is named; that file failing is told, not raised."""
    text = line(head)
    logger.info(text)
    if settings.AUDIT_ANCHOR_FILE:
        try:
            with open(settings.AUDIT_ANCHOR_FILE, "a", encoding="ascii") as file:
                file.write(text + "\n")
        except OSError:
            logger.exception("AUDIT_ANCHOR_FILE could not be written")
