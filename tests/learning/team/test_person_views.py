"""The tab Learning of a person: what they see and how far they are, for users who may see their progress."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from learning.models import Event
from tests.support.access_check import words
from tests.support.assumed import data_queries, log_in_as, sign_in
from tests.support.factories import permission_type
from tests.support.learning_factories import add_interaction, make_document, make_event, make_module

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def learning_of(client, person):
    return client.get(reverse("user_learning", args=[person.pk]))


def test_nora_reads_what_lena_sees_and_how_far_she_is(client, nora, lena, copenhagen, aarhus):
    late = make_module("Food safety basics", {"department": copenhagen, "due_at": timezone.now() - DAY})
    add_interaction(late, "Clean hands")
    done = make_module("Welcome")
    done.submit_for(lena)
    make_module("For Aarhus", {"department": aarhus})
    make_event("Latte art night").register(lena)
    past = make_event("First aid")
    past.register(lena)
    Event.objects.filter(pk=past.pk).update(starts_at=timezone.now() - 2 * DAY, ends_at=timezone.now() - DAY)
    make_document("Wall chart")
    sign_in(client, nora)
    response = learning_of(client, lena)
    said = words(response)
    assert [(module.title, module.status) for module in response.context["page"]] == [
        ("Food safety basics", "overdue"), ("Welcome", "done"),
    ]  # fmt: skip
    assert "0 of 1 step answered" in said
    assert "For Aarhus" not in said
    for part in ("Needs help 1", "Still to do 1", "Done 1", "Latte art night", "Has a place", "Wall chart"):
        assert part in said, part
    assert "First aid" in said
    assert "Had a place" in said


def test_an_answer_is_never_shown(client, nora, lena):
    module = make_module("Opinions")
    step = add_interaction(module, "In your own words", "free_text")
    module.keep_answers(lena, {step: "I would rather not say"})
    sign_in(client, nora)
    assert "rather not say" not in learning_of(client, lena).content.decode()


def test_a_learner_without_anything_has_sentences_that_say_so(client, nora, lena):
    sign_in(client, nora)
    said = words(learning_of(client, lena))
    assert "No module is assigned to Lena Sørensen." in said
    assert "No event is planned for Lena Sørensen." in said
    assert "Lena Sørensen sees no document." in said


def test_a_deactivated_person_is_said_to_be_deactivated(client, nora, lena):
    User.objects.filter(pk=lena.pk).update(is_active=False)
    sign_in(client, nora)
    assert "Lena Sørensen is deactivated, so nothing here will change." in words(learning_of(client, lena))


def test_seeing_people_is_no_right_to_see_their_progress(client, mona, lena):
    sign_in(client, mona)
    assert learning_of(client, lena).status_code == 403
    assert reverse("user_learning", args=[lena.pk]) not in client.get(lena.get_absolute_url()).content.decode()


def test_the_right_to_see_progress_shows_nobody_that_one_may_not_see(client, chris, lena):
    sign_in(client, chris)
    assert learning_of(client, lena).status_code == 404


def test_nora_sees_nobody_of_other_departments_and_not_lena_after_she_moved(client, nora, lena, max_, aarhus):
    sign_in(client, nora)
    assert learning_of(client, max_).status_code == 404
    assert learning_of(client, lena).status_code == 200
    User.objects.filter(pk=lena.pk).update(department=aarhus)
    assert learning_of(client, lena).status_code == 404


def test_the_two_rights_meet_at_each_person(client, nora, lena, max_, aarhus):
    """Seeing people in Aarhus and progress in Nørreport shows nothing of Max."""
    nora.groups.add(permission_type("Sees Aarhus", "see_people", departments=[aarhus]))
    sign_in(client, nora)
    assert client.get(max_.get_absolute_url()).status_code == 200
    assert learning_of(client, max_).status_code == 403


def test_in_an_assumed_session_the_page_is_closed(client, sam, nora, lena):
    sam.groups.add(permission_type("Progress", "see_progress"))
    log_in_as(client, sam, nora)
    assert learning_of(client, lena).status_code == 403


def test_the_number_of_queries_does_not_grow(client, nora, lena):
    def counted():
        with CaptureQueriesContext(connection) as captured:
            assert learning_of(client, lena).status_code == 200
        return len(data_queries(captured))

    sign_in(client, nora)
    make_module("One")
    make_event("First")
    make_document("First")
    learning_of(client, lena)
    few = counted()
    for number in range(3):
        make_module(f"More {number}")
        make_event(f"More {number}")
        make_document(f"More {number}")
    assert (few, counted()) == (9, 9)
