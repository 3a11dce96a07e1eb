"""
Folder in which the worker processes of one server count together.

A scrape reaches one process, and must see what all of them did, including those that a crash has ended. The folder has
the name of the server's main process, so that a new worker finds it, and the next server begins from zero.
"""

from __future__ import annotations

import logging
import os
import shutil
import stat
import tempfile
from pathlib import Path

logger = logging.getLogger(__name__)
VARIABLE = "PROMETHEUS_MULTIPROC_DIR"  # of prometheus_client, which creates its files there
PREFIX = "standin-metrics"
# Bytes of a process's file, more than all series need. They are reserved, because a process that writes into a mapped
# file beyond the end of a full disk is killed.
RESERVED = {"counter": 1 << 20, "histogram": 2 << 20}


def share() -> None:
    """Prepare the folder of this worker process; call it before the first metric is made."""
    if os.environ.get(VARIABLE):
        return
    server = os.getppid()
    folder = parent() / f"{PREFIX}-{os.getuid()}-{server}-{started_at(server)}"
    try:
        remove_stale()
        folder.mkdir(mode=0o700, exist_ok=True)
        refuse_foreign(folder)
        for kind, size in RESERVED.items():
            reserve(folder / f"{kind}_{os.getpid()}.db", size)
    except OSError as error:
        logger.error("The figures of this process stand alone, because its folder can't be used: %s", error)
        return
    os.environ[VARIABLE] = str(folder)


def parent() -> Path:
    return Path(tempfile.gettempdir())


def started_at(pid: int) -> str:
    """Return when a process started, in the kernel's ticks; "" if it doesn't run, or if the system doesn't say."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def refuse_foreign(folder: Path) -> None:
    """Raise PermissionError if another user of the machine made the folder, or could write into it."""
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise PermissionError(f"{folder} belongs to somebody else, or is open to others")


def reserve(file: Path, size: int) -> None:
    """Create a file of this size, whose place on the disk is reserved; keep one that a process of this number left."""
    with file.open("ab") as opened:
        if opened.tell() < size:
            os.posix_fallocate(opened.fileno(), 0, size)


def remove_stale() -> None:
    """Remove the folders of servers that no longer run."""
    for folder in parent().glob(f"{PREFIX}-{os.getuid()}-*"):
        *_others, pid, started = folder.name.split("-")
        if pid.isdigit() and started_at(int(pid)) != started and folder.lstat().st_uid == os.getuid():
            shutil.rmtree(folder, ignore_errors=True)
