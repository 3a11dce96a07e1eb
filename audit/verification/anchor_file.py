"""The anchor file as verification reads it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from audit.models import AuditEvent


class UnreadableAnchors(Exception):
    """The anchor file can't be read."""


@contextmanager
def lines_of(path: str) -> Iterator[Iterable[str]]:
    """
    Yield the lines of the anchor file; no lines without a path. Raise UnreadableAnchors if the file can't be read.

    A missing file counts as empty if the log is empty too, because the first event creates both. Bytes that aren't
    text become a line that verification can't read.
    """
    if not path or (not os.path.lexists(path) and not AuditEvent.objects.exists()):
        yield ()
        return
    try:
        with open(path, encoding="ascii", errors="replace") as lines:
            yield lines
    except OSError as error:
        raise UnreadableAnchors(f"The anchors can't be read: {error}") from error
