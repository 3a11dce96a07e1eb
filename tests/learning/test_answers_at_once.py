"""A question is edited while people answer it, and two tabs save at once: no answer says what nobody gave."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections, transaction

from audit import log
from learning.actions import keep_answers
from learning.admin import questions
from learning.models import Answer, Interaction, Module
from learning.models.answers import Given, Verdict, digest
from tests.support.factories import UserFactory
from tests.support.learning_factories import Kind, add_interaction, make_module

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 6


def together(*jobs):
    """Run the jobs at once, and return what each returned."""
    barrier = Barrier(len(jobs))

    def run(job):
        barrier.wait()
        try:
            return job()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


@pytest.mark.parametrize("fate", [questions.STAY, questions.CLEAR])
def test_answers_given_while_a_question_is_edited_are_answers_to_the_version_of_their_page(company, fate):
    module = make_module()
    question = add_interaction(module, "How cold?", Kind.SINGLE_CHOICE, choices=["*5 °C", "12 °C"])
    cold, warm = question.choices.all()
    first, *people = [UserFactory(first_name=f"Person{number}") for number in range(PEOPLE)]
    question.answer_for(first, cold.pk)

    def answer(person):
        asked = Interaction.objects.get(pk=question.pk)
        given = {asked: Given(warm.pk, digest(None), 1)}  # the page shows the first version, whatever is stored
        return keep_answers(person, Module.objects.get(pk=module.pk), given)[question.pk]

    def edit():
        with log.recording(), transaction.atomic():
            asked = Interaction.objects.get(pk=question.pk)
            before = asked.wording()
            asked.offer([("Warm", False, warm.pk), ("Cold", True, cold.pk)])
            questions.change(Interaction.objects.get(pk=question.pk), before, fate)

    *verdicts, _edited = together(*(lambda person=person: answer(person) for person in people), edit)
    stored = Answer.ever.exclude(user=first)
    assert stored.count() == verdicts.count(Verdict.KEPT)
    assert set(stored.values_list("version", flat=True)) <= {1}
    assert Answer.objects.count() == (0 if fate == questions.CLEAR else 1 + stored.count())
    assert Interaction.objects.get().earlier.get().choices[0]["text"] == "5 °C"


def test_of_tabs_that_save_at_once_one_is_kept_and_the_others_are_in_conflict(lena):
    module = make_module()
    question = add_interaction(module, "In your own words", Kind.FREE_TEXT)

    def save(number):
        given = {question: Given(f"Tab {number}", digest(None), 1)}
        return keep_answers(lena, Module.objects.get(pk=module.pk), given)[question.pk]

    verdicts = together(*(lambda number=number: save(number) for number in range(PEOPLE)))
    assert verdicts.count(Verdict.KEPT) == 1
    assert Answer.objects.get().value == f"Tab {verdicts.index(Verdict.KEPT)}"
