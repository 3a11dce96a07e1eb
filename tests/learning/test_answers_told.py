"""Lena reads which question was answered in her place, and what was there before and after, in words."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.changes import ChangeTold
from audit.kinds import Kind as Event
from audit.models import AuditText
from audit.verification.checker import verify
from learning.changes_told import changes_told
from learning.models import Answer, Interaction
from tests.support.assumed import detail, events, log_in_as, sign_in
from tests.support.learning_factories import (
    COMPLETE,
    Kind,
    add_interaction,
    food_safety,
    make_module,
    save,
    submit,
    submitted,
)
from tests.support.ledger import events_in_file, facts, page_of

pytestmark = pytest.mark.django_db
HOT = "How hot is the milk?"


@pytest.fixture
def module():
    made = make_module("Latte art")
    add_interaction(made, "Clean pitcher", Kind.ACKNOWLEDGE)
    add_interaction(made, HOT, Kind.SINGLE_CHOICE, choices=["*65 °C", "80 °C"])
    add_interaction(made, "Name all milks", Kind.MULTIPLE_CHOICE, choices=["Oat", "Cow", "Soy"])
    add_interaction(made, "Tell us why", Kind.FREE_TEXT, required=False)
    return made


@pytest.fixture
def sams_browser(client, sam, lena):
    log_in_as(client, sam, lena)
    return client


def changed(lena):
    """Return what the newest session's card says under Changed."""
    return facts(page_of(lena))[0].partition(" Changed ")[2].partition(" Notice ")[0]


def as_an_earlier_version_wrote_it(lena):
    """Return the details of changed answers without what names their question."""
    details = {event.seq: detail(event) for event in events("assumed_session.changed")}
    for said in details.values():
        said.pop("asked", None)
    return {seq: said for seq, said in details.items() if said["model"] == "learning.answer"}


def test_she_reads_number_and_text_of_each_question_and_the_answers_in_words(sams_browser, lena, module):
    save(sams_browser, module, clean="on", how="80 °C", name=["Oat", "Soy"], tell="It <b>foams</b>")
    said = changed(lena)
    for words in (
        "Began Latte art",
        "Confirmed step 1, “Clean pitcher”, of Latte art",
        "Answered question 2, “How hot is the milk?”, of Latte art Before: no answer After: 80 °C",
        "Answered question 3, “Name all milks”, of Latte art Before: no answer After: Oat, Soy",
        "Answered question 4, “Tell us why”, of Latte art Before: no answer After: It &lt;b&gt;foams&lt;/b&gt;",
    ):
        assert words in said
    assert verify().exit_code == 0


def test_a_changed_and_a_removed_answer_say_what_was_there(lena, sam, module):
    hers, his = Client(), Client()
    sign_in(hers, lena)
    save(hers, module, clean="on", how="80 °C", tell="Because")
    log_in_as(his, sam, lena)
    save(his, module, how="65 °C")
    said = changed(lena)
    assert "Took back the confirmation of step 1, “Clean pitcher”, of Latte art" in said
    assert "Changed the answer to question 2, “How hot is the milk?”, of Latte art Before: 80 °C After: 65 °C" in said
    assert "Removed the answer to question 4, “Tell us why”, of Latte art Before: Because After: no answer" in said


def test_a_question_that_was_reworded_or_removed_reads_as_it_was_asked(sams_browser, lena, module):
    save(sams_browser, module, how="80 °C")
    module.interactions.get(title=HOT).choices.all().delete()
    Interaction.objects.filter(title=HOT).update(title="How cold is the milk?", version=2)
    asked = "Answered question 2, “How hot is the milk?”, of Latte art Before: no answer After: 80 °C"
    assert asked in changed(lena)
    module.delete()
    assert asked in changed(lena)


def test_an_event_of_an_earlier_version_is_told_as_far_as_it_is_known(sams_browser, lena, module):
    save(sams_browser, module, how="80 °C", clean="on")
    save(sams_browser, module, how="65 °C", clean="on")
    details = as_an_earlier_version_wrote_it(lena)
    assert sorted(changes_told(lena, details).values()) == [
        ChangeTold("Answered “How hot is the milk?” of Latte art", "no answer", "80 °C"),
        ChangeTold("Changed the answer to “How hot is the milk?” of Latte art", "80 °C", "65 °C"),
        ChangeTold("Confirmed “Clean pitcher” of Latte art"),
    ]
    Interaction.objects.filter(title=HOT).update(version=2)
    reworded = sorted(told.sentence for told in changes_told(lena, details).values())
    assert reworded == [
        "Answered a question of Latte art", "Changed an answer in Latte art", "Confirmed “Clean pitcher” of Latte art",
    ]  # fmt: skip
    Interaction.ever.all().delete()
    assert {told.before + told.after for told in changes_told(lena, details).values()} == {""}
    assert len(details) == 3


