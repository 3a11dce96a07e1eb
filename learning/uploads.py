"""Allowed uploads: a few file types that browsers don't run, recognised by their content."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, Any
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from . import file_contents

logger = logging.getLogger(__name__)
MAX_MEGABYTES = 20
MAX_SIZE = MAX_MEGABYTES << 20
DESCRIPTION = _("PDF, Word, Excel, PowerPoint, PNG, JPEG, CSV or plain text; at most 20 MB.")
NAME_LENGTH = 120


@dataclass(frozen=True, slots=True)
class FileType:
    """The content type that a file is served with, and the check of its content."""

    content_type: str
    problem: file_contents.Check

    def fits(self, file: IO[bytes]) -> bool:
        return not self.problem(file)


OFFICE = "application/vnd.openxmlformats-officedocument."
TYPES = {
    ".pdf": FileType("application/pdf", file_contents.pdf),
    ".png": FileType("image/png", file_contents.picture("PNG")),
    ".jpg": FileType("image/jpeg", file_contents.picture("JPEG")),
    ".jpeg": FileType("image/jpeg", file_contents.picture("JPEG")),
    ".docx": FileType(OFFICE + "wordprocessingml.document", file_contents.office("word")),
    ".xlsx": FileType(OFFICE + "spreadsheetml.sheet", file_contents.office("xl")),
    ".pptx": FileType(OFFICE + "presentationml.presentation", file_contents.office("ppt")),
    ".csv": FileType("text/csv; charset=utf-8", file_contents.text),
    ".txt": FileType("text/plain; charset=utf-8", file_contents.text),
}


def extension(filename: str) -> str:
    """Return the extension of the name in lower case; "" if the type may not be uploaded."""
    suffix = PurePosixPath(filename).suffix.lower()
    return suffix if suffix in TYPES else ""


def content_type(filename: str) -> str:
    """Return the content type for a file of this name; application/octet-stream if it is unknown."""
    known = TYPES.get(extension(filename))
    return known.content_type if known else "application/octet-stream"


def stored_name(folder: str, filename: str) -> str:
    """Return a random name that keeps only the extension of the uploaded name."""
    return f"{folder}/{uuid4().hex}{extension(filename)}"


def is_new(file: Any) -> bool:
    """Return whether this file of a model is an upload that is not stored yet; Django has no public name for it."""
    return bool(file) and not file._committed


def shown_name(filename: str) -> str:
    """Return the name for the page: without a path or forbidden characters, and not too long."""
    name = filename.replace("\\", "/").rpartition("/")[2]
    stem = "".join(letter for letter in PurePosixPath(name).stem if letter.isprintable())[:NAME_LENGTH].strip(" .")
    return (stem or "file") + extension(name)


def validate(file) -> None:
    """Raise ValidationError if the file is empty, too large, of a forbidden type, or not what its name says."""
    if getattr(file, "_committed", False):
        return  # stored already, so it was checked when it was uploaded
    if file.size > MAX_SIZE:
        raise ValidationError(
            _("The file has %(size)s; at most %(limit)s are allowed."),
            params={"size": filesizeformat(file.size), "limit": filesizeformat(MAX_SIZE)},
        )
    if not file.size:
        raise ValidationError(_("The file is empty."))
    known = TYPES.get(extension(file.name))
    if known is None:
        raise ValidationError(
            _("Files of this type can't be uploaded. Allowed are: %(types)s"), params={"types": DESCRIPTION}
        )
    file.seek(0)
    problem = known.problem(file)
    file.seek(0)
    if problem:
        raise ValidationError(problem)
    require_storage(file)


def require_storage(file) -> None:
    """Raise ValidationError if the storage of the file can't take it now, so that the form keeps what was typed."""
    require = getattr(getattr(file, "storage", None), "require", None)
    try:
        if require is not None:
            require()
    except OSError as error:
        logger.exception("A file can't be stored")
        raise ValidationError(
            _("Files can't be stored at the moment. Leave this page open, and save it again in a few minutes.")
        ) from error


def is_gone(file) -> bool:
    """Return whether the storage says that it has no such file; False if the storage can't be asked."""
    try:
        return not file.storage.exists(str(file.name))
    except OSError:
        logger.exception("The storage of uploads can't be asked for a file")
        return False


def gone_from_lists() -> Callable[[Any], bool]:
    """Return `is_gone` for many files: the folder of the files is listed once, instead of asking for each file."""
    lists: dict[str, set[str] | None] = {}

    def is_not_listed(file) -> bool:
        folder, _slash, name = str(file.name).rpartition("/")
        if folder not in lists:
            try:
                lists[folder] = set(file.storage.listdir(folder)[1])
            except OSError:
                logger.exception("The storage of uploads can't be listed")
                lists[folder] = None
        listed = lists[folder]
        return listed is not None and name not in listed

    return is_not_listed
