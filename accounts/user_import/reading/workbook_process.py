"""
Program that reads an Excel workbook (.xlsx), in a process with limits of memory and time.

It uses neither Django nor settings nor a database. Standard input is the workbook; the argument is the limits as JSON,
with either `sheet` (the name of the sheet to read, or null for the first visible one) or `beginnings` (the number of
rows to read of each visible sheet, so that the parent can choose one).
Standard output has one JSON value per line: `{"sheet": name, "hidden": number of hidden rows}` before the rows of a
sheet, `[row number, [text of each cell]]`, and finally either `"end"` or
`{"refused": why, "row": number or null, "cell": "B2" or "", "value": error value or ""}`.
"""

from __future__ import annotations

import datetime
import io
import json
import os
import re
import sys
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from itertools import islice, zip_longest
from pyexpat import errors
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError, fromstring

try:
    import resource
except ImportError:  # not Unix: only the parent's limits of time and output apply
    resource = None  # type: ignore[assignment]

CHUNK = 1 << 20
LAST_ROW = 1_048_576  # the last row of an Excel sheet
MAX_PARTS = 10_000
# Real lists of people compress by a factor of 10 to 30. A part with a higher factor than this is a zip bomb.
MAX_RATIO = 200
MAX_SMALL_PART = 10 << 20  # bytes; smaller parts may have any compression factor
FORBIDDEN = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
FORMULA = re.compile(rb"<(\w+:)?f[ />]")
HIDDEN_ROW = re.compile(rb'<(?:\w+:)?row\b[^<>]*\shidden="(?:1|true)"(?:[^<>]*[^<>/])?>')
MAX_ROW_TAG = 2_000  # bytes
MAX_SHEETS = 30  # sheets among which the headings are looked for
MAX_NAME = 100  # characters of the name of a sheet
LAST_FIRST_ROW = 2_000  # the last row in which headings are looked for
MAX_FIRST_CELL = 200  # characters of a cell among these rows
ERRORS = frozenset({"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"})
# The exit code; it is also Python's own, if memory runs out again while the first error is handled.
OUT_OF_MEMORY = 1


class Refused(Exception):
    """The workbook is refused; `why` is a word that the parent process turns into a sentence."""

    def __init__(self, why: str, row: int | None = None, cell: str = "", value: str = ""):
        super().__init__(why)
        self.answer = {"refused": why, "row": row, "cell": cell, "value": value}


def main() -> None:
    """Read the workbook on standard input and write its rows to standard output, one JSON value per line."""
    limits = json.loads(sys.argv[1])
    limit_this_process(memory=limits["memory"], seconds=limits["seconds"])
    output = sys.stdout.buffer
    try:
        said = beginnings(sys.stdin.buffer, limits) if "beginnings" in limits else lines(sys.stdin.buffer, limits)
        for value in said:
            output.write(json.dumps(value, separators=(",", ":")).encode() + b"\n")
        answer: Any = "end"
    except Refused as refused:
        answer = refused.answer
    except Exception as error:
        if is_out_of_memory(error):
            os._exit(OUT_OF_MEMORY)  # there may be no memory left for an answer
        # A broken or hostile file makes zipfile, zlib, expat and openpyxl raise undocumented exceptions.
        answer = Refused("unreadable").answer
    output.write(json.dumps(answer).encode() + b"\n")
    output.flush()
    os._exit(0)  # a normal exit would need time, and memory that may be used up


def limit_this_process(*, memory: int, seconds: int) -> None:
    """Limit this process. memory: bytes of address space. seconds: CPU time, after which SIGXCPU ends the process."""
    if resource is None:
        return
    for name, limit in {"RLIMIT_AS": memory, "RLIMIT_CPU": seconds, "RLIMIT_CORE": 0, "RLIMIT_FSIZE": 0}.items():
        try:
            which = getattr(resource, name)
            resource.setrlimit(which, (limit, resource.getrlimit(which)[1] if name == "RLIMIT_CPU" else limit))
        except (AttributeError, ValueError, OSError):
            continue  # some systems lack some limits


