"""The state of the feeds, as the import page tells it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.template.loader import render_to_string
from django.utils import timezone

from accounts.models import UserImport
from accounts.user_import.feed_state import feed_state, name_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def ran(at, state="applied", file="staff.csv", problem="", **counts):
    return UserImport.objects.create(
        at=at, state=state, way="feed", file_name=file, feed=name_of(file), problem=problem, counts=counts
    )


def said():
    """Return what the page says, one line for each feed, and its tones."""
    page = render_to_string("accounts/_import_feed.html", {"feeds": feed_state()})
    parts = page.split('<div class="notice stack"')[1:]
    return [" ".join(part.partition(">")[2].replace("<p>", "").replace("</p>", "").split())[:-7] for part in parts]


def tones():
    page = render_to_string("accounts/_import_feed.html", {"feeds": feed_state()})
    return [part.partition('"')[0] for part in page.split('data-tone="')[1:]]


def local(at):
    return timezone.localtime(at).strftime("%-d %b %Y, %H:%M")


def test_without_a_feed_nothing_is_said(django_assert_num_queries):
    UserImport.objects.create(way="page", file_name="staff.csv")
    UserImport.objects.create(way="command", state="stopped", file_name="staff.csv")
    with django_assert_num_queries(1):
        assert feed_state() == []
    assert render_to_string("accounts/_import_feed.html", {"feeds": []}).strip() == ""


def test_a_feed_that_ran_says_when_and_how_many_changed(django_assert_num_queries):
    now = timezone.now()
    ran(now - DAY, "stopped", problem="Gone.")
    ran(now, created=1, updated=2)
    with django_assert_num_queries(2):
        feed_state()
    assert said() == [f"The nightly feed of staff.csv last ran on {local(now)}: applied, 3 changed"]
    assert tones() == ["info"]


def test_a_feed_that_stops_says_since_when_and_why(django_assert_num_queries):
    now = timezone.now()
    ran(now - 5 * DAY, "stopped", problem="Before.")
    ran(now - 4 * DAY)
    for days in (3, 2, 1):
        ran(now - days * DAY, "stopped", problem=f"staff.csv is not there, {days}.")
    with django_assert_num_queries(4):
        feed_state()
    assert said() == [
        f"The nightly feed of staff.csv has stopped since {local(now - 3 * DAY)}: staff.csv is not there, 1."
    ]
    assert tones() == ["warning"]


def test_a_feed_that_never_worked_has_stopped_since_its_first_run():
    now = timezone.now()
    ran(now - DAY, "stopped", problem="Gone.")
    ran(now, "stopped", problem="Gone.")
    assert f"has stopped since {local(now - DAY)}: Gone." in said()[0]


def test_rows_that_are_skipped_and_an_undone_run_are_said():
    now = timezone.now()
    ran(now, created=1, updated=0, rejected=2)
    about = "The person who answers for the feed has a mail about them."
    assert said()[0].endswith(f"1 changed 2 rows were skipped. {about}")
    assert tones() == ["warning"]
    UserImport.objects.update(state="undone", counts={})
    assert said() == [f"The nightly feed of staff.csv last ran on {local(now)}: applied, and undone since"]


@pytest.mark.parametrize(
    ("pauses", "is_silent"),
    [
        ([1, 3.9], False),
        ([1, 4.1], True),
        ([4.1], True),
        ([7, 13], False),
        ([7, 15], True),
    ],
)
def test_a_feed_whose_timer_is_off_is_missed(pauses, is_silent):
    at = timezone.now() - sum(pauses) * DAY
    for pause in pauses:
        ran(at)
        at += pause * DAY
    [state] = feed_state()
    assert state.is_silent == is_silent
    assert ("Ask the operator of the platform whether its timer is on." in said()[0]) == is_silent
    assert tones() == ["warning" if is_silent else "info"]


def test_each_feed_is_said_one_that_is_gone_only_if_no_other_ran_since():
    now = timezone.now()
    ran(now - 40 * DAY, file="old.csv")
    assert [state.run.file_name for state in feed_state()] == ["old.csv"]
    ran(now - DAY, "stopped", file="shops.csv", problem="Gone.")
    ran(now)
    assert [state.run.file_name for state in feed_state()] == ["staff.csv", "shops.csv"]
    assert tones() == ["info", "warning"]


def test_a_day_in_the_name_of_the_file_makes_no_other_feed():
    now = timezone.now()
    for days in (2, 1, 0):
        day = now - days * DAY
        ran(day, "stopped", file=f"staff-{day:%Y-%m-%d}.csv", problem="Late.")
    [state] = feed_state()
    assert state.since == now - 2 * DAY
    assert (name_of("staff-2030-01-31.csv"), name_of("2030")) == ("staff---.csv", "2030")


def test_what_a_file_is_called_stays_text():
    ran(datetime.now(UTC), "stopped", file="<b>.csv", problem="<script>")
    [line] = said()
    assert "&lt;b&gt;.csv" in line
    assert "&lt;script&gt;" in line
