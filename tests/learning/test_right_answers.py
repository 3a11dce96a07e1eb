"""A page says which answers are right only while its reader can't answer the module again."""

import re

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from learning.actions import do_again
from learning.models import EarlierSubmission, Module
from tests.support.access_check import why, words
from tests.support.assumed import log_in_as, sign_in
from tests.support.factories import permission_type
from tests.support.learning_factories import COMPLETE, answers, food_safety, shown, submit

from .test_validity import DAY

pytestmark = pytest.mark.django_db
HALF = COMPLETE | {"how": "12 °C", "when": ["Never"]}
JSON = {"headers": {"Accept": "application/json"}}
NOTHING = ([], [])


def change(module, **fields):
    Module.objects.filter(pk=module.pk).update(**fields)
    return Module.objects.get(pk=module.pk)


@pytest.fixture
def failed(client, lena):
    """Return a module whose one try Lena used up with two wrong answers, below its pass mark."""
    module = change(food_safety(), pass_mark=80, tries=1)
    sign_in(client, lena)
    assert submit(client, module, **HALF).status_code == 302
    return module


def told(client, module):
    """Return which choices the page calls right, and check that its words agree."""
    page = client.get(module.get_absolute_url())
    right = [step.right_choices for step in page.context["steps"] if step.interaction.offers_choices]
    assert ("The right answer" in words(page)) is any(right)
    return tuple(right)


def test_who_has_no_try_left_reads_which_answers_are_right(client, failed):
    assert told(client, failed) == (["5 °C"], ["Smells", "Evening"])
    page = words(client.get(failed.get_absolute_url()))
    assert "The right answer: 5 °C" in page
    assert "The right answers: Smells · Evening" in page
    assert "This answer is not right." not in page


@pytest.mark.parametrize("tries", [2, None])
def test_who_may_try_again_reads_that_an_answer_is_not_right_and_not_which_one_is(client, failed, tries):
    change(failed, tries=tries)
    assert told(client, failed) == NOTHING
    page = words(client.get(failed.get_absolute_url()))
    assert "Try again" in page
    assert page.count("This answer is not right.") == page.count("Not quite") == 2


def test_what_is_right_is_still_called_right(client, lena):
    module = change(food_safety(), pass_mark=80, tries=1)
    sign_in(client, lena)
    submit(client, module, **COMPLETE | {"how": "12 °C"})
    change(module, tries=2)
    page = client.get(module.get_absolute_url())
    badges = [str(step.badge.label) for step in page.context["steps"] if step.interaction.offers_choices]
    assert badges == ["Not quite", "Right"]
    assert words(page).count("This answer is not right.") == 1


@pytest.mark.parametrize(("days", "is_told"), [(0, True), (334, True), (336, False), (366, False)])
def test_what_has_to_be_done_again_says_no_more_which_answers_are_right(client, lena, days, is_told):
    module = change(food_safety(), valid_for=365 * DAY, reopens_before=30 * DAY)
    sign_in(client, lena)
    submit(client, module, **HALF)
    with time_machine.travel(timezone.now() + days * DAY):
        sign_in(client, lena)
        assert any(told(client, module)) is is_told


def test_a_module_that_is_open_again_and_what_was_submitted_before_say_nothing(client, lena, failed):
    do_again(lena, change(failed, tries=2))
    assert told(client, failed) == NOTHING
    page = words(client.get(failed.get_absolute_url()))
    assert "How cold is the fridge? 12 °C Not quite" in page
    assert "When do you change the cloth? Never Not quite" in page
    assert [said["answer"] for said in EarlierSubmission.objects.get().answers if said["is_right"] is False] == [
        ["12 °C"],
        ["Never"],
    ]


def test_a_refused_try_says_nothing(client, lena):
    module = change(food_safety(), pass_mark=80, tries=3)
    sign_in(client, lena)
    page = submit(client, module, **HALF)
    assert page.status_code == 422
    assert not any(step.right_choices for step in page.context["steps"])
    assert told(client, module) == NOTHING


def test_no_due_state_without_a_submission_shows_them(lena, failed):
    do_again(lena, change(failed, tries=2))
    assert not Module.objects.with_due_state_of(lena).get(pk=failed.pk).shows_right_answers


def test_a_refused_click_on_try_again_says_what_the_page_says(client, failed):
    """The page that answers a click too many is the page of the module, with the same rule."""
    page = client.post(reverse("module_do_again", args=[failed.pk]))
    assert page.status_code == 409
    assert "The right answer" in words(page)


def test_autosave_judges_no_answer(client, lena, failed):
    address = reverse("module_save", args=[failed.pk])
    assert client.post(address, answers(failed, **HALF) | shown(client, failed), **JSON).json() == {"saved": False}
    do_again(lena, change(failed, tries=2))
    saved = client.post(address, answers(failed, **HALF) | shown(client, failed), **JSON).json()
    assert saved["saved"]
    assert {badge["label"] for badge in saved["badges"].values()} == {"Answered", "Optional"}


def test_nobody_reads_more_in_lenas_place_or_about_her(client, sam, lena, failed):
    change(failed, tries=2)
    browser = Client()
    log_in_as(browser, sam, lena)
    assert told(browser, failed) == NOTHING
    sign_in(client, sam)
    said = why(client, lena, failed)
    assert "0 of 2 questions answered right." in said
    assert "5 °C" not in said


def test_the_file_of_how_far_people_are_has_no_answers(client, nora, norreport, failed):
    change(failed, tries=2)
    nora.groups.add(permission_type("Exports", "export_people", departments=[norreport]))
    sign_in(client, nora)
    file = client.post(reverse("module_people_export", args=[failed.pk]))
    text = b"".join(file.streaming_content).decode("utf-8-sig")
    assert "Lena" in text
    assert not re.search("5 °C|12 °C|Smells|Evening|Never", text)
