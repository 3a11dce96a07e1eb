"""The archive: a tar file of parts, and at its end a manifest with the size and the SHA-256 of each part."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from .errors import BackupError

FORMAT = 1
MANIFEST = "manifest.json"
CHUNK = 1 << 20  # bytes


class Hashed:
    """A file that is read, and hashed and counted while it is read."""

    def __init__(self, file: IO[bytes]):
        self.file, self.size, self.hash = file, 0, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self.file.read(size)
        self.size += len(data)
        self.hash.update(data)
        return data

    def read_to_the_end(self) -> Hashed:
        while self.read(CHUNK):
            pass
        return self

    @property
    def part(self) -> dict[str, Any]:
        return {"size": self.size, "sha256": self.hash.hexdigest()}


class Writer:
    """A writer of an archive. The manifest comes last, so an archive that was cut off has none."""

    def __init__(self, file: IO[bytes]):
        self.tar = tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT)  # noqa: SIM115 (until `finish`)
        self.parts: dict[str, dict[str, Any]] = {}

    def add(self, name: str, content: IO[bytes], size: int) -> None:
        """Add a part with the first `size` bytes of the content."""
        hashed = Hashed(content)
        self.tar.addfile(member(name, size), hashed)
        self.parts[name] = hashed.part

    def finish(self, manifest: dict[str, Any]) -> dict[str, Any]:
        """Add the manifest with the parts, end the archive, and return the manifest."""
        whole = {"format": FORMAT, **manifest, "parts": self.parts}
        text = json.dumps(whole, indent=1, ensure_ascii=False).encode()
        self.tar.addfile(member(MANIFEST, len(text)), io.BytesIO(text))
        self.tar.close()
        return whole


def member(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info


class Archive:
    """An archive that is read. `checked` compares all of it with its manifest before anything else is done with it."""

    def __init__(self, tar: tarfile.TarFile, manifest: dict[str, Any], members: dict[str, tarfile.TarInfo]):
        self.tar, self.manifest, self.members = tar, manifest, members

    def open(self, name: str) -> IO[bytes]:
        """Open a part for reading."""
        file = self.tar.extractfile(self.members[name])
        assert file is not None  # `checked` has read it
        return file

    def extract(self, name: str, path: Path) -> Path:
        """Copy a part to a new file, and return the file's path."""
        with self.open(name) as part, path.open("xb") as file:
            while data := part.read(CHUNK):
                file.write(data)
        return path


@contextmanager
def checked(path: Path) -> Iterator[Archive]:
    """Open an archive, and raise BackupError unless each part has the size and the hash that the manifest names."""
    try:
        with tarfile.open(path, "r:") as tar:
            members = {}
            for info in tar:
                if not info.isfile() or info.name in members:
                    raise BackupError(f"{path} holds {info.name!r}, which no backup has. Nothing was changed.")
                members[info.name] = info
            manifest = read_manifest(path, tar, members)
            found = {name: hashed(tar, info) for name, info in members.items() if name != MANIFEST}
            if wrong := differing(manifest["parts"], found):
                raise BackupError(f"{path} is damaged: {wrong} is not what was written. Use another backup.")
            yield Archive(tar, manifest, members)
    except OSError as error:
        raise BackupError(f"{path} can't be read: {error.strerror or error}") from error
    except tarfile.TarError as error:
        raise BackupError(f"{path} is no backup, or only a part of one: {error}") from error


def hashed(tar: tarfile.TarFile, info: tarfile.TarInfo) -> dict[str, Any]:
    file = tar.extractfile(info)
    assert file is not None  # it is a regular file
    return Hashed(file).read_to_the_end().part


def differing(written: dict[str, Any], found: dict[str, Any]) -> str:
    """Return the names of parts that are missing, unknown or altered; "" if there are none."""
    return ", ".join(sorted(name for name in written.keys() | found.keys() if written.get(name) != found.get(name)))


def read_manifest(path: Path, tar: tarfile.TarFile, members: dict[str, tarfile.TarInfo]) -> dict[str, Any]:
    if MANIFEST not in members:
        raise BackupError(f"{path} has no manifest: it is no backup, or its end is missing. Use another backup.")
    file = tar.extractfile(members[MANIFEST])
    assert file is not None  # it is a regular file
    try:
        manifest = json.load(file)
        known = manifest["format"] <= FORMAT
    except (ValueError, KeyError, TypeError) as error:
        raise BackupError(f"The manifest of {path} can't be read. Use another backup.") from error
    if not known:
        raise BackupError(f"{path} was written by a newer version of Standin. Restore it with that version.")
    return manifest
