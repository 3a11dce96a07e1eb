"""Authors at work, and learners who see at once what was kept, as a browser shows it."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from learning.models import Interaction, Module
from tests.browser.test_results import assert_fits
from tests.support.browser import assert_accessible, complaints_of, sign_in_by_form, wait_for_scripts
from tests.support.learning_factories import Kind, add_interaction, food_safety, make_module

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
def module():
    module = make_module("Hygiene")
    for title in ("First", "Second"):
        add_interaction(module, title)
    add_interaction(module, "How cold?", Kind.SINGLE_CHOICE, choices=["*5 °C", "12 °C"])
    return module


def titles(page):
    return page.locator(".interaction:not(.empty-form) .inline_label").all_inner_texts()


def row(page, title):
    return page.locator(".interaction:not(.empty-form)").filter(has=page.get_by_text(title, exact=True)).first


def test_carl_moves_duplicates_and_removes_interactions_by_keyboard(page, live_server, carl, module):
    complaints = complaints_of(page)
    sign_in_by_form(page, live_server.url, carl)
    page.goto(live_server.url + reverse("admin:learning_module_change", args=[module.pk]))
    assert titles(page) == ["First", "Second", "How cold?"]
    assert_accessible(page)
    assert_fits(page)

    button = row(page, "How cold?").get_by_role("button", name="Move up")
    button.focus()
    page.keyboard.press("Enter")
    assert titles(page) == ["First", "How cold?", "Second"]
    expect(button).to_be_focused()
    expect(page.locator("[data-authoring-status]")).to_have_text("How cold? is now number 2 of 3.")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert titles(page) == ["How cold?", "First", "Second"], "at the top it stays"

    row(page, "How cold?").get_by_role("button", name="Duplicate").click()
    assert titles(page) == ["How cold?", "How cold? (copy)", "First", "Second"]
    copy = row(page, "How cold? (copy)")
    expect(copy.get_by_label("Title")).to_be_focused()
    expect(copy.locator("textarea[name$=choices_text]")).to_have_value("* 5 °C\n12 °C")
    assert_accessible(page)

    page.get_by_role("button", name="Add an interaction").click()
    assert titles(page)[-1] == "New interaction"
    added = page.locator(".interaction:not(.empty-form)").last
    added.get_by_role("button", name="Move up").click()
    added = row(page, "New interaction")
    added.get_by_label("Kind").select_option("read")
    added.get_by_label("Title").fill("Third")
    # An interaction that was added stands between stored ones while another added one is removed.
    copy.get_by_role("button", name="Remove").click()
    assert titles(page) == ["How cold?", "First", "Third", "Second"]
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    stored = list(Interaction.objects.filter(module=module).values_list("title", "kind"))
    assert stored == [("How cold?", "single_choice"), ("First", "read"), ("Third", "read"), ("Second", "read")]
    assert [each.text for each in Interaction.objects.get(title="How cold?").options] == ["5 °C", "12 °C"]
    assert complaints == []


def test_carl_sees_the_fields_of_the_kind_and_is_asked_before_he_leaves(page, live_server, carl, module):
    sign_in_by_form(page, live_server.url, carl)
    page.goto(live_server.url + reverse("admin:learning_module_change", args=[module.pk]))
    first = row(page, "First")
    first.get_by_text("Edit").click()
    expect(first.get_by_label("Text:", exact=True)).to_be_visible()
    expect(first.get_by_label("Position")).to_be_hidden()
    choices, file = first.locator(".field-choices_text"), first.locator(".field-file")
    expect(choices).to_be_hidden()
    expect(file).to_be_hidden()
    first.get_by_label("Kind").select_option("multiple_choice")
    expect(choices).to_be_visible()
    first.get_by_label("Kind").select_option("open_file")
    expect(choices).to_be_hidden()
    expect(file).to_be_visible()
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_role("navigation", name="Where you are").get_by_role("link", name="Administration").click()
    expect(first.get_by_label("Kind")).to_have_value("open_file")
    assert asked == ["beforeunload"]
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="View as a learner would").click()
    expect(opened.value.get_by_text("This is how a learner sees it.")).to_be_visible()
    expect(first.get_by_label("Kind")).to_have_value("open_file")


def test_carl_drags_an_interaction(page, live_server, carl, module):
    sign_in_by_form(page, live_server.url, carl)
    page.goto(live_server.url + reverse("admin:learning_module_change", args=[module.pk]))
    grip = row(page, "How cold?").locator(".interaction-grip")
    grip.drag_to(row(page, "First").locator(".interaction-head"), target_position={"x": 60, "y": 3})
    assert titles(page) == ["How cold?", "First", "Second"]
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    assert [each.title for each in Interaction.objects.filter(module=module)] == ["How cold?", "First", "Second"]


def test_lena_sees_at_once_what_was_kept_and_what_is_left(page, live_server, lena):
    module = food_safety()
    Module.objects.filter(pk=module.pk).update(pass_mark=80)
    sign_in_by_form(page, live_server.url, lena)
    page.get_by_role("link", name="Begin").click()
    expect(page.get_by_role("heading", name=module.title)).to_be_visible()
    wait_for_scripts(page)
    step = page.locator(".step").first
    expect(step.get_by_text("Required")).to_be_visible()
    step.get_by_role("checkbox").check()
    expect(step.get_by_text("Answered")).to_be_visible()
    expect(page.get_by_text("Your answers are saved.")).to_be_in_viewport()
    expect(page.locator(".foot").get_by_text("1 of 5 steps answered · 3 required steps open")).to_be_in_viewport()
    assert page.evaluate("document.querySelector('main progress').value") == 1
    assert_accessible(page)
    assert_fits(page)
    page.get_by_label("I confirm this").check()
    page.get_by_label("12 °C").check()
    page.get_by_label("Smells").check()
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("Not passed yet: 0 of 2 questions answered right.")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("5 °C").check()
    page.get_by_label("Evening").check()
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("Submitted. Well done!")).to_be_visible()
    expect(page.get_by_text(re.compile("2 of 2 questions answered right"))).to_be_visible()
    assert_accessible(page)
