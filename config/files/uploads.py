"""Storage of uploads in a folder, which a mount may take away. Uploads have no address: views serve them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.files.storage import FileSystemStorage, default_storage
from django.utils.deconstruct import deconstructible

MARK = ".standin-uploads"
storage: Any = default_storage  # typed for `problem` and `prepare`, which each storage of uploads has


class StoreUnavailable(OSError):
    """The storage of uploads can't be reached or refuses; nothing is known about its files."""


@contextmanager
def converting(*errors: type[Exception]) -> Iterator[None]:
    """Raise StoreUnavailable instead of these errors; a single file that is not there stays FileNotFoundError."""
    try:
        yield
    except (FileNotFoundError, FileExistsError, StoreUnavailable):
        raise
    except errors as error:
        raise StoreUnavailable(f"The storage of uploads failed: {type(error).__name__}") from error


@deconstructible(path="config.files.uploads.Folder")
class Folder(FileSystemStorage):
    """
    A folder of uploads.

    is_marked: whether the folder must hold the file MARK. If a mount is gone, its mount point is an empty folder: files
    would seem deleted, and new ones would land on the disk of one node. `manage.py prepare_uploads` writes the mark.
    """

    def __init__(self, *args: Any, is_marked: bool = False, **options: Any):
        super().__init__(*args, **options)
        self.is_marked = is_marked

    def _open(self, name, mode="rb"):
        with converting(OSError):
            try:
                return super()._open(name, mode)  # type: ignore[misc] # the stubs know no such name
            except FileNotFoundError:
                self.require()
                raise

    def _save(self, name, content):
        self.require()
        path = Path(self.path(name))
        was_there = path.exists()
        with converting(OSError):
            try:
                return super()._save(name, content)  # type: ignore[misc]
            except OSError:
                if not was_there:
                    path.unlink(missing_ok=True)  # half a file, because the disk is full
                raise

    def exists(self, name):
        found = super().exists(name)
        if not found:
            self.require()
        return found

    def listdir(self, path):
        self.require()
        try:
            return super().listdir(path)
        except FileNotFoundError:
            return [], []  # as in an object store, where folders are parts of names

    def url(self, name):
        return ""

    def problem(self) -> str:
        """Return why this node can't use the folder, or ""."""
        if not self.is_marked or Path(self.path(MARK)).is_file():
            return ""
        return f"The folder of uploads has no file {MARK}: is it mounted? manage.py prepare_uploads writes it once."

    def require(self) -> None:
        """Raise StoreUnavailable if the folder is not there."""
        if problem := self.problem():
            raise StoreUnavailable(problem)

    def prepare(self) -> None:
        """Create the folder with its mark."""
        root = Path(self.location)
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        Path(self.path(MARK)).touch(mode=0o600)