def test_an_earlier_event_tells_nothing_of_the_answer_of_somebody_else(sams_browser, lena, max_, module):
    save(sams_browser, module, how="80 °C")
    save(sams_browser, module, how="65 °C")
    details = as_an_earlier_version_wrote_it(lena)
    Answer.objects.update(user=max_)
    assert "Changed an answer in Latte art" in [told.sentence for told in changes_told(lena, details).values()]


def test_a_choice_that_is_gone_is_said_to_be_gone(sams_browser, lena, module):
    save(sams_browser, module, how="80 °C")
    details = as_an_earlier_version_wrote_it(lena)
    module.interactions.get(title=HOT).choices.all().delete()
    [told] = changes_told(lena, details).values()
    assert (told.before, told.after) == ("no answer", "a choice that no longer exists")


@pytest.mark.parametrize(
    "odd",
    [
        {"before": None, "after": None},
        {"before": "text", "after": ["list"]},
        {"after": {"value": {"a": 1}}, "asked": {"title": "T", "kind": "single_choice", "choices": {}}},
        {"after": {"value": 5}, "asked": {"title": "T", "kind": "kind_of_tomorrow", "choices": {"5": "Five"}}},
        {"after": {"value": [True, None]}, "asked": {"number": "x", "title": "T", "choices": {}}},
        {"after": {"value": 5}, "asked": {"title": "T", "kind": ["read"], "choices": {}}},
        {"row": 2**70, "after": {"interaction_id": 2**70}, "asked": "text"},
        {"row": [1], "after": {"interaction_id": {"a": 1}}, "asked": {"title": "", "choices": None}},
    ],
)
def test_an_event_that_nobody_expects_has_a_sentence_too(lena, odd):
    said = {"model": "learning.answer", "about": "Latte art", "before": None} | odd
    assert changes_told(lena, {1: said})[1].sentence


def test_the_queries_do_not_grow_with_the_answers(sams_browser, lena, module, django_assert_num_queries):
    counts = []
    for given in ({"how": "80 °C"}, {"how": "65 °C", "clean": "on", "tell": "Because", "name": ["Oat"]}):
        save(sams_browser, module, **given)
        with CaptureQueriesContext(connection) as captured:
            page_of(lena)
        counts.append(len(captured))
    assert counts[0] == counts[1]
    told = {event.seq: detail(event) for event in events("assumed_session.changed")}
    with django_assert_num_queries(0):
        assert len(changes_told(lena, told)) == 6
    earlier = as_an_earlier_version_wrote_it(lena)
    with django_assert_num_queries(3):  # the rows of answers, their questions, the choices
        assert len(changes_told(lena, earlier)) == 5


def test_an_answer_that_she_replaced_names_its_question_too(lena, sam, module):
    hers, his = Client(), Client()
    log_in_as(his, sam, lena)
    save(his, module, how="80 °C")
    his.post(reverse("assumed_session_exit"))
    sign_in(hers, lena)
    save(hers, module, how="65 °C")
    page = page_of(lena)
    assert "Replaced an answer that was given in your name</strong> How hot is the milk? · Latte art" in page
    assert "Answer: 80 °C, now 65 °C" in page


def test_the_file_says_the_same(sams_browser, lena, module):
    save(sams_browser, module, how="80 °C")
    [event] = [
        event for event in events_in_file(lena)
        if event["kind"] == Event.ASSUMED_SESSION_CHANGED and "question" in event["about"]
    ]  # fmt: skip
    assert event["about"] == "Answered question 2, “How hot is the milk?”, of Latte art"
    assert event["changes"] == [{"field": "Answer", "before": "no answer", "after": "80 °C"}]


def test_an_erased_answer_stays_erased(sams_browser, lena, module):
    save(sams_browser, module, how="80 °C")
    assert changes_told(lena, {1: None}) == {}
    [text] = AuditText.objects.filter(text__contains='"asked"')
    assert "80" in text.text


def test_the_wording_that_was_handed_in_is_recorded_when_a_module_is_done_again(sams_browser, lena):
    module = food_safety()
    module.valid_for = timedelta(days=1)
    module.save()
    submit(sams_browser, module, **COMPLETE)
    submitted(lena, module, days_ago=2)
    sams_browser.post(reverse("module_do_again", args=[module.pk]))
    said = changed(lena)
    assert "Removed the answer to question 3, “How cold is the fridge?”, of Food safety basics" in said
    assert "Opened Food safety basics again, and kept what you had submitted" in said
