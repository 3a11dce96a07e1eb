"""Excel workbooks (.xlsx), read row by row; a file that could unfold without end is refused before it is opened."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any, BinaryIO

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.cell.read_only import EMPTY_CELL
from openpyxl.utils.exceptions import InvalidFileException

from .limits import MAX_COLUMNS, MAX_UNPACKED_BYTES
from .problems import Unreadable

CHUNK = 1 << 20
LAST_ROW = 1_048_576  # of a sheet of Excel
FORBIDDEN = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
FORMULA = re.compile(rb"<(\w+:)?f[ />]")
ERRORS = frozenset({"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"})
NOT_A_WORKBOOK = (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, SyntaxError, OSError, EOFError)


def lines(file: BinaryIO) -> Iterator[tuple[int, list[str]]]:
    """The rows of the first visible sheet, each with its number; raises Unreadable."""
    try:
        has_formulas = inspect(file)
        formulas = rows_of(file, results=False) if has_formulas else None
        for number, row in enumerate(rows_of(file, results=True), start=1):
            if number > LAST_ROW:
                raise Unreadable(_("The sheet has more rows than Excel allows."), number)
            if formulas is not None:
                refuse_formulas_without_result(next(formulas), row, number)
            yield number, [text_of(cell, number) for cell in row]
    except NOT_A_WORKBOOK as error:
        raise Unreadable(_("The file is not a readable Excel workbook (.xlsx).")) from error


def inspect(file: BinaryIO) -> bool:
    """
    Refuse what unfolds too far; otherwise say whether there are formulas.

    Python's zipfile reads no more of a part than its directory declares, so that the declared sizes can be trusted.
    """
    file.seek(0)
    has_formulas = False
    with zipfile.ZipFile(file) as archive:
        parts = archive.infolist()
        if sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
            message = _("The workbook unpacks to more than %(limit)s MB.")
            raise Unreadable(message % {"limit": MAX_UNPACKED_BYTES >> 20})
        for part in parts:
            if not part.filename.endswith((".xml", ".rels")):
                continue
            with archive.open(part) as content:
                before = b""
                while chunk := content.read(CHUNK):
                    # Entities are how a small XML document grows without end; UTF-16 would hide them from us.
                    if FORBIDDEN.search(before + chunk) or (not before and b"\0" in chunk[:4]):
                        raise Unreadable(_("The workbook holds XML that no spreadsheet program writes."))
                    if "/worksheets/" in part.filename and not has_formulas:
                        has_formulas = bool(FORMULA.search(before + chunk))
                    before = chunk[-16:]
    return has_formulas


def rows_of(file: BinaryIO, *, results: bool) -> Iterator[tuple[Any, ...]]:
    """The rows of the first visible sheet, without the empty cells at their ends; formulas or their results."""
    file.seek(0)
    # A copy in memory or on disk is not needed, but each reader needs a position of its own.
    workbook = load_workbook(Window(file), read_only=True, data_only=results, keep_links=False)
    sheet = next((sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"), None)
    if sheet is None:
        raise Unreadable(_("The workbook has no visible sheet."))
    # The size that a file declares for its sheet is often wrong.
    sheet.reset_dimensions()
    # One column more than allowed, so that too many are seen and not cut off.
    for row in sheet.iter_rows(max_col=MAX_COLUMNS + 1):
        width = len(row)
        while width and row[width - 1] is EMPTY_CELL:
            width -= 1
        yield row[:width]


def refuse_formulas_without_result(formulas: tuple[Any, ...], results: tuple[Any, ...], number: int) -> None:
    """A formula that was never calculated would read as an empty cell."""
    empty: Any = EMPTY_CELL
    for formula, result in zip_longest(formulas, results, fillvalue=empty):
        if formula.data_type == "f" and result.value is None:
            message = _("The formula has no result yet. Open the file in Excel, save it, and try again.")
            raise Unreadable(message, number, formula.coordinate)


def text_of(cell: Any, number: int) -> str:
    """What the cell shows, as far as it matters here: whole numbers without ".0", dates as YYYY-MM-DD."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        if value in ERRORS:
            message = _("The cell shows the error %(value)s instead of a value.")
            raise Unreadable(message % {"value": value}, number, cell.coordinate)
        return value
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    # A format of zeros alone is how a sheet shows the leading ones of an identifier.
    if isinstance(value, int) and value >= 0 and cell.number_format and not cell.number_format.strip("0"):
        return str(value).zfill(len(cell.number_format))
    return str(value)


class Window(io.RawIOBase):
    """A file's bytes from a position of its own, so that two readers of one file don't disturb each other."""

    def __init__(self, file: BinaryIO):
        self.file = file
        self.position = 0

    def readable(self):
        return True

    def seekable(self):
        return True

    def tell(self):
        return self.position

    def seek(self, offset, whence=io.SEEK_SET):
        if whence == io.SEEK_SET:
            self.position = offset
        elif whence == io.SEEK_CUR:
            self.position += offset
        else:
            self.position = self.file.seek(offset, whence)
        return self.position

    def read(self, size=-1):
        self.file.seek(self.position)
        data = self.file.read(size)
        self.position = self.file.tell()
        return data
