"""Which files may be uploaded: a few types, known by their content, none of which a browser would run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from . import file_contents

MAX_MEGABYTES = 20
MAX_SIZE = MAX_MEGABYTES << 20
DESCRIPTION = _("PDF, Word, Excel, PowerPoint, PNG, JPEG, CSV or plain text; at most 20 MB.")
NAME_LENGTH = 120


@dataclass(frozen=True, slots=True)
class FileType:
    """The type that a file is served as, and the check that says why a content is not of it."""

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
    """How the name ends, in lower case; empty for a type that may not be uploaded."""
    suffix = PurePosixPath(filename).suffix.lower()
    return suffix if suffix in TYPES else ""


def content_type(filename: str) -> str:
    """What a file of this name is served as; bytes without meaning where the type is unknown."""
    known = TYPES.get(extension(filename))
    return known.content_type if known else "application/octet-stream"


def stored_name(folder: str, filename: str) -> str:
    """A name that nobody can guess and that holds nothing of what the uploader wrote but the file's type."""
    return f"{folder}/{uuid4().hex}{extension(filename)}"


def shown_name(filename: str) -> str:
    """The name that people see: without path, without what a file name can't hold, not too long."""
    name = filename.replace("\\", "/").rpartition("/")[2]
    stem = "".join(letter for letter in PurePosixPath(name).stem if letter.isprintable())[:NAME_LENGTH].strip(" .")
    return (stem or "file") + extension(name)


def validate(file) -> None:
    """Raise ValidationError if the file is empty, too large, of another type, or not what its name says."""
    if getattr(file, "_committed", False):
        return  # it is stored, so it was checked when it came
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
