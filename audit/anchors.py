"""Anchors: the head of the chain, written outside the database after each commit, so that a truncated log shows."""

from __future__ import annotations

import errno
import fcntl
import json
import logging
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.checks import Error, Tags, register

if TYPE_CHECKING:
    from .chain import Link
    from .models import AuditEvent

logger = logging.getLogger("audit.anchor")
ROOM = 4096  # bytes; with less free space, an anchor may not fit into its file


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
            append(settings.AUDIT_ANCHOR_FILE, f"{text}\n".encode("ascii"))
        except OSError:
            logger.exception("AUDIT_ANCHOR_FILE could not be written")


def append(path: str, text: bytes) -> None:
    """Append a line to a file as a whole or, if the disk is full, not at all; raise OSError then."""
    with open(path, "ab", buffering=0) as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # so that nobody writes between the half line and its removal
        size = os.fstat(file.fileno()).st_size
        try:
            if file.write(text) != len(text):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError:
            with suppress(OSError):  # a pipe, or a file that can only be added to
                os.ftruncate(file.fileno(), size)
            raise


def unwritable() -> str:
    """
    Return why AUDIT_ANCHOR_FILE can't be written; "" if it can, or if it isn't set.

    A missing file is not created, because the caller may run as another user of the machine than the application.
    """
    path = settings.AUDIT_ANCHOR_FILE
    if not path:
        return ""
    try:
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_NONBLOCK)
        try:
            if stat.S_ISREG(os.fstat(file).st_mode) and room(file) < ROOM:
                return f"{path}: {os.strerror(errno.ENOSPC)}"
        finally:
            os.close(file)
    except FileNotFoundError:
        folder = Path(path).absolute().parent
        if not folder.is_dir():
            return f"{folder}: {os.strerror(errno.ENOENT)}"
        return "" if os.access(folder, os.W_OK | os.X_OK) else f"{folder}: {os.strerror(errno.EACCES)}"
    except OSError as error:
        return f"{path}: {error.strerror}"
    return ""


def room(file: int) -> int:
    """Return the free space of the file's disk in bytes."""
    disk = os.fstatvfs(file)
    return disk.f_bavail * disk.f_frsize


@register(Tags.security, deploy=True)
def can_be_written(app_configs, **kwargs):
    """Report an error if AUDIT_ANCHOR_FILE is set and can't be written."""
    problem = unwritable()
    return [Error(f"AUDIT_ANCHOR_FILE can't be written: {problem}", id="audit.E002")] if problem else []
