"""The dashboard: what a learner sees first, in their own time, at the same cost however much it is."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from learning.models import (
    Document,
    DocumentAudience,
    Event,
    EventAudience,
    Interaction,
    Module,
    ModuleAudience,
    ModuleProgress,
    Status,
)
from tests.support.assumed import data_queries, log_in_as, sign_in
from tests.support.learning_factories import (
    EVERYONE,
    Kind,
    add_interaction,
    food_safety,
    make_document,
    make_event,
    make_module,
)

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def noon():
    with time_machine.travel(NOON, tick=False):
        yield NOON


def due(days, *, title="Food safety basics", **part):
    return make_module(title, (part or EVERYONE) | {"due_at": timezone.now() + days * DAY})


def status(person, module):
    return Module.objects.with_progress_of(person).get(pk=module.pk).status


def page_of(client, person, name="dashboard"):
    sign_in(client, person)
    response = client.get(reverse(name))
    assert response.status_code == 200
    return response.content.decode()


def headings(page, level):
    return [title.strip() for title in re.findall(rf"<h{level}[^>]*>\s*(?:<a[^>]*>)?([^<]+)", page)]


def test_lena_is_greeted_and_finds_useful_words_where_nothing_is(client, lena):
    page = page_of(client, lena)
    assert headings(page, 1) == ["Hello, Lena"]
    assert "Nothing is assigned to you yet." in page
    assert "No event is planned for you." in page
    assert "No document is here for you." in page


def test_what_is_due_first_comes_first(client, lena, noon):
    make_module("Any time")
    due(30, title="In a month")
    due(2, title="In two days")
    due(-1, title="Yesterday")
    begun = make_module("Begun")
    ModuleProgress.objects.create(user=lena, module=begun)
    page = page_of(client, lena)
    assert headings(page, 3) == ["Yesterday", "In two days", "Begun", "In a month", "Any time"]
    badges = re.findall(r'class="badge" data-tone="(\w*)">([^<]+)<', page)
    assert badges == [
        ("danger", "Overdue"),
        ("warning", "Due soon"),
        ("info", "In progress"),
        ("", "Not started"),
        ("", "Not started"),
    ]
    assert "1 module is overdue." in page


def test_done_modules_are_listed_apart(client, lena):
    module = make_module("Welcome")
    module.submit_for(lena)
    page = page_of(client, lena)
    assert "Everything is done." in page
    assert headings(page, 2)[-1] == "Done: 1 module"


@pytest.mark.parametrize(
    ("days", "expected"),
    [(-0.01, Status.OVERDUE), (0, Status.OVERDUE), (6.9, Status.DUE_SOON), (7.1, Status.NOT_STARTED)],
)
def test_how_close_the_date_is_says_how_it_stands(lena, noon, days, expected):
    assert status(lena, due(days)) == expected


def test_what_was_submitted_late_is_done(lena, noon):
    module = due(-3)
    module.submit_for(lena)
    assert status(lena, module) == Status.DONE


def test_of_several_dates_the_first_that_means_lena_counts(lena, max_, norreport, aarhus, noon):
    module = due(20)
    module.audience.create(department=norreport, due_at=noon + 3 * DAY)
    module.audience.create(department=aarhus, due_at=noon - 3 * DAY)
    assert status(lena, module) == Status.DUE_SOON
    assert status(max_, module) == Status.OVERDUE


def test_the_progress_counts_lenas_answers_only(client, lena, max_):
    module = food_safety()
    hands, illness = module.interactions.all()[:2]
    hands.answer_for(lena, "on")
    for interaction in (hands, illness):
        interaction.answer_for(max_, "on")
    page = re.sub(r"\s+", " ", page_of(client, lena))
    assert '<progress value="1" max="5"' in page
    assert "1 of 5 steps answered" in page
    assert "3 required steps open" in page
    assert '<progress value="2" max="5"' in re.sub(r"\s+", " ", page_of(Client(), max_))


def test_an_event_is_shown_in_the_time_zone_of_the_reader(client, lena, max_):
    starts_at = datetime(2040, 1, 13, 18, tzinfo=UTC)
    make_event(starts_at=starts_at, ends_at=starts_at + timedelta(hours=2))
    User.objects.filter(pk=max_.pk).update(time_zone="America/New_York")
    assert "Friday, 19:00" in page_of(client, lena)
    max_ = User.objects.get(pk=max_.pk)
    assert "Friday, 13:00" in page_of(client, max_)
    in_full = re.sub(r"\s+", " ", page_of(client, max_, "event_list"))
    assert "Friday 13 January, 13:00–15:00</time> (19:00 where it takes place, Europe/Copenhagen)" in in_full
    assert "where it takes place" not in page_of(client, lena, "event_list")


def test_each_reader_has_the_clock_of_that_day(client, lena, max_):
    """Between 11 and 25 March 2040 New York has put its clocks forward, Copenhagen not; then a night lacks an hour."""
    User.objects.filter(pk=max_.pk).update(time_zone="America/New_York")
    max_ = User.objects.get(pk=max_.pk)
    early = datetime(2040, 3, 17, 18, tzinfo=UTC)
    make_event("Early", starts_at=early, ends_at=early + timedelta(hours=2))
    make_event(
        "Night shift", starts_at=datetime(2040, 3, 24, 22, 30, tzinfo=UTC), ends_at=datetime(2040, 3, 25, 2, tzinfo=UTC)
    )
    hers, his = (re.sub(r"\s+", " ", page_of(client, person, "event_list")) for person in (lena, max_))
    assert "Saturday 17 March, 19:00–21:00" in hers
    assert "Saturday 17 March, 14:00–16:00</time> (19:00 where it takes place, Europe/Copenhagen)" in his
    assert "Saturday 24 March, 23:30–Sunday 25 March, 04:00" in hers
    assert "Saturday 24 March, 18:30–22:00</time> (23:30 where it takes place, Europe/Copenhagen)" in his


def test_max_finds_no_event_that_is_for_copenhagen(client, lena, max_, copenhagen):
    make_event("Latte art night", {"department": copenhagen})
    for name in ("dashboard", "event_list"):
        assert "Latte art night" in page_of(client, lena, name)
        assert "Latte art night" not in page_of(client, max_, name)


def test_nine_of_ten_open_modules_are_shown_with_the_way_to_all(client, lena):
    for number in range(10):
        make_module(f"Module {number}")
    page = page_of(client, lena)
    assert headings(page, 3) == [f"Module {number}" for number in range(9)]
    assert "All 10 modules to do" in page


def test_in_an_assumed_session_the_dashboard_is_lenas_to_the_letter(client, sam, lena):
    module = food_safety()
    module.interactions.first().answer_for(lena, "on")
    make_event()
    make_document()
    own = re.search(r"<main.*</main>", page_of(client, lena), re.DOTALL)[0]
    log_in_as(client, sam, lena)
    assumed = client.get("/").content.decode()
    assert re.search(r"<main.*</main>", assumed, re.DOTALL)[0] == own
    assert sam.name in assumed


def fill(count, department):
    """Make a number of modules, each assigned twice and with two steps, and as many events and documents."""
    now = timezone.now()
    modules = Module.objects.bulk_create(Module(title=f"Module {n}", is_published=True) for n in range(count))
    for fields in (EVERYONE, {"department": department, "due_at": now}):
        ModuleAudience.objects.bulk_create(ModuleAudience(item=module, **fields) for module in modules)
    for kind in (Kind.READ, Kind.SINGLE_CHOICE):
        Interaction.objects.bulk_create(Interaction(module=module, kind=kind, title="Do this") for module in modules)
    times = {"starts_at": now + DAY, "ends_at": now + 2 * DAY}
    events = Event.objects.bulk_create(Event(title=f"Event {n}", is_published=True, **times) for n in range(count))
    EventAudience.objects.bulk_create(EventAudience(item=event, **EVERYONE) for event in events)
    documents = Document.objects.bulk_create(
        Document(title=f"Document {n}", is_published=True, file="documents/x.pdf", filename="x.pdf", size=1)
        for n in range(count)
    )
    DocumentAudience.objects.bulk_create(DocumentAudience(item=document, **EVERYONE) for document in documents)


# The browser session and the person with what they hold, then the page's own: modules are put in order, then those that
# are shown are asked for in full; the dashboard asks for notices too.
QUERIES = {"dashboard": 7, "module_list": 4, "event_list": 5, "document_list": 4}


@pytest.mark.parametrize("count", [5, 500])
def test_pages_cost_the_same_however_much_there_is(client, lena, copenhagen, count):
    fill(count, copenhagen)
    sign_in(client, lena)
    for name, expected in QUERIES.items():
        with CaptureQueriesContext(
            connection,
        ) as captured:
            response = client.get(reverse(name))
        assert response.status_code == 200
        assert len(data_queries(captured)) == expected, (name, "\n".join(data_queries(captured)))


@pytest.mark.parametrize("count", [2, 40])
def test_a_module_costs_the_same_however_long_it_is(client, lena, count):
    module = make_module()
    for number in range(count):
        add_interaction(module, f"Choose {number}", Kind.SINGLE_CHOICE, choices=["*A", "B"])
    sign_in(client, lena)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(module.get_absolute_url()).status_code == 200
    # Session, person, module, its interactions, their choices, progress, answers.
    assert len(data_queries(captured)) == 7, "\n".join(data_queries(captured))
