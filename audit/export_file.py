"""A file with events of the log that nobody else on the machine can read, and that is whole or not there."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

STEP = 2000  # lines between two calls of the progress
# Called with the number of events that were worked on.
Progress = Callable[[int], None]


def ignored(count: int) -> None:
    """Ignore the progress."""


@dataclass(frozen=True)
class Exported:
    """A file of exported events: its name, the SHA-256 of its content, and the number of its lines."""

    name: str
    sha256: str
    lines: int


def partial_of(path: str) -> str:
    """Return the name of the file while it is written."""
    return f"{path}.partial"


def write(lines: Iterable[str], path: str, *, progress: Progress = ignored) -> Exported:
    """
    Write the partial file of a path, and wait until the disk has it. Raise OSError if that can't be done.

    The file is a new one: what is there keeps its permissions, and a link leads to where somebody else can read.
    """
    digest, count = hashlib.sha256(), 0
    Path(partial_of(path)).unlink(missing_ok=True)
    descriptor = os.open(partial_of(path), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="utf-8", newline="") as file:
        for line in lines:
            file.write(line)
            digest.update(line.encode())
            count += 1
            if not count % STEP:
                progress(count)
        file.flush()
        os.fsync(file.fileno())
    return Exported(Path(path).name, digest.hexdigest(), count)


def sha256_of(path: str) -> str:
    """Return the SHA-256 of a file's content."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