def is_out_of_memory(error: BaseException | None) -> bool:
    """Return whether this error or one of its causes is a lack of memory."""
    while error is not None:
        # SystemError: an extension module that gets no memory may forget to say so.
        if isinstance(error, MemoryError | SystemError) or (
            isinstance(error, ParseError) and error.code == errors.codes[errors.XML_ERROR_NO_MEMORY]
        ):
            return True
        if isinstance(error, zlib.error) and str(error).startswith("Error -4 "):
            return True
        error = error.__cause__ or error.__context__
    return False


def lines(file: BinaryIO, limits: dict[str, Any]) -> Iterator[Any]:
    """Yield the rows of one visible sheet, each with its number. Raise Refused if it can't be read."""
    has_formulas, hidden_rows = inspect(file, limits["unpacked"])
    from openpyxl import load_workbook  # imported late, because the import is slow and the archive may be invalid

    wanted = limits.get("sheet")
    sheet = sheet_of(load_workbook, file, wanted, results=True)
    yield {"sheet": name_of(sheet), "hidden": hidden_rows[sheet._worksheet_path.lstrip("/")]}
    columns = limits["columns"]
    formulas = rows_of(sheet_of(load_workbook, file, wanted, results=False), columns) if has_formulas else None
    for number, row in enumerate(rows_of(sheet, columns), start=1):
        if number > LAST_ROW:
            raise Refused("rows", number)
        if formulas is not None:
            refuse_formulas_without_result(next(formulas), row, number)
        if row:  # a large row number makes openpyxl yield that many empty rows
            # One character more than the limit, so that the parent sees that a cell is too long.
            yield number, [text_of(cell, number)[: limits["cell"] + 1] for cell in row]


def beginnings(file: BinaryIO, limits: dict[str, Any]) -> Iterator[Any]:
    """Yield each visible sheet, and its first rows if there are several. Raise Refused if they can't be read."""
    if name := only_sheet(file):
        yield {"sheet": name, "hidden": 0}
        return
    inspect(file, limits["unpacked"])
    from openpyxl import load_workbook

    sheets = visible_sheets(load_workbook, file, results=True)
    for sheet in sheets[:MAX_SHEETS]:
        yield {"sheet": name_of(sheet), "hidden": 0}
        left = limits["beginnings"]
        for number, row in enumerate(islice(rows_of(sheet, limits["columns"]), LAST_FIRST_ROW), start=1):
            if not any(cell.value not in (None, "") for cell in row):
                continue
            yield number, [str("" if cell.value is None else cell.value)[:MAX_FIRST_CELL] for cell in row]
            left -= 1
            if not left:
                break


def only_sheet(file: BinaryIO) -> str:
    """Return the name of the only sheet, or "": a list of sheets is read at once, unlike the sheets."""
    with zipfile.ZipFile(file) as archive:
        part = archive.NameToInfo.get("xl/workbook.xml")
        content = archive.read(part) if part and part.file_size <= CHUNK else b""
    if not content or FORBIDDEN.search(content) or b"\0" in content[:4]:
        return ""
    # Without entities, which FORBIDDEN looks for, the size of the document is its limit.
    sheets = [each for each in fromstring(content).iter() if each.tag.rpartition("}")[2] == "sheet"]  # noqa: S314
    shown = [each.get("name", "") for each in sheets if each.get("state", "visible") == "visible"]
    return shown[0][:MAX_NAME] if len(shown) == 1 else ""


