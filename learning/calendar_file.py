"""
An event as a calendar file: iCalendar, RFC 5545.

The RFC says: lines end with CRLF and have at most 75 octets, longer ones are folded (3.1); in texts a backslash, a
comma, a semicolon and a line break are escaped (3.3.11); times in UTC end with Z (3.3.5); a calendar has PRODID and
VERSION (3.6), an event UID and DTSTAMP (3.6.1).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.utils import timezone

if TYPE_CHECKING:
    from learning.models import Event

MOST_OCTETS = 75
# Control characters are no part of a text (3.1); a tab is.
NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def calendar_of(event: Event, *, address: str) -> str:
    """Return the calendar file of an event. address: its page, whose host makes the identifier unique."""
    return "".join(f"{part}\r\n" for line in lines(event, address) for part in folded(line))


def lines(event: Event, address: str) -> Iterator[str]:
    """Yield the lines of the file, before they are folded."""
    yield "BEGIN:VCALENDAR"
    yield "VERSION:2.0"
    yield "PRODID:-//Standin//Events//EN"
    yield "METHOD:PUBLISH"
    yield "BEGIN:VEVENT"
    yield f"UID:event-{event.pk}@{urlsplit(address).hostname or 'standin'}"
    yield f"DTSTAMP:{in_utc(timezone.now())}"
    yield f"DTSTART:{in_utc(event.starts_at)}"
    yield f"DTEND:{in_utc(event.ends_at)}"
    yield f"SUMMARY:{escaped(event.title)}"
    if event.place:
        yield f"LOCATION:{escaped(event.place)}"
    said = "\n\n".join(part for part in (event.summary, event.link) if part)
    if said:
        yield f"DESCRIPTION:{escaped(said)}"
    yield f"URL:{address}"
    yield "END:VEVENT"
    yield "END:VCALENDAR"


def in_utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def escaped(text: str) -> str:
    """Return a text in one line, so that nothing in it can begin another property."""
    text = NO_TEXT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", "\\n")


def folded(line: str) -> Iterator[str]:
    """Yield the line in parts of at most MOST_OCTETS octets, cut between characters; a space begins later ones."""
    part = ""
    for sign in line:
        if len((part + sign).encode()) > MOST_OCTETS:
            yield part
            part = " "
        part += sign
    yield part
