"""Excel workbooks (.xlsx), read row by row in a separate process, so that a hostile file only harms that process."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copyfileobj
from threading import Timer
from typing import IO, Any, BinaryIO

from django.utils.translation import gettext as _

from accounts.user_import.limits import MAX_BYTES, MAX_CELL, MAX_COLUMNS, MAX_UNPACKED_BYTES
from accounts.user_import.problems import Unreadable
from audit.reading import visible

PROGRAM = Path(__file__).with_name("workbook_process.py")
OUT_OF_MEMORY = 1  # exit code of the process
# Limits of the process: bytes of address space, seconds of CPU time, and seconds of wall-clock time.
MEMORY_BYTES = 768 << 20
CPU_SECONDS = 90
CLOCK_SECONDS = 180
MAX_LINE = MAX_COLUMNS * MAX_CELL * 8
FIRST_ROWS = 30  # non-empty rows of a sheet among which its headings are looked for


@dataclass(slots=True)
class Sheet:
    """A visible sheet: its first rows with their numbers; none if the workbook has no other visible sheet."""

    name: str
    rows: list[tuple[int, list[str]]] = field(default_factory=list)


def lines(
    file: BinaryIO, sheet: str | None = None, tell_hidden: Callable[[int], None] | None = None
) -> Generator[tuple[int, list[str]], None, None]:
    """
    Yield the rows of a visible sheet, each with its number. Raise Unreadable if it can't be read.

    sheet: the name of the sheet; None is the first one. tell_hidden: called with the number of hidden rows, before the
    first row.
    """
    with closing(answers(file, {"sheet": sheet}, CPU_SECONDS, CLOCK_SECONDS)) as said:
        for value in said:
            if isinstance(value, list):
                yield value[0], value[1]
            elif tell_hidden:
                tell_hidden(value["hidden"])


def beginnings(file: BinaryIO) -> Generator[Sheet, None, None]:
    """Yield the visible sheets, each with its first rows, among which its headings are."""
    found: Sheet | None = None
    # Only the beginning is read, so this needs less time than the whole.
    cpu_seconds, clock_seconds = max(1, CPU_SECONDS // 3), max(1, CLOCK_SECONDS // 3)
    with closing(answers(file, {"beginnings": FIRST_ROWS}, cpu_seconds, clock_seconds)) as said:
        for value in said:
            if isinstance(value, list):
                if found:
                    found.rows.append((value[0], value[1]))
                continue
            if found:
                yield found
            found = Sheet(value["sheet"])
    if found:
        yield found


def answers(file: BinaryIO, asked: dict[str, Any], cpu_seconds: int, clock_seconds: int) -> Generator[Any, None, None]:
    """Yield what the process says: a row as [number, cells], and what it knows of a sheet in front of its rows."""
    limits = {
        "memory": MEMORY_BYTES,
        "seconds": cpu_seconds,
        "unpacked": MAX_UNPACKED_BYTES,
        "columns": MAX_COLUMNS,
        "cell": MAX_CELL,
        **asked,
    }
    with tempfile.TemporaryFile() as copy:
        file.seek(0)
        copyfileobj(file, copy)
        copy.seek(0)
        # Isolated and without environment, so that it inherits no secret and no access to the database.
        process = subprocess.Popen(
            [sys.executable, "-I", str(PROGRAM), json.dumps(limits)],
            stdin=copy,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
        )
    clock = Timer(clock_seconds, process.send_signal, [signal.SIGXCPU])
    clock.daemon = True
    clock.start()
    assert process.stdout is not None
    try:
        yield from rows(process.stdout)
        raise Unreadable(why_ended(process.wait()))
    except EndOfSheet:
        return
    finally:
        clock.cancel()
        process.kill()
        process.stdout.close()
        process.wait()


class EndOfSheet(Exception):
    """The last row has been read."""


def rows(output: IO[bytes]) -> Generator[Any, None, None]:
    """Yield what the process writes. Raise EndOfSheet at its end, Unreadable if the process refuses."""
    size = 0
    while line := output.readline(MAX_LINE):
        size += len(line)
        # The whole text has the limit of a text file, because cells can share strings inside the workbook.
        if len(line) == MAX_LINE or size > MAX_BYTES:
            raise Unreadable(_("The workbook contains more than %(limit)s MB of text.") % {"limit": MAX_BYTES >> 20})
        if not line.endswith(b"\n"):
            return
        said = json.loads(line)
        if said == "end":
            raise EndOfSheet
        if isinstance(said, dict) and "refused" in said:
            raise Unreadable(sentence(said), said["row"], said["cell"])
        yield said


def sentence(said: dict[str, Any]) -> str:
    """Return the sentence for the user about a refusal of the process."""
    match said["refused"]:
        case "unpacked":
            return _("The workbook unpacks to more than %(limit)s MB.") % {"limit": MAX_UNPACKED_BYTES >> 20}
        case "unusual":
            return _("The workbook is packed in a way that no spreadsheet program packs a list of people.")
        case "xml":
            return _("The workbook contains XML that no spreadsheet program writes.")
        case "hidden":
            return _("The workbook has no visible sheet.")
        case "sheet":
            return _("The workbook has no visible sheet “%(name)s”.") % {"name": visible(said["value"])}
        case "rows":
            return _("The sheet has more rows than Excel allows.")
        case "formula":
            return _("The formula has no result yet. Open the file in Excel, save it, and try again.")
        case "error":
            return _("The cell shows the error %(value)s instead of a value.") % {"value": said["value"]}
        case _:
            return _("The file is not a readable Excel workbook (.xlsx).")


def why_ended(code: int) -> str:
    """Return why the process ended early. code: its exit code, negative if a signal ended it."""
    if code == -signal.SIGXCPU:
        return _("The workbook takes longer to read than a list of people should: save it as .csv.")
    if code in (OUT_OF_MEMORY, -signal.SIGKILL):  # the kernel kills processes when the machine is out of memory
        return _("The workbook needs more memory than a list of people should: save it as .csv.")
    return _("The file is not a readable Excel workbook (.xlsx).")
