"""Uploaded files in a backup, read and written by the storage, which may be a folder or an object store."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from tempfile import SpooledTemporaryFile

from django.core.files import File
from django.core.files.storage import default_storage

from .archive import Archive, Hashed, Writer
from .errors import BackupError

FOLDER = "uploads/"
IN_MEMORY = 8 << 20  # bytes of one file


def write(archive: Writer, names: Iterable[str]) -> list[str]:
    """Add the files to the archive, and return the names of those that the storage doesn't have."""
    missing = []
    for name in names:
        with SpooledTemporaryFile(IN_MEMORY) as copy:
            try:
                with default_storage.open(name) as file:
                    shutil.copyfileobj(file, copy)
            except FileNotFoundError:
                missing.append(name)
                continue
            size = copy.tell()
            copy.seek(0)
            archive.add(FOLDER + name, copy, size)
    return missing


def restore(archive: Archive) -> int:
    """Store the files of the archive under their names, and return their number. A file that is the same stays."""
    names = [part.removeprefix(FOLDER) for part in archive.manifest["parts"] if part.startswith(FOLDER)]
    for name in names:
        if is_stored(name, archive.manifest["parts"][FOLDER + name]):
            continue
        default_storage.delete(name)
        with archive.open(FOLDER + name) as part:
            stored = default_storage.save(name, File(part, name))
        if stored != name:
            default_storage.delete(stored)
            raise BackupError(f"The storage keeps {name!r} under another name. Empty it, and restore again.")
    return len(names)


def is_stored(name: str, part: dict) -> bool:
    """Return whether the storage has the file with this size and hash."""
    if not default_storage.exists(name):
        return False
    with default_storage.open(name) as file:
        return Hashed(file).read_to_the_end().part == part
