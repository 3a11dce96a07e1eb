"""Expired modules, doing one again, and giving another try, as people see them."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from learning.models import Module
from tests.learning.test_validity import DAY, yearly
from tests.support.browser import assert_accessible, complaints_of, sign_in_by_form, wait_for_scripts
from tests.support.learning_factories import EVERYONE, add_interaction, food_safety, make_module, submitted

pytestmark = [pytest.mark.django_db(transaction=True)]
NARROW = {"width": 390, "height": 800}


def answered(person, **fields):
    module = food_safety()
    Module.objects.filter(pk=module.pk).update(**fields)
    for interaction in module.interactions.prefetch_related("choices"):
        choices = [choice.pk for choice in interaction.choices.all()]
        value = {"single_choice": choices[-1:] and choices[-1], "multiple_choice": choices[:2], "free_text": "Cold"}
        module.keep_answers(person, {interaction: value.get(interaction.kind, True)})
    return Module.objects.get(pk=module.pk)


def assert_fits(page):
    """Check that the page is not wider than a phone."""
    before = page.viewport_size
    page.set_viewport_size(NARROW)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    page.set_viewport_size(before)


def test_lena_does_an_expired_module_again(page, live_server, lena):
    complaints = complaints_of(page)
    module = submitted(lena, answered(lena, valid_for=365 * DAY, tries=1), days_ago=400)
    submitted(lena, yearly("Allergens at the counter", summary="What is in the brownie"), days_ago=340)
    sign_in_by_form(page, live_server.url, lena)
    expect(page.get_by_text("1 module has expired.")).to_be_visible()
    assert_accessible(page)
    assert_fits(page)
    page.get_by_role("link", name=module.title).click()
    expect(page.get_by_text("1 of 2 questions answered right.")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Do it again").click()
    expect(page.get_by_text("You can answer this module again.")).to_be_visible()
    wait_for_scripts(page)
    page.get_by_text(re.compile("Submitted on .*, 1 of 2 questions answered right")).click()
    expect(page.get_by_text("12 °C").first).to_be_visible()
    assert_accessible(page)
    assert_fits(page)
    assert complaints == []


def test_sam_gives_another_try_and_more_time(page, live_server, sam, lena):
    done = submitted(lena, answered(lena, tries=1))
    due = make_module("Closing the till", EVERYONE | {"due_at": done.created_at + DAY})
    add_interaction(due, "Count the coins")
    sign_in_by_form(page, live_server.url, sam)
    for module, link in ((done, "Let them try again…"), (due, "Extend the due date for them…")):
        page.goto(f"{live_server.url}{reverse('user_access', args=[lena.pk])}?item=module-{module.pk}")
        page.get_by_role("button", name="Check now").click()
        page.get_by_role("link", name=link).click()
        expect(page.get_by_label("Reason")).to_be_visible()
        assert_accessible(page)
        assert_fits(page)
        if module == due:
            page.get_by_label("Due on").fill("2040-01-31")
        page.get_by_label("Reason").fill("The fire alarm rang")
        page.get_by_role("button", name=re.compile("^(Let them|Save)")).click()
        expect(page.get_by_text("is told so by mail")).to_be_visible()
