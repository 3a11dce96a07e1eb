"""Which files may be uploaded: a few types, known by their content, none of which a browser would run."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

MAX_MEGABYTES = 20
MAX_SIZE = MAX_MEGABYTES << 20
DESCRIPTION = _("PDF, Word, Excel, PowerPoint, PNG, JPEG, CSV or plain text; at most 20 MB.")
NAME_LENGTH = 120
MAX_PARTS = 10_000  # of an Office file: pictures, slides, sheets
# How a page or a drawing begins, which some browser might guess behind any name.
MARKUP = re.compile(rb"(\xef\xbb\xbf)?\s*<[a-z!?]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FileType:
    """The type a file is served as, and how its content is recognised."""

    content_type: str
    fits: Callable[..., bool]


def begins_with(signature: bytes):
    return lambda file: file.read(len(signature)) == signature


def is_text(file) -> bool:
    """Text in UTF-8 or any encoding of one byte, as spreadsheets export it; never HTML, SVG or XML."""
    content = file.read()
    return b"\0" not in content and not MARKUP.match(content)


def office(folder: str):
    """An Office file is an archive that says what it is and holds one folder of its kind; never one with macros."""

    def fits(file) -> bool:
        # A directory of half a million entries takes seconds and hundreds of megabytes to read; each has this mark.
        if file.read().count(b"PK\x01\x02") > MAX_PARTS:
            return False
        try:
            with zipfile.ZipFile(file) as archive:
                names = archive.namelist()
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
            return False
        held = {name.partition("/")[0] for name in names}
        return {"[Content_Types].xml", folder} <= held and not any(name.endswith("vbaProject.bin") for name in names)

    return fits


OFFICE = "application/vnd.openxmlformats-officedocument."
TYPES = {
    ".pdf": FileType("application/pdf", begins_with(b"%PDF-")),
    ".png": FileType("image/png", begins_with(b"\x89PNG\r\n\x1a\n")),
    ".jpg": FileType("image/jpeg", begins_with(b"\xff\xd8\xff")),
    ".jpeg": FileType("image/jpeg", begins_with(b"\xff\xd8\xff")),
    ".docx": FileType(OFFICE + "wordprocessingml.document", office("word")),
    ".xlsx": FileType(OFFICE + "spreadsheetml.sheet", office("xl")),
    ".pptx": FileType(OFFICE + "presentationml.presentation", office("ppt")),
    ".csv": FileType("text/csv; charset=utf-8", is_text),
    ".txt": FileType("text/plain; charset=utf-8", is_text),
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
    """Raises ValidationError where the file is empty, too large, of another type, or not what its name says."""
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
    fits = known.fits(file)
    file.seek(0)
    if not fits:
        raise ValidationError(_("The file is not what its name says."))
