"""Reader for CSV and Excel files of HR systems: yields one line of text cells at a time, within fixed limits."""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext as _

from accounts.user_import.limits import MAX_BYTES, MAX_COLUMNS, MAX_ROWS
from accounts.user_import.problems import Unreadable

from . import doubts, kinds

CHUNK = 1 << 20
# The extensions of the files that can be read.
EXTENSIONS = ("csv", "xlsx", "txt", "tsv")


@dataclass(frozen=True, slots=True)
class Line:
    """
    A row of the file, with the number of the line on which it begins.

    doubt: a sentence about letters of this row that were read in a wrong encoding before, or "".
    """

    number: int
    cells: list[str]
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """The identity of a file, as the audit log keeps it; `size` in bytes."""

    name: str
    sha256: str
    size: int


def identify(file: BinaryIO, name: str) -> tuple[Source, bool]:
    """Return the identity of the file, and whether it is UTF-8. Raise Unreadable if it can't hold a table."""
    source, is_utf8 = fingerprint(file, name)
    if source.size == 0:
        raise Unreadable(_("The file is empty."))
    kinds.refuse_what_is_no_table(file)
    return source, is_utf8


def fingerprint(file: BinaryIO, name: str) -> tuple[Source, bool]:
    """Read the file once; return its identity and whether it is UTF-8. Raise Unreadable if it is too large."""
    file.seek(0)
    digest, size, is_utf8 = hashlib.sha256(), 0, True
    decoder = codecs.getincrementaldecoder("utf-8")()
    while chunk := file.read(CHUNK):
        size += len(chunk)
        if size > MAX_BYTES:
            raise Unreadable(_("The file is larger than %(limit)s MB.") % {"limit": MAX_BYTES >> 20})
        digest.update(chunk)
        if is_utf8:
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                is_utf8 = False
    return Source(name, digest.hexdigest(), size), is_utf8


def limited(rows: Generator[tuple[int, list[str]], None, None]) -> Generator[Line, None, None]:
    """Drop empty rows, and raise Unreadable if there are more than MAX_ROWS rows or MAX_COLUMNS columns."""
    count = 0
    with closing(rows):
        for number, cells in rows:
            whole = "\t".join(cells)
            if not whole.strip():
                continue
            count += 1
            if count > MAX_ROWS + 1:
                message = _("The file has more than %(limit)s rows. Split it.")
                raise Unreadable(message % {"limit": MAX_ROWS}, number)
            while len(cells) > MAX_COLUMNS and not cells[-1].strip():
                cells.pop()
            if len(cells) > MAX_COLUMNS:
                raise Unreadable(_("There are more than %(limit)s columns.") % {"limit": MAX_COLUMNS}, number)
            yield Line(number, cells, "" if whole.isascii() else doubts.doubt(whole))
