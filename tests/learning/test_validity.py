"""How long a submitted module counts: its due state, what waits for it, and how creators say so."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from learning.actions import do_again
from learning.models import DueDateExtension, Module, ModuleProgress, NotDueAgain, Status
from learning.visibility.audience import explain
from tests.support.access_check import words
from tests.support.assumed import sign_in
from tests.support.learning_factories import EVERYONE, make_module, submitted

from .test_admin import add, module_data, text

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY, TICK = timedelta(days=1), timedelta(microseconds=1)


@pytest.fixture
def noon():
    with time_machine.travel(NOON, tick=False):
        yield NOON


def yearly(title="Food safety basics", *audience, **fields):
    return make_module(title, *audience, **{"valid_for": 365 * DAY, "reopens_before": 30 * DAY} | fields)


def state(person, module):
    return Module.objects.with_due_state_of(person).get(pk=module.pk)


def sees(person, module):
    return Module.objects.visible_to(person).filter(pk=module.pk).exists()


def swan_after(basics):
    swan = make_module("Swan")
    swan.prerequisites.add(basics)
    return swan


@pytest.mark.parametrize(
    ("ago", "expected"),
    [
        (timedelta(0), Status.DONE),
        (335 * DAY - TICK, Status.DONE),
        (335 * DAY, Status.DUE_AGAIN),
        (365 * DAY - TICK, Status.DUE_AGAIN),
        (365 * DAY, Status.EXPIRED),
        (400 * DAY, Status.EXPIRED),
    ],
)
def test_the_day_and_the_second_say_whether_a_submission_still_counts(lena, noon, ago, expected):
    """The condition on rows and the due state agree at each border."""
    basics = yearly()
    swan = swan_after(basics)
    submitted(lena, basics)
    ModuleProgress.objects.update(started_at=noon - ago, submitted_at=noon - ago)
    assert state(lena, basics).status == expected
    assert sees(lena, swan) == (expected != Status.EXPIRED)


def test_without_validity_a_submission_counts_for_ever(lena, noon):
    basics = make_module()
    swan = swan_after(basics)
    submitted(lena, basics, days_ago=5_000)
    assert (state(lena, basics).status, sees(lena, swan)) == (Status.DONE, True)


def test_without_an_earlier_opening_a_module_is_done_until_it_expires(lena, noon):
    module = yearly(reopens_before=None)
    submitted(lena, module, days_ago=364)
    assert state(lena, module).status == Status.DONE
    with pytest.raises(NotDueAgain):
        do_again(lena, module)


def test_what_was_begun_again_reads_expired_or_due_again_until_it_is_submitted(lena, noon):
    expired, due_again = yearly("Expired"), yearly("Due again")
    after_expired, after_due_again = swan_after(expired), swan_after(due_again)
    submitted(lena, expired, days_ago=400)
    submitted(lena, due_again, days_ago=340)
    for module, status, follows, is_seen in (
        (expired, Status.EXPIRED, after_expired, False),
        (due_again, Status.DUE_AGAIN, after_due_again, True),
    ):
        assert do_again(lena, module)
        assert state(lena, module).status == status
        assert sees(lena, follows) == is_seen
        assert not state(lena, module).may_be_opened_again
        module.submit_for(lena)
        assert state(lena, module).status == Status.DONE
        assert sees(lena, follows)
    with time_machine.travel(NOON + 30 * DAY):
        assert state(lena, due_again).status == Status.DONE, "the newest submission counts"


def test_the_submission_of_max_is_not_lenas(lena, max_, noon):
    basics = yearly()
    swan = swan_after(basics)
    submitted(max_, basics, days_ago=340)
    do_again(max_, basics)
    assert (sees(lena, swan), sees(max_, swan)) == (False, True)
    assert state(lena, basics).status == Status.NOT_STARTED


def test_an_expired_prerequisite_says_when_it_was_submitted_and_when_it_expired(lena, noon):
    basics = yearly()
    swan = swan_after(basics)
    submitted(lena, basics, days_ago=366)
    [said] = [verdict.sentence for verdict in explain(lena, swan) if not verdict.passed]
    assert said == (
        "The prerequisite “Food safety basics” was submitted on Saturday 22 November 2025, 13:00, but expired on "
        "Sunday 22 November 2026, 13:00."
    )
    do_again(lena, basics)
    assert [verdict.sentence for verdict in explain(lena, swan) if not verdict.passed] == [said]


def test_the_dashboard_puts_what_expired_beside_what_is_overdue_and_says_when(client, lena, noon):
    make_module("Overdue", EVERYONE | {"due_at": noon - DAY})
    make_module("Due soon", EVERYONE | {"due_at": noon + DAY})
    make_module("Any time")
    submitted(lena, yearly("Expired"), days_ago=366)
    submitted(lena, yearly("Due again"), days_ago=340)
    submitted(lena, yearly("Done"), days_ago=1)
    sign_in(client, lena)
    page = client.get("/").content.decode()
    badges = re.findall(r'class="badge" data-tone="(\w*)">([^<]+)<', page)
    assert badges == [
        ("danger", "Overdue"), ("danger", "Expired"), ("warning", "Due soon"), ("warning", "Due again"),
        ("", "Not started"), ("success", "Done"),
    ]  # fmt: skip
    said = words(client.get("/"))
    assert "1 module has expired. Please do it again." in said
    assert "expired on 22 November 2026" in said
    assert "valid until 18 December 2026" in said
    assert "Done: 1 module" in said


def test_an_extension_counts_instead_of_the_date_of_the_audience(lena, max_, noon):
    module = make_module("Till", EVERYONE | {"due_at": noon - DAY})
    DueDateExtension.objects.create(user=lena, module=module, due_at=noon + 20 * DAY)
    assert (state(lena, module).status, state(max_, module).status) == (Status.NOT_STARTED, Status.OVERDUE)
    assert state(lena, module).due_at == noon + 20 * DAY


@pytest.mark.parametrize(
    ("valid_for", "reopens_before"),
    [(None, DAY), (2 * DAY, 2 * DAY), (DAY, 2 * DAY), (timedelta(0), None), (DAY, timedelta(0))],
)
def test_the_database_takes_no_validity_that_makes_no_sense(db, valid_for, reopens_before):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_module(valid_for=valid_for, reopens_before=reopens_before)


def test_carl_says_in_days_how_long_a_module_is_valid(client, carl):
    sign_in(client, carl)
    assert add(client, "module", module_data(valid_for="365", reopens_before="30")).status_code == 302
    module = Module.objects.get()
    assert (module.valid_for, module.reopens_before) == (365 * DAY, 30 * DAY)
    page = text(client.get(reverse("admin:learning_module_change", args=[module.pk])))
    assert re.search(r'name="valid_for" value="365"', page)
    assert re.search(r'name="reopens_before" value="30"', page)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"reopens_before": "30"}, "Say first for how many days it is valid."),
        ({"valid_for": "30", "reopens_before": "30"}, "Choose fewer days than it is valid for."),
        ({"valid_for": "0"}, "Ensure this value is greater than or equal to 1."),
        ({"valid_for": "99999999"}, "Ensure this value is less than or equal to 36500."),
        ({"valid_for": "a year"}, "Enter a whole number."),
    ],
)
def test_what_carl_types_there_is_checked_where_he_types_it(client, carl, fields, said):
    sign_in(client, carl)
    page = text(add(client, "module", module_data(**fields)))
    assert page.count(said) == 2, "at its field, and above the form"
    assert not Module.objects.exists()


def test_two_creators_who_change_the_validity_read_of_each_other(client, carl):
    sign_in(client, carl)
    add(client, "module", module_data(valid_for="365"))
    address = reverse("admin:learning_module_change", args=[Module.objects.get().pk])
    page = text(client.get(address))
    seen = re.search(r'name="seen" value="(\w+)"', page)[1]
    Module.objects.update(valid_for=90 * DAY)
    assert "By now it is “90”." in text(client.post(address, module_data(valid_for="180", seen=seen)))


def test_a_preview_shows_the_module_as_nobody_has_begun_it(client, carl):
    module = submitted(carl, yearly(), days_ago=400)
    do_again(carl, module)
    sign_in(client, carl)
    page = client.get(reverse("item_preview", args=["module", module.pk])).content.decode()
    assert "Not started" in page
    assert "Handed in" not in page


def test_the_pages_of_an_expired_module_cost_what_others_cost(client, lena, django_assert_num_queries):
    for number in range(30):
        submitted(lena, yearly(f"Expired {number}"), days_ago=400)
        if number % 2:
            do_again(lena, Module.objects.get(title=f"Expired {number}"))
    browser = Client()
    sign_in(browser, lena)
    with django_assert_num_queries(7):
        assert browser.get("/").status_code == 200
    assert timezone.now()
