"""Doing a module again: what was submitted is kept, and the learner begins with all tries."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from learning.actions import do_again
from learning.models import Answer, EarlierSubmission, Interaction, Module, ModuleProgress
from tests.support.access_check import words
from tests.support.assumed import data_queries, detail, events, log_in_as, sign_in
from tests.support.learning_factories import COMPLETE, food_safety, kept, save, submit, submitted

from .test_validity import DAY, yearly

pytestmark = pytest.mark.django_db
WRONG = COMPLETE | {"how": "12 °C", "in": "Keep it\nclean"}


@pytest.fixture
def expired(client, lena):
    """Return a module with two tries that Lena used up 400 days ago, one answer wrong."""
    module = food_safety()
    Module.objects.filter(pk=module.pk).update(tries=2, valid_for=365 * DAY, reopens_before=30 * DAY)
    sign_in(client, lena)
    assert [submit(client, module, **WRONG).status_code for _try in range(2)] == [422, 302]
    at = timezone.now() - 400 * DAY
    ModuleProgress.objects.update(started_at=at, submitted_at=at)
    return Module.objects.get(pk=module.pk)


def again(client, module):
    return client.post(reverse("module_do_again", args=[module.pk]))


def test_lena_does_an_expired_module_again_and_keeps_what_she_submitted(client, lena, expired):
    said = words(client.get(expired.get_absolute_url()))
    assert "Submitted. 1 of 2 questions answered right." in said
    assert "What you submitted no longer counts." in said
    assert again(client, expired).url == expired.get_absolute_url()
    earlier = EarlierSubmission.objects.get()
    assert (earlier.tries_used, earlier.right_count, earlier.question_count) == (2, 1, 2)
    assert [(said["question"], said["answer"], said["is_right"]) for said in earlier.answers] == [
        ("Clean hands", ["I have read this"], None),
        ("I report illness", ["I confirm this"], None),
        ("How cold is the fridge?", ["12 °C"], False),
        ("When do you change the cloth?", ["Smells", "Evening"], True),
        ("In your own words", ["Keep it\nclean"], None),
    ]
    progress = ModuleProgress.objects.get()
    assert (progress.submitted_at, progress.tries_used, progress.pages, kept(lena)) == (None, 0, {}, {})
    assert progress.started_at >= timezone.now() - DAY
    page = client.get(expired.get_absolute_url()).content.decode()
    assert "You have 2 tries" in page
    assert re.search(
        r"<details[^>]*>\s*<summary>\s*Submitted on [^,]+, 1 of 2 questions answered right\s*</summary", page
    )
    said = words(client.get(expired.get_absolute_url()))
    assert "How cold is the fridge? 12 °C Not quite" in said
    assert submit(client, expired, **COMPLETE).status_code == 302
    assert "Passed. 2 of 2 questions answered right." in words(client.get(expired.get_absolute_url()))
    assert EarlierSubmission.objects.count() == 1


def test_a_click_that_comes_twice_does_no_harm(client, lena, expired):
    again(client, expired)
    save(client, expired, clean="on")
    assert again(client, expired).status_code == 302
    assert "This module is open: answer it, then submit." in client.get(expired.get_absolute_url()).content.decode()
    assert kept(lena) == {"Clean hands": True}
    assert EarlierSubmission.objects.count() == 1


def test_what_is_not_due_again_stays_and_says_so(client, lena):
    sign_in(client, lena)
    module = submitted(lena, yearly(), days_ago=1)
    assert "Do it again" not in client.get(module.get_absolute_url()).content.decode()
    response = again(client, module)
    assert response.status_code == 409
    assert "This module is not due again, so what you submitted stays." in response.content.decode()
    assert ModuleProgress.objects.get().submitted_at
    assert not EarlierSubmission.objects.exists()


def test_who_has_not_begun_or_does_not_see_the_module_opens_nothing_again(client, lena, max_, expired):
    sign_in(client, max_)
    assert again(client, expired).status_code == 302
    assert not EarlierSubmission.objects.exists()
    expired.exclusions.create(person=max_)
    assert again(client, expired).status_code == 404
    assert not ModuleProgress.objects.filter(user=max_).exists()


def test_sam_does_it_again_for_lena_on_record(client, sam, lena, expired):
    log_in_as(client, sam, lena)
    assert again(client, expired).status_code == 302
    changed = [detail(event) for event in events("assumed_session.changed")]
    assert {each["model"] for each in changed} == {
        "learning.earliersubmission", "learning.answer", "learning.moduleprogress",
    }  # fmt: skip
    assert len([each for each in changed if each["model"] == "learning.answer" and each["after"] is None]) == 5
    [outcome] = events("assumed_session.outcome")
    assert outcome.outcome == "done"


def test_a_refusal_in_lenas_place_is_on_record_as_refused(client, sam, lena):
    module = submitted(lena, yearly(), days_ago=1)
    log_in_as(client, sam, lena)
    assert again(client, module).status_code == 409
    [outcome] = events("assumed_session.outcome")
    assert outcome.outcome == "refused"


def test_who_only_looks_finds_the_button_disabled(client, sam, lena, expired):
    log_in_as(client, sam, lena, mode="look_only")
    page = client.get(expired.get_absolute_url()).content.decode()
    assert re.search(r"again/\"[^>]*>.*?<fieldset[^>]*disabled", page, re.DOTALL)
    assert again(client, expired).status_code == 403
    assert not EarlierSubmission.objects.exists()


def test_what_was_submitted_stays_as_it_was_whatever_becomes_of_the_question(client, lena, expired):
    do_again(lena, expired)
    Interaction.objects.filter(title="How cold is the fridge?").delete()
    assert EarlierSubmission.objects.get().answers[2]["answer"] == ["12 °C"]
    assert "How cold is the fridge? 12 °C" in words(client.get(expired.get_absolute_url()))


def test_an_old_tab_of_the_submitted_module_brings_no_answer_back(client, lena, expired):
    form = client.get(expired.get_absolute_url()).context["form"]
    old = {"shown": [f"{step.interaction.pk}:{step.made_from}" for step in form.shown_interactions()]}
    again(client, expired)
    client.post(reverse("module_save", args=[expired.pk]), old)
    assert not Answer.objects.exists()


def test_a_module_that_was_begun_again_is_not_deleted_and_its_people_can_be(client, lena, carl, expired):
    do_again(lena, expired)
    browser = Client()
    sign_in(browser, carl)
    address = reverse("admin:learning_module_delete", args=[expired.pk])
    assert "1 person has begun it." in browser.get(address).content.decode()
    browser.post(address, {"post": "yes"})
    assert Module.objects.filter(pk=expired.pk).exists()
    lena.delete()
    assert not EarlierSubmission.objects.exists()


def test_the_page_costs_one_query_more_if_there_is_something_earlier(client, lena, expired):
    client.get(expired.get_absolute_url())  # takes the message that it was submitted
    costs = []
    for _opened in range(2):
        with CaptureQueriesContext(connection) as captured:
            client.get(expired.get_absolute_url())
        costs.append(len(data_queries(captured)))
        do_again(lena, expired)
    assert costs == [7, 8]
