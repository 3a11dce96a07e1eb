"""Full disks: which errors mean that there was no room left to write."""

from __future__ import annotations

import errno
from collections.abc import Iterator

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
OF_POSTGRESQL = "53100"
OF_SQLITE = "SQLITE_FULL"


def is_full(error: BaseException | None) -> bool:
    """Return whether a disk was full: of the database, or of a file that the process writes."""
    return any(
        getattr(each, "sqlstate", None) == OF_POSTGRESQL
        or getattr(each, "sqlite_errorname", None) == OF_SQLITE
        or (isinstance(each, OSError) and each.errno in FULL)
        for each in causes(error)
    )


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and what caused it."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__
