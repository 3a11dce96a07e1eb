"""The preview beside the form of an item, as a browser shows it."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from learning.models import Module
from tests.browser.test_results import assert_fits
from tests.support.browser import assert_accessible, complaints_of, sign_in_by_form
from tests.support.learning_factories import Kind, add_interaction, make_module

pytestmark = [pytest.mark.django_db(transaction=True)]
UNSAVED = "What you change here shows after you save."


@pytest.fixture
def module():
    module = make_module("Hygiene", {"is_everyone": True}, description="Wash *both* hands.")
    add_interaction(module, "How cold?", Kind.SINGLE_CHOICE, choices=["*5 °C", "12 °C"])
    return module


@pytest.fixture
def edited(page, live_server, carl, module):
    """Return the page on which Carl edits the module, with a list of the previews that it has fetched."""
    sign_in_by_form(page, live_server.url, carl)
    page.fetched = []
    page.on("request", lambda request: "/preview/" in request.url and page.fetched.append(request.url))
    page.goto(live_server.url + reverse("admin:learning_module_change", args=[module.pk]))
    return page


def beside(page):
    return page.get_by_role("complementary", name="How a learner sees it")


def shown(page):
    return beside(page).frame_locator("iframe")


def test_what_is_saved_stands_beside_the_form_and_nothing_in_it_can_be_used(edited, module):
    complaints = complaints_of(edited)
    edited.reload()
    expect(shown(edited).locator("h1")).to_have_text("Hygiene")
    expect(shown(edited).locator("em")).to_have_text("both")
    expect(shown(edited).locator(".masthead, script, [data-preview-notice]")).to_have_count(0)
    assert shown(edited).locator("main").evaluate("main => main.inert")
    radius = "main => getComputedStyle(main.querySelector('.step')).borderTopLeftRadius"
    assert shown(edited).locator("main").evaluate(radius) == "10px", "it has the styles of a learner's page"
    assert complaints == []
    assert_accessible(edited)
    assert_fits(edited)

    expect(edited.get_by_text(UNSAVED)).to_be_hidden()
    edited.get_by_label("Title", exact=False).first.fill("Clean hands")
    expect(edited.get_by_text(UNSAVED)).to_be_visible()
    expect(shown(edited).locator("h1")).to_have_text("Hygiene")
    edited.get_by_role("button", name="Save and continue editing").click()
    expect(shown(edited).locator("h1")).to_have_text("Clean hands")
    expect(edited.get_by_text(UNSAVED)).to_be_hidden()

    Module.objects.filter(pk=module.pk).update(title="Clean tables")
    beside(edited).get_by_role("button", name="Refresh").click()
    expect(shown(edited).locator("h1")).to_have_text("Clean tables")


def test_hidden_it_stays_hidden_and_is_not_fetched(edited):
    expect(shown(edited).locator("h1")).to_be_visible()
    edited.get_by_role("button", name="Hide preview").click()
    expect(beside(edited)).to_be_hidden()
    edited.fetched.clear()
    edited.reload()
    expect(edited.get_by_role("button", name="Show preview")).to_be_visible()
    expect(beside(edited)).to_be_hidden()
    assert edited.fetched == []
    edited.get_by_role("button", name="Show preview").click()
    expect(shown(edited).locator("h1")).to_have_text("Hygiene")
    edited.reload()
    expect(shown(edited).locator("h1")).to_have_text("Hygiene")


def test_where_nothing_can_be_stored_it_is_shown_and_can_be_hidden(edited):
    edited.add_init_script("Object.defineProperty(window, 'localStorage', {get() { throw new Error('forbidden') }})")
    edited.reload()
    expect(shown(edited).locator("h1")).to_have_text("Hygiene")
    edited.get_by_role("button", name="Hide preview").click()
    expect(beside(edited)).to_be_hidden()


def test_on_a_narrow_screen_the_link_is_the_way_and_nothing_is_fetched(edited):
    edited.set_viewport_size({"width": 1000, "height": 700})
    edited.fetched.clear()
    edited.reload()
    expect(edited.get_by_role("link", name="View as a learner would")).to_be_visible()
    expect(edited.get_by_role("button", name="Hide preview")).to_be_hidden()
    expect(beside(edited)).to_be_hidden()
    assert edited.fetched == []
    edited.set_viewport_size({"width": 1280, "height": 700})
    expect(shown(edited).locator("h1")).to_have_text("Hygiene")


def test_the_keyboard_scrolls_it(edited, module):
    expect(shown(edited).locator("em")).to_have_text("both")  # the first preview has come, and no other is on its way
    Module.objects.filter(pk=module.pk).update(description="A line.\n\n" * 100)
    beside(edited).get_by_role("button", name="Refresh").click()
    expect(shown(edited).get_by_text("A line.")).to_have_count(100)
    expect(shown(edited).locator(".step")).to_have_css("border-top-left-radius", "10px")
    beside(edited).get_by_role("button", name="Refresh").focus()
    edited.keyboard.press("Tab")
    edited.keyboard.press("End")
    expect(shown(edited).locator(".step")).to_be_in_viewport()


def test_a_preview_that_can_not_be_loaded_says_so(edited):
    expect(shown(edited).locator("h1")).to_have_text("Hygiene")
    edited.context.clear_cookies()
    beside(edited).get_by_role("button", name="Refresh").click()
    expect(beside(edited).get_by_role("status")).to_contain_text("The preview can't be loaded now.")
    expect(shown(edited).locator("h1")).to_have_text("Hygiene")  # not the page to sign in


def test_what_was_refused_is_not_saved_either(edited):
    edited.get_by_label("Title", exact=False).first.fill("")
    edited.get_by_role("button", name="Save", exact=True).click()
    expect(edited.get_by_role("heading", name="Nothing is saved yet")).to_be_visible()
    expect(edited.get_by_text(UNSAVED)).to_be_visible()
    expect(shown(edited).locator("h1")).to_have_text("Hygiene")
    asked = []
    edited.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    edited.get_by_label("Title", exact=False).first.click()  # a browser asks only people who have touched the page
    edited.get_by_role("navigation", name="Where you are").get_by_role("link", name="Administration").click()
    expect(edited.get_by_role("heading", name="Nothing is saved yet")).to_be_visible()
    assert asked == ["beforeunload"]
