"""Each reason stands once on the page of an answer, however many ways lead to it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from learning.access_check.answer import Facts, sentences
from learning.models import Module
from learning.visibility.audience import explain
from learning.visibility.history import history_of_item
from learning.visibility.sentences import in_words
from tests.support.access_check import why
from tests.support.assumed import sign_in
from tests.support.learning_factories import add_interaction, make_event, make_module, submitted

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
OPENS = datetime(2040, 1, 16, 7, tzinfo=UTC)


def repeated(said):
    """Return the sentences that a page says more than once, links and marks left out."""
    plain = re.sub("Who else\\?|Open the setting|Passed:|Failed:", " ", said)
    sentences = [each.strip() for each in re.split(r"(?<=[.])\s+", plain)]
    return {each for each in sentences if len(each) > 12 and sentences.count(each) > 1}


@pytest.fixture
def sams_browser(client, sam):
    sign_in(client, sam)
    return client


@pytest.fixture
def items(lena, max_, copenhagen, aarhus):
    """Return an item of each kind of reason that hides it from Max or keeps him from it."""
    now = timezone.now()
    basics = make_module("Basics")
    add_interaction(basics, "Clean hands")
    after = make_module("After the basics")
    after.prerequisites.add(basics)
    full = make_event("Full", capacity=1)
    full.register(lena)
    queue = make_event("Queue", capacity=1, has_waiting_list=True)
    queue.register(lena)
    queue.wait(max_)
    taken = make_event("Taken")
    taken.register(max_)
    return {
        "for others": make_event("Latte art night", {"department": copenhagen}),
        "two reasons": make_module("Both", {"department": copenhagen}, published_from=OPENS),
        "excluded": make_module("Left out", excluded=[max_]),
        "closed": make_module("Closed", published_until=now - DAY),
        "waits": after,
        "full": full,
        "queue": queue,
        "taken": taken,
        "not open": make_event(
            "Later", registration_opens_at=now + DAY, starts_at=now + 2 * DAY, ends_at=now + 3 * DAY
        ),
    }


def test_no_sentence_stands_twice_on_the_page_of_an_item(sams_browser, max_, items):
    found = {name: repeated(why(sams_browser, max_, item)) for name, item in items.items()}
    assert not any(found.values()), found


def test_a_rule_whose_reason_is_said_above_has_a_few_words_and_its_links(sams_browser, max_, items):
    said = why(sams_browser, max_, items["for others"])
    assert said.count("Its audience is Copenhagen; Max Kjær belongs to Aarhus") == 1
    assert "Failed: Not in the audience. Who else?" in said
    said = why(sams_browser, max_, items["two reasons"])
    assert "Failed: Not published yet. Who else?" in said
    assert "Failed: Its audience is Copenhagen; Max Kjær belongs to Aarhus" in said, (
        "the second reason is said here alone"
    )
    assert "Failed: Every place is taken." in why(sams_browser, max_, items["full"])


def test_a_place_is_told_once_and_not_as_a_rule(sams_browser, max_, items):
    said = why(sams_browser, max_, items["taken"])
    assert (said.count("The person takes part."), "Registering for it" in said) == (1, False)
    said = why(sams_browser, max_, items["queue"])
    assert (said.count("The person is number 1 of the waiting list."), "Registering for it" in said) == (1, True)


def test_the_one_module_to_do_first_is_told_once_and_an_expired_one_with_its_date(sams_browser, max_, items):
    after = items["waits"]
    said = why(sams_browser, max_, after)
    assert (said.count("Clean hands"), "Failed: Waits for another module. Who else?" in said) == (1, True)
    basics = after.prerequisites.get()
    basics.keep_answers(max_, {basics.interactions.get(): True})
    submitted(max_, basics, days_ago=3)
    Module.objects.filter(pk=basics.pk).update(valid_for=DAY)
    assert "Failed: The prerequisite “Basics” was submitted on" in why(sams_browser, max_, after)


def test_two_modules_of_several_are_both_told(sams_browser, max_, items):
    after = items["waits"]
    after.prerequisites.add(make_module("Welcome"))
    said = why(sams_browser, max_, after)
    assert "Failed: The prerequisite “Basics” is not submitted" in said
    assert "The prerequisite “Welcome” is not submitted" in said


@pytest.mark.parametrize(
    ("titles", "said"),
    [
        ([""], "a module that you may not see"),
        (["", ""], "2 modules that you may not see"),
        (["A", "", "", "B"], "“A”, 2 modules that you may not see and “B”"),
    ],
)
def test_modules_that_the_reader_may_not_see_are_counted(titles, said):
    assert in_words(titles) == said


def test_two_modules_of_which_the_reader_may_know_neither_are_one_reason(lena, mona):
    advanced = make_module("Advanced")
    advanced.prerequisites.add(*(make_module(title, published_from=OPENS) for title in ("Secret plan", "Other plan")))
    verdicts, history = explain(lena, advanced, actor=mona), history_of_item(lena, advanced)
    [said] = sentences(Facts(lena, mona, advanced, history, verdicts, None, None, timezone.now()))
    assert said.startswith("It builds on a module that you may not see, which is published from")
