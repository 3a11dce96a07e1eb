"""Reader for CSV and Excel files of HR systems: yields one line of text cells at a time, within fixed limits."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import re
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext as _

from accounts.user_import.limits import MAX_BYTES, MAX_COLUMNS, MAX_ROW_CHARACTERS, MAX_ROWS
from accounts.user_import.problems import Unreadable

from . import xlsx

CHUNK = 1 << 20
SEPARATORS = (",", ";", "\t")
BYTE_ORDER_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
# The optional first line that tells Excel the separator.
SEPARATOR_LINE = re.compile(r'^"?sep=(.)"?\s*$', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the file, with the number of the line on which it begins."""

    number: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Source:
    """The identity of a file, as the audit log keeps it; `size` in bytes."""

    name: str
    sha256: str
    size: int


def read(file: BinaryIO, name: str) -> tuple[Source, Generator[Line, None, None]]:
    """
    Return the identity of the file, and an iterator over its non-empty lines.

    file: opened for reading bytes, seekable. Raise Unreadable if no line can be read at all; the iterator raises it
    if reading stops half-way. Close the iterator, because it may hold a child process.
    """
    file.seek(0)
    start = file.read(4)
    source, is_utf8 = fingerprint(file, name)
    if source.size == 0:
        raise Unreadable(_("The file is empty."))
    if start == OLD_EXCEL:
        raise Unreadable(_("This is an old Excel file (.xls). Save it as .xlsx or CSV."))
    if start.startswith(b"PK"):
        return source, limited(xlsx.lines(file))
    encoding = next((known for mark, known in BYTE_ORDER_MARKS.items() if start.startswith(mark)), None)
    return source, limited(text_lines(file, encoding or ("utf-8" if is_utf8 else "cp1252")))


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


def text_lines(file: BinaryIO, encoding: str) -> Generator[tuple[int, list[str]], None, None]:
    """Yield the rows of a CSV file, each with the number of the line on which it begins."""
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    reached = 0
    try:
        beginning = text.readline(CHUNK)
        declared = SEPARATOR_LINE.match(beginning)
        offset = 1 if declared else 0
        if not declared:
            text.seek(0)
        separator = declared[1] if declared else separator_of(beginning)
        bounded = BoundedRows(text)
        reader = csv.reader(bounded, delimiter=separator, skipinitialspace=True, strict=True)
        reached = offset
        for cells in reader:
            bounded.length = 0
            yield reached + 1, cells
            reached = reader.line_num + offset
    except RowTooLong as error:
        message = _("The row is longer than %(limit)s characters: is a quotation mark missing?")
        raise Unreadable(message % {"limit": MAX_ROW_CHARACTERS}, reached + 1) from error
    except csv.Error as error:
        message = _("This can't be read from here on: a quotation mark is missing, or one too many (%(error)s).")
        raise Unreadable(message % {"error": error}, reached + 1) from error
    except UnicodeError as error:
        message = _("There are characters that are neither UTF-8 nor Windows-1252 text. Save the file as UTF-8.")
        raise Unreadable(message, undecodable_line(file, encoding)) from error
    finally:
        # The caller owns the file, and reads it again or closes it.
        text.detach()


class RowTooLong(Exception):
    """A row has more than MAX_ROW_CHARACTERS characters."""


class BoundedRows:
    """The lines of a text, with a limit on the length of a row. The reader sets `length` to 0 after each row."""

    def __init__(self, text: io.TextIOWrapper):
        self.text = text
        self.length = 0

    def __iter__(self) -> BoundedRows:
        return self

    def __next__(self) -> str:
        line = self.text.readline(MAX_ROW_CHARACTERS + 1)
        if not line:
            raise StopIteration
        self.length += len(line)
        if self.length > MAX_ROW_CHARACTERS:
            raise RowTooLong
        return line


def undecodable_line(file: BinaryIO, encoding: str) -> int | None:
    """Return the number of the first undecodable line, which the decoder can't tell because it reads in blocks."""
    if encoding == "utf-16":
        return None
    file.seek(0)
    for number, line in enumerate(file, start=1):
        try:
            line.decode(encoding)
        except UnicodeError:
            return number
    return None


def separator_of(heading: str) -> str:
    """Return the most frequent separator in the first line outside quoted text."""
    bare = re.sub(r'"[^"]*"', "", heading)
    return max(SEPARATORS, key=bare.count)


def limited(rows: Generator[tuple[int, list[str]], None, None]) -> Generator[Line, None, None]:
    """Drop empty rows, and raise Unreadable if there are more than MAX_ROWS rows or MAX_COLUMNS columns."""
    count = 0
    with closing(rows):
        for number, cells in rows:
            if not any(cell.strip() for cell in cells):
                continue
            count += 1
            if count > MAX_ROWS + 1:
                message = _("The file has more than %(limit)s rows. Split it.")
                raise Unreadable(message % {"limit": MAX_ROWS}, number)
            while len(cells) > MAX_COLUMNS and not cells[-1].strip():
                cells.pop()
            if len(cells) > MAX_COLUMNS:
                raise Unreadable(_("There are more than %(limit)s columns.") % {"limit": MAX_COLUMNS}, number)
            yield Line(number, cells)
