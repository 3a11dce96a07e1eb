"""The row of headings among the first rows of a file or sheet."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .files import Line

FIRST_ROWS = 20  # non-empty rows among which the headings are looked for
# Returns how many of these cells are known headings.
Recognise = Callable[[list[str]], int]
# No part can contain "@", so that a cell of 400,000 of them is searched once.
ADDRESS = re.compile(r"[^\s@]@[^\s@]+\.[^\s@]")
RULER = "-+|=_: \t"


@dataclass(frozen=True, slots=True)
class Found:
    """
    A row that looks like headings: its place among the rows, and what speaks for it.

    recognised: how many of its cells are known headings; 0 if they are too few to count. filled: how many cells it has.
    """

    place: int
    recognised: int
    filled: int

    @property
    def weight(self) -> tuple[int, int]:
        return self.recognised, self.filled


def find(rows: Sequence[Line], recognise: Recognise) -> Found | None:
    """Return the best row of headings among the first rows, or None. The earliest one counts among equals."""
    candidates = rows[:FIRST_ROWS]
    known = [0 if looks_like_data(line.cells) else recognise(line.cells) for line in candidates]
    best = max(range(len(known)), key=lambda place: (known[place], len(filled(candidates[place].cells))), default=0)
    if not known or known[best] < 2:
        return find_unrecognised(rows, known)
    # Of two rows that say the same, the first is the headings, and the second repeats them as labels.
    while best and known[best - 1] >= 2 and repeats(candidates[best - 1].cells, candidates[best].cells):
        best -= 1
    return Found(best, known[best], len(filled(candidates[best].cells)))


def find_unrecognised(rows: Sequence[Line], known: list[int]) -> Found | None:
    """Return the first row with about the most cells that are text, all different, and above a row of its width."""
    found = [
        Found(place, 0, len(filled(rows[place].cells)))
        for place in range(min(len(rows), FIRST_ROWS))
        if looks_like_headings(rows, place, recognised=known[place])
    ]
    most = max((each.filled for each in found), default=0)
    # The headings of a few columns may be missing.
    return next((each for each in found if each.filled * 3 >= most * 2), None)


def looks_like_headings(rows: Sequence[Line], place: int, *, recognised: int = 0) -> bool:
    """Return whether a row that nobody knows looks like headings. recognised: how many of its cells are known."""
    cells = filled(rows[place].cells)
    plain = {letters_of(cell) for cell in cells}
    if len(plain) < len(cells) or "" in plain or any(cell.replace(" ", "").isdigit() for cell in plain):
        return False
    if looks_like_data(cells):
        return False
    if len(cells) < 2:
        return len(cells) == recognised
    below = rows[place + 1 : place + 2]
    return not below or (width(below[0].cells) > 1 and width(below[0].cells) <= width(rows[place].cells))


def is_label_row(headings: list[str], below: list[str], recognise: Recognise) -> bool:
    """Return whether the row below the headings is none of people: it repeats them as labels, or is a drawn line."""
    if not "".join(below).strip(RULER):
        return True
    if looks_like_data(below):
        return False
    known = recognise(below)
    return repeats(headings, below) or (known >= 2 and known * 2 > len(filled(below)))


def repeats(first: list[str], second: list[str]) -> bool:
    """Return whether at least a third of the cells of two rows of one width are the same word."""
    if width(first) != width(second):
        return False
    pairs = [(letters_of(one), letters_of(other)) for one, other in zip(first, second, strict=False)]
    same = sum(one == other != "" for one, other in pairs)
    return same >= 2 and same * 3 >= len(filled(second))


def looks_like_data(cells: list[str]) -> bool:
    """Return whether a cell is an email address, which no heading is."""
    return any(ADDRESS.search(cell) for cell in cells)


def filled(cells: list[str]) -> list[str]:
    """Return the cells that hold something."""
    return [cell for cell in cells if cell.strip()]


def width(cells: list[str]) -> int:
    """Return the number of cells without trailing empty ones."""
    return next((place + 1 for place in reversed(range(len(cells))) if cells[place].strip()), 0)


def letters_of(cell: str) -> str:
    """Return the letters and digits of a cell in lower case, so that "First name" and FIRSTNAME are equal."""
    return "".join(letter for letter in cell.casefold() if letter.isalnum())
