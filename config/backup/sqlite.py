"""Backup and restore of a SQLite database by its backup API, which works beside other writers."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.db import connection

from . import facts
from .errors import BackupError

PART = "database.sqlite3"
WAITS = 20.0  # seconds for other writers


@contextmanager
def snapshot(folder: Path) -> Iterator[facts.Snapshot]:
    """Copy the database as it is now to a file in the folder, and yield the copy."""
    path = folder / PART
    try:
        with closing(sqlite3.connect(database(), timeout=WAITS)) as source, closing(sqlite3.connect(path)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # all of it in one file
            yield facts.Snapshot(path, lambda sql: copy.execute(sql).fetchall(), granted_to=[])
    except sqlite3.Error as error:
        raise BackupError(f"The database can't be copied: {error}") from error


def check(path: Path, head: dict | None) -> None:
    """Raise BackupError unless the file is a sound database whose log ends with this event."""
    try:
        with closing(sqlite3.connect(path)) as copy:
            found = [line for (line,) in copy.execute("PRAGMA quick_check")]
            newest = facts.head(lambda sql: copy.execute(sql).fetchall())
    except sqlite3.Error as error:
        found, newest = [str(error)], None
    if found != ["ok"] or newest != head:
        raise BackupError(f"The database of the backup is damaged: {'; '.join(found)[:200]}. Make another backup.")


def refusal(manifest: dict) -> str:
    """Return why the backup can't be restored into this database; "" if it can."""
    return ""


def restore(path: Path, settle: list[str]) -> None:
    """Replace the content of the database by that of the file, changed by the statements; all of it, or nothing."""
    connection.close()
    try:
        with (
            closing(sqlite3.connect(path)) as source,
            closing(sqlite3.connect(database(), timeout=WAITS)) as target,
        ):
            for statement in settle:
                source.execute(statement)
            source.commit()
            source.backup(target)
    except sqlite3.Error as error:
        raise BackupError(f"The database can't be replaced: {error}. Stop the servers and timers first.") from error


def roles() -> list[str]:
    """Return the roles that may read the audit log. SQLite has none."""
    return []


def database() -> str:
    return str(connection.settings_dict["NAME"])
