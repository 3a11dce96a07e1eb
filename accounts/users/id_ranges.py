"""Ids as one short text, such as "1-5,8,10-99": which users an export held."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator


def compact(ids: Iterable[int]) -> tuple[str, int]:
    """Return the ids, which come in ascending order, as a text of ranges, and their number; hold only the text."""
    parts: list[str] = []
    first = last = None
    count = 0
    for number in ids:
        count += 1
        if first is None or last is None or number != last + 1:
            if first is not None:
                parts.append(spelled(first, last))
            first = number
        last = number
    if first is not None:
        parts.append(spelled(first, last))
    return ",".join(parts), count


def spelled(first: int, last: int | None) -> str:
    return str(first) if first == last else f"{first}-{last}"


def bounds(part: str) -> tuple[int, int]:
    """Return the first and the last id of a range; raise ValueError if the text is none."""
    first, _dash, last = part.partition("-")
    return int(first), int(last or first)


def contains(text: str, number: int) -> bool:
    """Return whether a text of `compact` holds the id; raise ValueError if somebody else wrote the text."""
    parts = text.split(",") if text else []
    place = bisect_right(parts, number, key=lambda part: bounds(part)[0])
    return place > 0 and number <= bounds(parts[place - 1])[1]


def members(text: str, *, after: int = 0) -> Iterator[int]:
    """Yield every id of a text of `compact` that is greater than `after`, in ascending order."""
    parts = text.split(",") if text else []
    begin = max(bisect_right(parts, after, key=lambda part: bounds(part)[0]) - 1, 0)
    for part in parts[begin:]:
        first, last = bounds(part)
        yield from range(max(first, after + 1), last + 1)
