"""Writing a backup: the database, then the uploads that it names, then the anchors; read back before it counts."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from . import archive, engines, facts, kept_outside, uploads
from .errors import BackupError


def back_up(path: Path) -> dict[str, Any]:
    """
    Write a backup to a new file, read it back, and return its manifest.

    The file gets its name at the very end, so a file of this name is a whole backup. Files are never deleted when the
    row that names them goes, so what the database named a moment ago is still there.
    """
    if os.path.lexists(path):
        raise BackupError(f"{path} is there already. Choose another name, such as one with the time.")
    try:
        with TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as place:
            unfinished = Path(place) / "archive"
            manifest = write(unfinished, Path(place))
            read_back(unfinished, Path(place))
            unfinished.rename(path)
        synchronise(path.parent)
    except OSError as error:
        raise BackupError(f"{path} can't be written: {error.strerror or error}. No file was left behind.") from error
    return manifest


def write(path: Path, folder: Path) -> dict[str, Any]:
    """Write the archive, with the folder for copies that are needed meanwhile."""
    engine = engines.engine()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        writer = archive.Writer(file)
        with engine.snapshot(folder) as snapshot:
            said = {"made_at": datetime.now(UTC).isoformat(timespec="seconds"), **facts.of(snapshot)}
            names = facts.uploads(snapshot.rows)
            with snapshot.dump.open("rb") as dump:
                writer.add(engine.PART, dump, snapshot.dump.stat().st_size)
        snapshot.dump.unlink()
        missing = uploads.write(writer, names)
        kept_outside.write(writer)
        manifest = writer.finish(said | {"missing_uploads": missing})
        file.flush()
        os.fsync(file.fileno())
    return manifest


def read_back(path: Path, folder: Path) -> None:
    """Raise BackupError unless the archive is what was written, and its database can be opened."""
    engine = engines.engine()
    with archive.checked(path) as found:
        engine.check(found.extract(engine.PART, folder / f"{engine.PART}.check"), found.manifest["head"])


def synchronise(folder: Path) -> None:
    """Put the name of the new file onto the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
