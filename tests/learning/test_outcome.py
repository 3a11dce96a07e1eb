"""The result of a submitted module, on the learner's page and in the access check."""

import pytest

from learning.models import Module
from learning.outcome import Result, result_of_user
from learning.visibility.explanation import explain_submission
from tests.support.access_check import ask, item_name, why, words
from tests.support.assumed import sign_in
from tests.support.learning_factories import COMPLETE, Kind, add_interaction, food_safety, make_module, submit

pytestmark = pytest.mark.django_db
WRONG = COMPLETE | {"how": "12 °C"}


def with_tries(count):
    module = food_safety()
    Module.objects.filter(pk=module.pk).update(tries=count)
    return Module.objects.get(pk=module.pk)


def test_sam_reads_the_result_the_tries_and_that_it_stays(client, sam, lena):
    module = with_tries(2)
    sign_in(client, lena)
    submit(client, module, **WRONG)
    assert result_of_user(module, lena) == Result(), "nothing is judged before it is submitted"
    submit(client, module, **WRONG)
    sign_in(client, sam)
    said = why(client, lena, module)
    assert "It was submitted on" in said
    assert "1 of 2 questions answered right. 2 of 2 tries used, so the module stays as it was submitted." in said


def test_who_answers_every_required_question_right_has_passed(client, sam, lena):
    module = with_tries(3)
    add_interaction(module, "Guess", Kind.SINGLE_CHOICE, required=False, choices=["*A", "B"])
    sign_in(client, lena)
    submit(client, module, **COMPLETE, guess="B")
    assert result_of_user(module, lena) == Result(2, 3, is_passed=True)
    assert "Passed. 2 of 3 questions answered right." in words(client.get(module.get_absolute_url()))
    sign_in(client, sam)
    assert "2 of 3 questions answered right. 1 of 3 tries used; it is passed." in why(client, lena, module)


def test_without_tries_nobody_has_passed_or_not(client, sam, lena):
    module = food_safety()
    sign_in(client, lena)
    submit(client, module, **WRONG)
    page = words(client.get(module.get_absolute_url()))
    assert "1 of 2 questions answered right." in page
    assert "assed." not in page
    explained = explain_submission(lena, module)
    assert (explained.right_count, explained.question_count, explained.tries_used, explained.tries) == (1, 2, 1, None)
    sign_in(client, sam)
    said = why(client, lena, module)
    assert "1 of 2 questions answered right." in said
    assert "tries used" not in said


def test_a_module_without_questions_has_no_result(client, sam, lena):
    module = make_module(tries=2)
    module.submit_for(lena)
    assert result_of_user(module, lena) == Result()
    sign_in(client, sam)
    assert "answered right" not in words(ask(client, lena, item=item_name(module)))