def inspect(file: BinaryIO, max_unpacked: int) -> tuple[bool, Counter[str]]:
    """
    Return whether there are formulas, and the number of hidden rows of each part. Raise Refused if it is unusual.

    Python's zipfile reads no more of a part than its directory declares, so the declared sizes can be trusted.
    """
    has_formulas, hidden_rows = False, Counter[str]()
    with zipfile.ZipFile(file) as archive:
        parts = archive.infolist()
        if sum(part.file_size for part in parts) > max_unpacked:
            raise Refused("unpacked")
        if len(parts) > MAX_PARTS or any(
            part.file_size > max(MAX_SMALL_PART, MAX_RATIO * part.compress_size) for part in parts
        ):
            raise Refused("unusual")
        for part in parts:
            if not part.filename.endswith((".xml", ".rels")):
                continue
            with archive.open(part) as content:
                before, row = b"", b""
                while chunk := content.read(CHUNK):
                    # Entities can expand a small XML document without limit; UTF-16 would hide them from the pattern.
                    if FORBIDDEN.search(before + chunk) or (not before and b"\0" in chunk[:4]):
                        raise Refused("xml")
                    if "/worksheets/" in part.filename:
                        has_formulas = has_formulas or bool(FORMULA.search(before + chunk))
                        hidden_rows[part.filename] += len(HIDDEN_ROW.findall(row + chunk))
                        # The beginning of a row that goes on in the next chunk.
                        row = (row + chunk)[-MAX_ROW_TAG:]
                        row = row[row.rfind(b"<") :] if row.rfind(b"<") > row.rfind(b">") else b""
                    before = chunk[-16:]
    return has_formulas, hidden_rows


def visible_sheets(load_workbook: Any, file: BinaryIO, *, results: bool) -> list[Any]:
    """Return the visible sheets. results: they have values instead of formulas."""
    # No copy of the file is needed, but each reader needs its own position.
    workbook = load_workbook(Window(file), read_only=True, data_only=results, keep_links=False)
    sheets = [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
    if not sheets:
        raise Refused("hidden")
    return sheets


def sheet_of(load_workbook: Any, file: BinaryIO, name: str | None, *, results: bool) -> Any:
    """Return the visible sheet of this name, or the first one."""
    sheets = visible_sheets(load_workbook, file, results=results)
    sheet = sheets[0] if name is None else next((each for each in sheets if name_of(each) == name), None)
    if sheet is None:
        raise Refused("sheet", value=str(name)[:MAX_NAME])
    return sheet


def name_of(sheet: Any) -> str:
    """Return the name of the sheet, cut to a length that no spreadsheet program exceeds."""
    return str(sheet.title)[:MAX_NAME]


def rows_of(sheet: Any, max_columns: int) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a sheet without trailing empty cells."""
    from openpyxl.cell.read_only import EMPTY_CELL

    # The declared size of a sheet is often wrong.
    sheet.reset_dimensions()
    for row in sheet.iter_rows():
        # One column more than the limit, so that the parent sees that there are too many.
        width = min(len(row), max_columns + 1)
        while width and row[width - 1] is EMPTY_CELL:
            width -= 1
        yield row[:width]


def refuse_formulas_without_result(formulas: tuple[Any, ...], results: tuple[Any, ...], number: int) -> None:
    """Raise Refused for a formula that was never calculated, because it would be read as an empty cell."""
    from openpyxl.cell.read_only import EMPTY_CELL

    empty: Any = EMPTY_CELL
    for formula, result in zip_longest(formulas, results, fillvalue=empty):
        if formula.data_type == "f" and result.value is None:
            raise Refused("formula", number, formula.coordinate)


def text_of(cell: Any, number: int) -> str:
    """Return the text of a cell: whole numbers without ".0", dates as YYYY-MM-DD. Raise Refused for an error value."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        if value in ERRORS:
            raise Refused("error", number, cell.coordinate, value)
        return value
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    # A number format of only zeros shows an identifier with leading zeros.
    if isinstance(value, int) and value >= 0 and cell.number_format and not cell.number_format.strip("0"):
        return str(value).zfill(len(cell.number_format))
    return str(value)


class Window(io.RawIOBase):
    """A view of a file with its own position, so that two readers of one file don't disturb each other."""

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


if __name__ == "__main__":
    main()
