"""Pass marks: a module is done once it is submitted and enough answers are right, whatever the mark was or becomes."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from learning.models import Answer, EarlierSubmission, Module, ModuleProgress, Status
from learning.models.progress import TRIES_AT_MOST
from learning.outcome import Result, result_of_user
from learning.validity import counts_up_to, is_enough, passes, percent
from learning.visibility.audience import explain
from tests.support.access_check import why, words
from tests.support.assumed import sign_in
from tests.support.learning_factories import (
    COMPLETE,
    Kind,
    add_interaction,
    food_safety,
    kept,
    make_module,
    save,
    submit,
    submitted,
)

pytestmark = pytest.mark.django_db
HALF = COMPLETE | {"how": "12 °C"}
DAY = timedelta(days=1)


def marked(mark=80, **fields):
    """Create a module with two judged questions and a pass mark."""
    module = food_safety()
    Module.objects.filter(pk=module.pk).update(pass_mark=mark, **fields)
    return Module.objects.get(pk=module.pk)


def change(module, **fields):
    Module.objects.filter(pk=module.pk).update(**fields)
    return Module.objects.get(pk=module.pk)


def state(module, person):
    return Module.objects.with_due_state_of(person).get(pk=module.pk)


def failed(client, person, mark=80, **fields):
    """Create a module with one try, and use it up with one of two questions right."""
    module = marked(mark, tries=1, **fields)
    sign_in(client, person)
    assert submit(client, module, **HALF).status_code == 302
    return module


def after(module, title="Second shift"):
    """Create a module that builds on this one."""
    second = make_module(title)
    second.prerequisites.add(module)
    return second


def sees(person, module):
    """Return whether the person sees the module, as the list and the explanation agree."""
    seen = Module.objects.visible_to(person).filter(pk=module.pk).exists()
    assert seen == all(verdict.passed for verdict in explain(person, module))
    return seen


@pytest.mark.parametrize(
    ("right", "questions", "mark", "passed"),
    [(1, 2, 50, True), (1, 3, 33, True), (2, 3, 67, False), (3, 3, 100, True), (0, 0, 80, True), (0, 3, None, True)],
)
def test_a_result_reaches_a_mark_by_what_is_right_of_what_was_answered(right, questions, mark, passed):
    reached = percent(right, questions)
    assert passes(reached, mark) is passed
    assert is_enough(counts_up_to(reached, mark), mark) is passed
    assert is_enough(None, mark), "what servers of the version before store counts"


def test_below_the_mark_it_is_not_submitted_and_the_page_says_what_to_do(client, lena):
    module = marked()
    sign_in(client, lena)
    assert "To pass, 80% of the questions have to be right. You can try as often as you like." in words(
        client.get(module.get_absolute_url())
    )
    response = submit(client, module, **HALF)
    assert response.status_code == 422
    said = words(response)
    assert "Not passed yet: 1 of 2 questions answered right. Your answers are saved." in said
    assert (
        "To pass, 2 have to be right. You can try as often as you like. Change these answers, then submit again:"
        in said
    )
    assert "The right answer" not in said
    fridge = module.interactions.get(title="How cold is the fridge?")
    assert f'href="#{fridge.anchor}"' in response.content.decode()
    assert state(module, lena).status == Status.IN_PROGRESS
    assert kept(lena)["How cold is the fridge?"]
    assert submit(client, module, **COMPLETE).status_code == 302
    assert state(module, lena).status == Status.DONE
    page = words(client.get(module.get_absolute_url()))
    assert "Submitted. Well done!" in page
    assert "Passed. 2 of 2 questions answered right." in page


def test_the_last_try_below_the_mark_is_submitted_and_not_done(client, lena):
    module = marked(tries=2)
    sign_in(client, lena)
    assert "You have one try left." in words(submit(client, module, **HALF))
    assert submit(client, module, **HALF).status_code == 302
    assert state(module, lena).status == Status.NOT_PASSED
    page = words(client.get(module.get_absolute_url()))
    assert "Not passed. 1 of 2 questions answered right. To pass, 2 have to be right. See which" in page
    assert "All 2 tries are used. Ask your manager or your HR department for another one." in page
    assert "Try again" not in page
    assert client.post(reverse("module_do_again", args=[module.pk])).status_code == 409
    dashboard = client.get("/")
    assert [each.status for each in dashboard.context["open_modules"]] == [Status.NOT_PASSED]
    assert dashboard.context["done_count"] == 0
    assert "Not passed" in words(client.get(reverse("module_list")))


def test_what_builds_on_it_waits_until_it_is_passed(client, sam, lena):
    first = failed(client, lena)
    second = after(first)
    assert not sees(lena, second)
    sign_in(client, sam)
    said = why(client, lena, second)
    assert "First, Lena Sørensen has to pass “Food safety basics”, submitted below its pass mark." in said
    assert "Lena Sørensen has no try left. Somebody has to give them another one." in said
    assert "The prerequisite “Food safety basics” was submitted on" in said
    change(first, pass_mark=50)
    assert sees(lena, second)


def test_sam_reads_that_it_is_submitted_and_not_passed(client, sam, lena):
    module = failed(client, lena)
    sign_in(client, sam)
    said = why(client, lena, module)
    assert "has not passed: 1 of 2 questions are right, and the pass mark is 80%." in said
    assert "1 of 2 questions answered right. The pass mark of 80% is not reached. 1 of 1 try used." in said
    assert "marked “Not passed”" in said


def test_sam_reads_that_a_try_was_refused_because_of_the_mark(client, sam, lena):
    module = marked()
    sign_in(client, lena)
    submit(client, module, **HALF)
    sign_in(client, sam)
    said = why(client, lena, module)
    assert "did not reach the pass mark of 80% in the last try." in said
    assert "1 answer is wrong, and the pass mark is 80%. They may try as often as they like." in said


def test_a_mark_that_is_set_or_raised_later_takes_nothing_from_anybody(client, sam, lena):
    module = food_safety()
    second = after(module)
    sign_in(client, lena)
    submit(client, module, **HALF)
    for mark in (80, 100):
        change(module, pass_mark=mark)
        assert state(module, lena).status == Status.DONE
        assert sees(lena, second)
    page = words(client.get(module.get_absolute_url()))
    assert "It counts, because today's pass mark did not apply when you submitted." in page
    assert "Not passed" not in page
    sign_in(client, sam)
    assert "It counts, because the pass mark of 100% did not apply on that day." in why(client, lena, module)


def test_a_mark_that_is_raised_above_a_passed_result_takes_nothing(client, lena):
    module = marked(50)
    sign_in(client, lena)
    submit(client, module, **HALF)
    assert state(change(module, pass_mark=90), lena).status == Status.DONE


@pytest.mark.parametrize("mark", [50, 30, None])
def test_a_mark_that_is_lowered_or_removed_helps_at_once(client, lena, mark):
    module = failed(client, lena)
    assert state(module, lena).status == Status.NOT_PASSED
    change(module, pass_mark=mark)
    assert state(module, lena).status == Status.DONE
    assert "Not passed" not in words(client.get(module.get_absolute_url()))


def test_a_mark_that_is_raised_keeps_who_failed_below_it(client, lena):
    module = failed(client, lena, mark=60)
    change(module, pass_mark=90)
    assert state(module, lena).status == Status.NOT_PASSED


def test_with_more_tries_than_before_she_tries_again_herself(client, lena):
    module = change(failed(client, lena), tries=3)
    page = words(client.get(module.get_absolute_url()))
    assert "You have 2 tries left. What you submitted is kept when you try again. Try again" in page
    assert client.post(reverse("module_do_again", args=[module.pk])).status_code == 302
    progress = ModuleProgress.objects.get(user=lena, module=module)
    assert (progress.submitted_at, progress.tries_used, progress.counts_up_to) == (None, 1, 100)
    assert EarlierSubmission.objects.get().counts_up_to == 50
    assert state(module, lena).status == Status.IN_PROGRESS, "what failed before is no submission that counts"
    assert "Submitted on" in words(client.get(module.get_absolute_url())), "and is still shown"
    submit(client, module, **COMPLETE)
    assert state(module, lena).status == Status.DONE


def test_an_overdue_module_that_is_not_passed_stays_overdue(client, lena):
    module = failed(client, lena)
    module.audience.update(due_at=timezone.now() - DAY)
    assert state(module, lena).status == Status.OVERDUE
    page = words(client.get(reverse("module_list")))
    assert "Overdue not passed" in page
    assert "1 module is overdue." in words(client.get("/"))


def test_a_failed_repetition_leaves_the_result_before_it_until_that_expires(client, lena):
    module = marked(tries=1, valid_for=30 * DAY, reopens_before=10 * DAY)
    second = after(module)
    sign_in(client, lena)
    save(client, module, **COMPLETE)
    submitted(lena, module, days_ago=25)
    assert client.post(reverse("module_do_again", args=[module.pk])).status_code == 302
    submit(client, module, **HALF)
    now = state(module, lena)
    assert (now.status, now.is_failed) == (Status.NOT_PASSED, True)
    assert sees(lena, second), "the certificate of before is still valid"
    assert "valid until" in words(client.get(reverse("module_list")))
    EarlierSubmission.objects.update(started_at=timezone.now() - 40 * DAY, submitted_at=timezone.now() - 40 * DAY)
    assert state(module, lena).status == Status.EXPIRED
    assert not state(module, lena).may_be_opened_again, "the tries stay used"
    assert not sees(lena, second)


def test_without_a_judged_question_submitting_is_passing(client, lena):
    module = make_module(pass_mark=100)
    add_interaction(module, "Read this")
    add_interaction(module, "Guess", Kind.SINGLE_CHOICE, required=False, choices=["*A", "B"])
    sign_in(client, lena)
    assert submit(client, module, read="on").status_code == 302
    assert state(module, lena).status == Status.DONE
    assert result_of_user(module, lena) == Result(pass_mark=100)
    assert "questions answered right" not in words(client.get(module.get_absolute_url()))


def test_tries_without_end_are_counted_as_far_as_the_column_goes(client, lena):
    module = marked()
    sign_in(client, lena)
    save(client, module, **HALF)
    ModuleProgress.objects.update(tries_used=TRIES_AT_MOST)
    assert submit(client, module, **HALF).status_code == 422
    assert ModuleProgress.objects.get().tries_used == TRIES_AT_MOST


@pytest.mark.parametrize("mark", [0, 101])
def test_a_mark_is_a_percentage(mark):
    with pytest.raises(ValidationError):
        Module(title="Hygiene", pass_mark=mark).full_clean()


def test_a_page_without_a_result_says_neither_passed_nor_not(client, lena):
    sign_in(client, lena)
    page = words(client.get(marked().get_absolute_url()))
    assert not re.search(r"\b(Passed|Not passed)\.", page)
    assert Answer.objects.count() == 0


def test_a_row_of_the_version_before_counts(client, lena):
    """A server of the version before inserts without the column, so the database gives its default."""
    module, now = marked(), timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO learning_moduleprogress (user_id, module_id, started_at, submitted_at, tries_used, pages)"
            " VALUES (%s, %s, %s, %s, 1, '{}')",
            [lena.pk, module.pk, now - DAY, now - DAY],
        )
    assert state(module, lena).status == Status.DONE
