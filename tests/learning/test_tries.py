"""Questions that must be answered right, in a number of tries; and interactions that ask to open a file."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, connections
from django.urls import reverse

from learning.models import Answer, AnswersWrong, Interaction, Module, ModuleProgress
from learning.visibility.explanation import explain_submission
from tests.support.assumed import detail, events, log_in_as, sign_in
from tests.support.learning_factories import (
    COMPLETE,
    PDF,
    add_interaction,
    food_safety,
    kept,
    make_module,
    save,
    submit,
)

pytestmark = pytest.mark.django_db
WRONG = COMPLETE | {"how": "12 °C"}


def with_tries(count):
    module = food_safety()
    module.tries = count
    module.save()
    return module


def progress(person, module):
    return ModuleProgress.objects.get(user=person, module=module)


def test_without_tries_the_first_one_counts_as_it_is(client, lena):
    module = food_safety()
    sign_in(client, lena)
    assert submit(client, module, **WRONG).status_code == 302
    assert progress(lena, module).submitted_at


def test_a_wrong_answer_uses_a_try_up_and_is_named_but_not_what_is_right(client, lena):
    module = with_tries(2)
    sign_in(client, lena)
    assert "You have 2 tries" in client.get(module.get_absolute_url()).content.decode()
    response = submit(client, module, **WRONG)
    assert response.status_code == 422
    page = response.content.decode()
    assert "Not submitted yet: 1 answer is not right." in page
    assert "You have one more try, which counts as it is." in page
    question = module.interactions.get(title="How cold is the fridge?")
    assert f'href="#{question.anchor}"' in page
    assert "The right answer" not in page
    assert (progress(lena, module).tries_used, progress(lena, module).submitted_at) == (1, None)
    assert kept(lena)["How cold is the fridge?"]
    assert "You have one try left" in client.get(module.get_absolute_url()).content.decode()


def test_the_second_try_may_be_right(client, lena):
    module = with_tries(3)
    sign_in(client, lena)
    submit(client, module, **WRONG)
    assert submit(client, module, **COMPLETE).status_code == 302
    assert progress(lena, module).submitted_at
    assert progress(lena, module).tries_used == 2


def test_the_last_try_counts_as_it_is_so_that_nobody_is_stuck(client, lena):
    module = with_tries(2)
    sign_in(client, lena)
    assert submit(client, module, **WRONG).status_code == 422
    assert submit(client, module, **WRONG).status_code == 302
    assert progress(lena, module).submitted_at
    assert "The right answer" in client.get(module.get_absolute_url()).content.decode()


def test_what_is_missing_uses_no_try_up(client, lena):
    module = with_tries(2)
    sign_in(client, lena)
    assert submit(client, module, how="12 °C").status_code == 422
    assert progress(lena, module).tries_used == 0


def test_an_optional_question_may_be_answered_wrong(client, lena):
    module = make_module(tries=3)
    add_interaction(module, "Guess", Interaction.Kind.SINGLE_CHOICE, required=False, choices=["*A", "B"])
    sign_in(client, lena)
    assert submit(client, module, guess="B").status_code == 302


@pytest.mark.django_db(transaction=True)
def test_of_five_wrong_submits_at_once_each_try_counts_once(lena):
    module = make_module(tries=3)
    question = add_interaction(module, "How cold?", Interaction.Kind.SINGLE_CHOICE, choices=["*5 °C", "12 °C"])
    question.answer_for(lena, question.choices.get(is_right=False).pk)

    def hand_in(_number):
        try:
            return "submitted" if Module.objects.get(pk=module.pk).submit_for(lena).submitted_at else "kept"
        except AnswersWrong:
            return "wrong"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(5) as pool:
        outcomes = sorted(pool.map(hand_in, range(5)))
    assert outcomes == ["submitted"] * 3 + ["wrong"] * 2
    assert ModuleProgress.objects.get().tries_used == 3


def test_submit_for_names_what_is_wrong_and_keeps_the_used_try(lena):
    module = with_tries(2)
    for interaction in module.interactions.filter(is_required=True).prefetch_related("choices"):
        choices = [choice.pk for choice in interaction.choices.all()]
        module.keep_answers(lena, {interaction: choices[-1:] if interaction.kind == "multiple_choice" else
                                   (choices[-1] if choices else True)})  # fmt: skip
    with pytest.raises(AnswersWrong) as refused:
        module.submit_for(lena)
    assert [str(each) for each in refused.value.interactions] == [
        "How cold is the fridge?",
        "When do you change the cloth?",
    ]
    assert progress(lena, module).tries_used == 1


def test_the_explanation_names_wrong_answers_only_after_a_refused_try(client, lena):
    module = with_tries(2)
    sign_in(client, lena)
    save(client, module, **WRONG)
    assert kept(lena)["How cold is the fridge?"]
    assert explain_submission(lena, module).wrong == []
    submit(client, module, **WRONG)
    explained = explain_submission(lena, module)
    assert [str(each) for each in explained.wrong] == ["How cold is the fridge?"]
    assert explained.tries_left == 1
    assert explained.missing == []


def test_a_try_that_sam_uses_up_for_lena_is_on_record_as_refused(client, sam, lena):
    module = with_tries(2)
    log_in_as(client, sam, lena)
    assert submit(client, module, **WRONG).status_code == 422
    (outcome,) = events("assumed_session.outcome")
    assert (outcome.outcome, detail(outcome)["status"]) == ("refused", 422)
    assert progress(lena, module).tries_used == 1


@pytest.fixture
def recipe(db):
    """Return an interaction that asks to open a file, in a module for everyone."""
    return make_module("Flat white").interactions.create(
        title="Recipe", kind=Interaction.Kind.OPEN_FILE, file=ContentFile(PDF, name="../../etc/flat <white>.pdf")
    )


def test_opening_a_file_answers_no_interaction(client, lena, recipe):
    sign_in(client, lena)
    page = client.get(recipe.module.get_absolute_url()).content.decode()
    address = reverse("interaction_file", args=[recipe.pk])
    assert f'<a href="{address}">{recipe.filename.replace("<", "&lt;").replace(">", "&gt;")}</a>' in page
    response = client.get(address)
    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert not Answer.objects.exists()
    assert submit(client, recipe.module).status_code == 422
    assert submit(client, recipe.module, recipe="on").status_code == 302


def test_the_file_is_named_without_a_path_and_stored_under_a_generated_name(recipe):
    assert "/" not in recipe.filename
    assert recipe.filename.endswith(".pdf")
    assert recipe.file.name.startswith("interactions/")
    assert "flat" not in recipe.file.name


def test_who_does_not_see_the_module_does_not_get_its_file(client, max_, recipe, copenhagen):
    recipe.module.audience.all().delete()
    recipe.module.audience.create(department=copenhagen)
    sign_in(client, max_)
    assert client.get(reverse("interaction_file", args=[recipe.pk])).status_code == 404


def test_an_interaction_without_a_file_has_none_to_open(client, lena):
    interaction = add_interaction(make_module(), "Read")
    sign_in(client, lena)
    assert client.get(reverse("interaction_file", args=[interaction.pk])).status_code == 404


@pytest.mark.parametrize(("kind", "file"), [("open_file", ""), ("read", "interactions/x.pdf")])
def test_a_file_is_there_exactly_where_one_is_opened(db, kind, file):
    module = make_module()
    with pytest.raises(IntegrityError, match="interaction_has_a_file_to_open"):
        module.interactions.create(title="Odd", kind=kind, file=file)


def test_sam_can_open_the_file_in_an_assumed_session(client, sam, lena, recipe):
    log_in_as(client, sam, lena)
    response = client.get(reverse("interaction_file", args=[recipe.pk]))
    assert b"".join(response.streaming_content) == PDF
