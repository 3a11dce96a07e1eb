"""Anchors: the chain's head, told to the outside after each commit, so that a cut-off tail shows."""

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


def unwritable() -> str:
    """
    Return why AUDIT_ANCHOR_FILE can't be written, and "" if it can, or if none is named.

    A file that is missing is not made: whoever asks may be another user of the machine than the application.
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
    """The anchor file is writable, if one is named."""
    problem = unwritable()
    return [Error(f"AUDIT_ANCHOR_FILE can't be written: {problem}", id="audit.E002")] if problem else []
