"""Rows of text files: CSV in many spellings, lists with frames of lines, and records with an end of their own."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext as _

from accounts.user_import.limits import MAX_ROW_CHARACTERS
from accounts.user_import.problems import Unreadable

from .encodings import Text, opened, undecodable

SEPARATORS = (",", ";", "\t", "|")
CHUNK = 1 << 20
SAMPLE = 1 << 16  # characters from which the separator is told
SAMPLE_ROWS = 50
# The optional first line that tells Excel the separator.
SEPARATOR_LINE = re.compile(r'^\ufeff?"?sep=(.)"?\s*$', re.IGNORECASE)
NO_SEPARATORS = frozenset('"\r\n\0')
# The end of each record in files of SuccessFactors Learning; a record may hold line breaks.
RECORD_END = "!##!"
RULER = "-+|=_: \t"
# Returns how much speaks for a separator, given the first rows that it makes.
Judge = Callable[[list[list[str]]], int]


@dataclass(frozen=True, slots=True)
class Form:
    """
    The way in which the rows of a text file are written.

    skipped: the number of lines before the first row. is_framed: each row stands between two separators, as in lists of
    SAP. has_record_ends: each row ends with RECORD_END.
    """

    encoding: str
    separator: str
    skipped: int = 0
    is_framed: bool = False
    has_record_ends: bool = False


def no_judgement(rows: list[list[str]]) -> int:
    """Return that nothing speaks for this separator but the number of its columns."""
    return 0


def form_of(file: BinaryIO, encoding: str, separator: str | None = None, judge: Judge = no_judgement) -> Form:
    """Return how the rows are written. separator: the one that a person named, or None."""
    lines = sample(file, encoding)
    declared = SEPARATOR_LINE.match(lines[0]) if lines else None
    if declared:
        lines = lines[1:]
    skipped = 1 if declared else 0
    filled = [line.strip() for line in lines if line.strip()]
    has_record_ends = sum(line.endswith(RECORD_END) for line in filled) * 2 > len(filled)
    separator = separator or (declared[1] if declared and declared[1] not in NO_SEPARATORS else None)
    if separator in (None, "|") and is_framed(filled):
        return Form(encoding, "|", skipped, is_framed=True, has_record_ends=has_record_ends)
    if separator is None:
        if has_record_ends:
            lines = [line.replace(RECORD_END, "") for line in lines]
        # Of equal separators the first counts.
        separator = max(SEPARATORS, key=lambda each: evidence(lines, each, judge))
    return Form(encoding, separator, skipped, has_record_ends=has_record_ends)


def sample(file: BinaryIO, encoding: str) -> list[str]:
    """Return the first lines of the text; the last one may be cut."""
    text = opened(file, encoding)
    lines: list[str] = []
    size = 0
    try:
        while size < SAMPLE and len(lines) < SAMPLE_ROWS and (line := text.readline(SAMPLE - size)):
            lines.append(line)
            size += len(line)
    except UnicodeError as error:
        raise undecodable(file, encoding) from error
    finally:
        text.detach()
    return lines


def evidence(lines: list[str], separator: str, judge: Judge) -> tuple[int, int]:
    """Return how much speaks for a separator: first the judgement, then how many cells stand in rows of one width."""
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True)
    try:
        rows = [cells for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error:
        return 0, 0
    widths = [len(cells) for cells in rows]
    return judge(rows), max((widths.count(width) * (width - 1) for width in set(widths)), default=0)


def is_framed(lines: list[str]) -> bool:
    """Return whether most lines with a pipe stand in a frame: they begin and end with it."""
    piped = [line for line in lines if "|" in line]
    return len(piped) > 1 and sum(line[0] == line[-1] == "|" for line in piped) * 5 > len(piped) * 4


def rows(file: BinaryIO, form: Form) -> Generator[tuple[int, list[str]], None, None]:
    """Yield the rows of a text file, each with the number of the line on which it begins."""
    text = opened(file, form.encoding)
    reached = form.skipped
    try:
        for _line in range(form.skipped):
            text.readline(CHUNK)
        bounded = Records(text, reached) if form.has_record_ends else BoundedRows(text, reached)
        reader = csv.reader(
            bounded,
            delimiter=form.separator,
            skipinitialspace=True,
            strict=True,
            quoting=csv.QUOTE_NONE if form.is_framed else csv.QUOTE_MINIMAL,
        )
        has_rulers = form.separator == "|"
        for cells in reader:
            bounded.length = 0
            if has_rulers:
                cells = without_frame(cells, is_framed=form.is_framed)
            yield reached + 1, cells
            reached = bounded.number
    except RowTooLong as error:
        message = _("The row is longer than %(limit)s characters: is a quotation mark missing?")
        raise Unreadable(message % {"limit": MAX_ROW_CHARACTERS}, reached + 1) from error
    except csv.Error as error:
        message = _("This can't be read from here on: a quotation mark is missing, or one too many (%(error)s).")
        raise Unreadable(message % {"error": error}, reached + 1) from error
    except UnicodeError as error:
        raise undecodable(file, form.encoding) from error
    finally:
        # The caller owns the file, and reads it again or closes it.
        text.detach()


def without_frame(cells: list[str], *, is_framed: bool) -> list[str]:
    """Return the cells without a frame and padding, and nothing for a line that is only drawn."""
    if not "".join(cells).strip(RULER):
        return []
    if is_framed and len(cells) > 1 and not cells[0].strip() and not cells[-1].strip():
        return [cell.strip() for cell in cells[1:-1]]
    return cells


class RowTooLong(Exception):
    """A row has more than MAX_ROW_CHARACTERS characters."""


class BoundedRows:
    """The lines of a text, with a limit on the length of a row. The reader sets `length` to 0 after each row."""

    def __init__(self, text: Text, number: int):
        self.text = text
        self.number = number
        self.length = 0

    def __iter__(self) -> BoundedRows:
        return self

    def __next__(self) -> str:
        line = self.text.readline(MAX_ROW_CHARACTERS + 1)
        if not line:
            raise StopIteration
        self.number += 1
        self.length += len(line)
        if self.length > MAX_ROW_CHARACTERS:
            raise RowTooLong
        return line


class Records(BoundedRows):
    """The records of a text that end with RECORD_END; a line without it belongs to the record that goes on."""

    def __next__(self) -> str:
        parts: list[str] = []
        try:
            while not parts or not parts[-1].endswith(RECORD_END):
                parts.append(super().__next__().rstrip())
        except StopIteration:
            if not any(parts):
                raise
        return " ".join(parts).removesuffix(RECORD_END) + "\n"
