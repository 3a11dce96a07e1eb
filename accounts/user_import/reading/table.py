"""Table of people in a file: on which sheet and below which line it begins, and how it is written."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice
from typing import BinaryIO

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.user_import.problems import Problem, Unreadable
from audit.reading import visible

from . import encodings, headings, kinds, text, xlsx
from .files import Line, Source, identify, limited
from .headings import FIRST_ROWS, Recognise

SAMPLE_ROWS = 200
SAMPLES = 3
MAX_SAMPLE = 60  # characters
MAX_BEGINNING = 4 << 20  # characters of the first rows, which are kept in memory
MAX_SHOWN = 60  # characters
NAMED_SHEETS = 3


@dataclass(frozen=True, slots=True)
class Layout:
    """
    The place of a table in its file, and how it is written. What is None is found without help.

    sheet: the name of a visible sheet; None in text. encoding: one of encodings.KNOWN; None in a workbook.
    """

    sheet: str | None = None
    headings_line: int | None = None
    separator: str | None = None
    encoding: str | None = None


@dataclass(slots=True)
class Table:
    """
    The table of people in a file.

    layout: as it was found, complete enough to read the file again. lines: the rows below the headings; close it,
    because it may hold a child process. remarks: what was left out or assumed; reading `lines` to the end may add some.
    samples: the first values of each column.
    """

    source: Source
    layout: Layout
    headings: Line
    lines: Generator[Line, None, None]
    remarks: list[Problem]
    samples: list[list[str]]


def open_table(file: BinaryIO, name: str, *, recognise: Recognise, layout: Layout = Layout()) -> Table:
    """
    Find the table in a file, and return it with its headings.

    file: opened for reading bytes, seekable. recognise: returns how many of the cells are known headings. layout: what
    a person has decided. Raise Unreadable if there is no table; `lines` raises it if reading stops half-way.
    """
    source, is_utf8 = identify(file, name)
    remarks: list[Problem] = []
    if kinds.is_archive(file):
        layout, rows = open_sheet(file, layout, recognise, remarks)
    else:
        layout, rows = open_text(file, layout, recognise, remarks, is_utf8=is_utf8)
    lines = limited(rows)
    try:
        return table_of(source, layout, lines, recognise, remarks)
    except BaseException:
        lines.close()
        raise


def reread(file: BinaryIO, layout: Layout) -> Generator[Line, None, None]:
    """
    Yield the rows below the headings again, the rows that `Table.lines` leaves out among them.

    layout: the one that open_table found. Close the iterator, because it may hold a child process.
    """
    if kinds.is_archive(file):
        rows = xlsx.lines(file, layout.sheet)
    else:
        rows = text.rows(file, text.form_of(file, layout.encoding or "utf-8", layout.separator))
    with closing(limited(rows)) as lines:
        for line in lines:
            if line.number > (layout.headings_line or 0):
                yield line


def open_text(
    file: BinaryIO, layout: Layout, recognise: Recognise, remarks: list[Problem], *, is_utf8: bool
) -> tuple[Layout, Generator[tuple[int, list[str]], None, None]]:
    """Return the layout of a text file with its separator and encoding, and its rows."""
    encoding = layout.encoding or encodings.guess(file, is_utf8=is_utf8)
    if encoding not in encodings.KNOWN:
        raise Unreadable(_("The encoding “%(name)s” is not known here.") % {"name": visible(encoding[:MAX_SHOWN])})
    if layout.separator is not None and (len(layout.separator) != 1 or layout.separator in text.NO_SEPARATORS):
        raise Unreadable(_("A separator is a single character, and neither a quotation mark nor the end of a line."))

    def judge(rows: list[list[str]]) -> int:
        found = headings.find([Line(0, cells) for cells in rows], recognise)
        return found.recognised if found else 0

    form = text.form_of(file, encoding, layout.separator, judge)
    if layout.encoding is None:
        remarks += encoding_remarks(encoding)
    if layout.separator is None and form.separator not in ",;\t":
        message = _("The columns are separated by “%(separator)s”.")
        remarks.append(Problem(None, "", message % {"separator": form.separator}))
    return replace(layout, sheet=None, separator=form.separator, encoding=encoding), text.rows(file, form)


def encoding_remarks(encoding: str) -> list[Problem]:
    """Return what to say about an encoding that was assumed, because it may be wrong."""
    label = encodings.LABELS[encoding.removeprefix(encodings.MIXED)]
    if encoding.startswith(encodings.MIXED):
        message = _("Some lines are UTF-8 and others %(encoding)s: each was read as it is written. Check the accents.")
    elif encoding in encodings.ONE_BYTE[1:]:
        message = _("The text was read as %(encoding)s. Check the accents, or save the file as UTF-8.")
    else:
        return []
    return [Problem(None, "", message % {"encoding": label})]


def open_sheet(
    file: BinaryIO, layout: Layout, recognise: Recognise, remarks: list[Problem]
) -> tuple[Layout, Generator[tuple[int, list[str]], None, None]]:
    """Return the layout of a workbook with its sheet, and the rows of this sheet."""
    name = layout.sheet
    if name is None:
        names: list[str] = []
        best = (0, 0)
        with closing(xlsx.beginnings(file)) as sheets:
            for sheet in sheets:
                names.append(sheet.name)
                found = headings.find([Line(number, cells) for number, cells in sheet.rows], recognise)
                if found and found.weight > best:
                    name, best = sheet.name, found.weight
        if name is None and names:
            name = names[0]
        if len(names) > 1:
            remarks.append(Problem(None, "", sheet_remark(name or "", [other for other in names if other != name])))

    def tell_hidden(count: int) -> None:
        if count:
            message = ngettext(
                "%(count)s row of the sheet is hidden. It is read like the others.",
                "%(count)s rows of the sheet are hidden. They are read like the others.",
                count,
            )
            remarks.append(Problem(None, "", message % {"count": count}))

    return replace(layout, sheet=name, separator=None, encoding=None), xlsx.lines(file, name, tell_hidden)


def sheet_remark(name: str, others: list[str]) -> str:
    """Return the sentence about the sheet that is read, and the others that are not."""
    shown = ", ".join(f"“{visible(other[:MAX_SHOWN])}”" for other in others[:NAMED_SHEETS])
    names = {"name": visible(name[:MAX_SHOWN]), "others": shown, "count": len(others) - NAMED_SHEETS}
    if len(others) > NAMED_SHEETS:
        return _("The sheet “%(name)s” is read. Not read: %(others)s and %(count)s more.") % names
    return _("The sheet “%(name)s” is read. Not read: %(others)s.") % names


def table_of(
    source: Source, layout: Layout, lines: Generator[Line, None, None], recognise: Recognise, remarks: list[Problem]
) -> Table:
    """Return the table in these lines of the chosen sheet or text."""
    first, error = first_rows(lines)
    if not first:
        raise error or Unreadable(_("The file is empty."))
    if layout.headings_line is None:
        found = headings.find(first, recognise)
        if found is None:
            raise error or no_headings(first, recognise)
        place = found.place
    else:
        place = next((place for place, line in enumerate(first) if line.number == layout.headings_line), -1)
        if place < 0:
            message = _("Line %(line)s can't be the headings: it is empty, missing or too far down.")
            raise Unreadable(message % {"line": layout.headings_line})
    head = first[place]
    if place:
        remarks.append(Problem(None, "", above_remark(first[0].number, head.number - 1)))
    if head.doubt:
        remarks.append(Problem(head.number, "", head.doubt))
    place += 1
    if place < len(first) and headings.is_label_row(head.cells, first[place].cells, recognise):
        message = _("Line %(line)s repeats the headings and is not read.")
        remarks.append(Problem(None, "", message % {"line": first[place].number}))
        place += 1
    below = first[place:]
    return Table(
        source,
        replace(layout, headings_line=head.number),
        head,
        rows_below(head, below, lines, error, remarks),
        remarks,
        samples_of(len(head.cells), below[:SAMPLE_ROWS]),
    )


def first_rows(lines: Iterator[Line]) -> tuple[list[Line], Unreadable | None]:
    """Return the first rows, and why reading stopped among them, or None."""
    first: list[Line] = []
    size = 0
    try:
        for line in islice(lines, FIRST_ROWS + SAMPLE_ROWS + 1):
            first.append(line)
            size += sum(map(len, line.cells))
            if size > MAX_BEGINNING:
                break
    except Unreadable as error:
        return first, error
    return first, None


def rows_below(
    head: Line, first: list[Line], lines: Generator[Line, None, None], error: Unreadable | None, remarks: list[Problem]
) -> Generator[Line, None, None]:
    """Yield the rows below the headings, without those that repeat them, as lists of several pages do."""
    repeated: list[int] = []
    with closing(lines):
        for part in (first, lines):
            for line in part:
                if line.cells == head.cells:
                    repeated.append(line.number)
                    continue
                yield line
            if error:
                raise error
    if repeated:
        message = ngettext(
            "%(count)s more line repeats the headings and is not read: line %(line)s.",
            "%(count)s more lines repeat the headings and are not read, the first is line %(line)s.",
            len(repeated),
        )
        remarks.append(Problem(None, "", message % {"count": len(repeated), "line": repeated[0]}))


def samples_of(width: int, rows: Sequence[Line]) -> list[list[str]]:
    """Return the first different values of each column."""
    samples: list[list[str]] = [[] for _column in range(width)]
    for line in rows:
        for found, cell in zip(samples, line.cells, strict=False):
            value = cell.strip()[:MAX_SAMPLE]
            if len(found) < SAMPLES and value and value not in found:
                found.append(value)
    return samples


def above_remark(first: int, last: int) -> str:
    """Return the sentence about the lines above the headings."""
    if first == last:
        return _("Line %(line)s is above the headings and is not read.") % {"line": first}
    return _("Lines %(first)s to %(last)s are above the headings and are not read.") % {"first": first, "last": last}


def no_headings(first: list[Line], recognise: Recognise) -> Unreadable:
    """Return the refusal of rows without headings: what stands in the first one, and which one comes closest."""
    said = {
        "line": first[0].number,
        "text": visible(" ".join(" ".join(first[0].cells).split())[:MAX_SHOWN]),
        "count": FIRST_ROWS,
    }
    for line in first[FIRST_ROWS:]:
        if recognise(line.cells) > 1 and not headings.looks_like_data(line.cells):
            message = _(
                "There are no headings in the first %(count)s lines. Line %(line)s says “%(text)s”. "
                "Line %(other)s looks like headings: remove the lines above it."
            )
            return Unreadable(message % {**said, "other": line.number})
    message = _(
        "There are no headings in the first %(count)s lines. Line %(line)s says “%(text)s”. "
        "Put a line above the people that names each column, such as “Employee ID” and “Email”."
    )
    return Unreadable(message % said)
