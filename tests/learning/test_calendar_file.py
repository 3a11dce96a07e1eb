"""The calendar file of an event follows RFC 5545, whatever its texts hold."""

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.urls import reverse
from hypothesis import example, given
from hypothesis import strategies as st

from learning.calendar_file import calendar_of, escaped, folded
from tests.support.assumed import sign_in
from tests.support.learning_factories import make_event

pytestmark = pytest.mark.django_db
ADDRESS = "https://learning.example/events/7/"


def unfolded(text):
    """Return the properties of a file: folded lines are joined again, as RFC 5545 says in 3.1."""
    assert text.endswith("\r\n")
    return text.replace("\r\n ", "").split("\r\n")[:-1]


def read(text):
    """Return a text as a calendar reads it (3.3.11)."""
    return re.sub(r"\\([\\;,nN])", lambda found: "\n" if found[1] in "nN" else found[1], text)


def test_lena_stores_an_event_in_her_calendar(client, lena, max_, settings):
    at = datetime(2030, 1, 15, 18, 0, tzinfo=timezone(timedelta(hours=1)))
    event = make_event("Latte; art, night", place="Roastery\nBack door", starts_at=at, ends_at=at + timedelta(hours=2))
    event.register(max_)
    sign_in(client, lena)
    response = client.get(reverse("event_calendar", args=[event.pk]))
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert response.headers["Content-Disposition"] == f'attachment; filename="event-{event.pk}.ics"'
    lines = unfolded(response.content.decode())
    assert lines[:4] == ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Standin//Events//EN", "METHOD:PUBLISH"]
    for line in (
        "DTSTART:20300115T170000Z", "DTEND:20300115T190000Z", r"SUMMARY:Latte\; art\, night",
        r"LOCATION:Roastery\nBack door", f"URL:{settings.SITE_URL}/events/{event.pk}/",
    ):  # fmt: skip
        assert line in lines, line
    assert lines[-2:] == ["END:VEVENT", "END:VCALENDAR"]
    assert "Max" not in response.content.decode()
    assert "Lena" not in response.content.decode()


def test_the_identifier_stays_and_the_stamp_is_now(lena):
    event = make_event()
    for _time in range(2):
        lines = unfolded(calendar_of(event, address=ADDRESS))
        assert f"UID:event-{event.pk}@learning.example" in lines
        [stamp] = [line for line in lines if line.startswith("DTSTAMP:")]
        at = datetime.strptime(stamp, "DTSTAMP:%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        assert at.tzinfo == UTC


@example("Back door\nBEGIN:VALARM\r\nand\rmore")
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=300))
def test_no_text_begins_a_property_of_its_own(text):
    line = f"SUMMARY:{escaped(text)}"
    assert "\r" not in line
    assert "\n" not in line
    said = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", "", text.replace("\r\n", "\n").replace("\r", "\n"))
    assert read(line.removeprefix("SUMMARY:")) == said


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=400))
def test_every_line_is_folded_at_75_octets_and_joined_again_is_the_same(text):
    parts = list(folded(text))
    assert all(len(part.encode()) <= 75 for part in parts)
    assert parts[0] + "".join(part[1:] for part in parts[1:]) == text
    assert all(part.startswith(" ") for part in parts[1:])
