"""Anchors: the head of the chain, written outside the database after each commit, so that a truncated log shows."""

from __future__ import annotations

import errno
import json
import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.checks import Error, Tags, register

if TYPE_CHECKING:
    from .chain import Link
    from .models import AuditEvent

logger = logging.getLogger("audit.anchor")


def line(head: AuditEvent | Link) -> str:
    """Return the anchor of an event as one JSON object: log, number, hash, key, signature and time."""
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


def write(head: AuditEvent | Link) -> None:
    """Write the anchor to the log stream, and to AUDIT_ANCHOR_FILE if set; log the file's errors instead of raising."""
    text = line(head)
    logger.info(text)
    if settings.AUDIT_ANCHOR_FILE:
        try:
            with open(settings.AUDIT_ANCHOR_FILE, "a", encoding="ascii") as file:
                file.write(text + "\n")
        except OSError:
            logger.exception("AUDIT_ANCHOR_FILE could not be written")


def unwritable() -> str:
    """
    Return why AUDIT_ANCHOR_FILE can't be written; "" if it can, or if it isn't set.

    A missing file is not created, because the caller may run as another user of the machine than the application.
    """
    path = settings.AUDIT_ANCHOR_FILE
    if not path:
        return ""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_NONBLOCK))
    except FileNotFoundError:
        folder = Path(path).absolute().parent
        if not folder.is_dir():
            return f"{folder}: {os.strerror(errno.ENOENT)}"
        return "" if os.access(folder, os.W_OK | os.X_OK) else f"{folder}: {os.strerror(errno.EACCES)}"
    except OSError as error:
        return f"{path}: {error.strerror}"
    return ""


@register(Tags.security, deploy=True)
def can_be_written(app_configs, **kwargs):
    """Report an error if AUDIT_ANCHOR_FILE is set and can't be written."""
    problem = unwritable()
    return [Error(f"AUDIT_ANCHOR_FILE can't be written: {problem}", id="audit.E002")] if problem else []
