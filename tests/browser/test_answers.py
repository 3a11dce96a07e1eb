"""Two tabs with the same module, in a real browser: what the other one kept is not lost, without scripts neither."""

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from learning.models import Answer, ModuleProgress
from tests.support.browser import assert_accessible, complaints_of, sign_in_by_form, wait_for_scripts
from tests.support.learning_factories import food_safety

pytestmark = pytest.mark.django_db(transaction=True)
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 860}


def words(tab):
    return tab.get_by_role("textbox", name="In your own words")


def saved(tab):
    return tab.get_by_text("Your answers are saved.")


def kept():
    return {answer.interaction.title: answer.value for answer in Answer.objects.select_related("interaction")}


def test_an_old_tab_that_saves_as_it_goes_wipes_nothing_and_shows_the_newer_answer(new_context, live_server, lena):
    module = food_safety()
    context = new_context(viewport=DESKTOP)
    old, newer = context.new_page(), context.new_page()
    complaints = complaints_of(old)
    sign_in_by_form(old, live_server.url + module.get_absolute_url(), lena)
    newer.goto(live_server.url + module.get_absolute_url())
    newer.get_by_label("I have read this").check()
    words(newer).fill("From the newer tab")
    expect(saved(newer)).to_be_visible()

    # What the old tab does not touch stays; its own answers are kept one after the other, and never conflict
    for choice in ("5 °C", "12 °C"):
        old.get_by_role("radio", name=choice).check()
        expect(saved(old)).to_be_visible()
    before = kept()
    assert {"Clean hands", "In your own words", "How cold is the fridge?"} == set(before)
    assert before["In your own words"] == "From the newer tab"

    # What both changed: the newer one stands, and what is typed is shown beside it, to be taken
    words(old).fill("From the old tab")
    expect(old.get_by_text("A newer answer is stored than this page shows.")).to_be_visible()
    expect(words(old)).to_have_value("From the old tab")
    assert kept() == before
    old.get_by_role("button", name="Submit").click()
    expect(old.get_by_role("alert")).to_contain_text("1 answer was changed elsewhere")
    expect(words(old)).to_have_value("From the newer tab")
    expect(old.get_by_label("I have read this")).to_be_checked()
    assert ModuleProgress.objects.get().submitted_at is None
    assert_accessible(old)
    old.get_by_role("button", name="Take this one instead").click()
    expect(saved(old).first).to_be_visible()
    expect(words(old)).to_have_value("From the old tab")
    assert kept() == before | {"In your own words": "From the old tab"}
    assert complaints == []


@pytest.mark.once
def test_without_scripts_the_old_tab_wipes_nothing_either(new_context, live_server, lena):
    module = food_safety()
    context = new_context(viewport=PHONE, java_script_enabled=False, color_scheme="dark")
    old, newer = context.new_page(), context.new_page()
    sign_in_by_form(old, live_server.url + module.get_absolute_url(), lena)
    newer.goto(live_server.url + module.get_absolute_url())
    words(newer).fill("From the newer tab\nin two lines")
    newer.get_by_role("button", name="Save and go on later").click()
    expect(saved(newer)).to_be_visible()
    old.get_by_label("I have read this").check()
    words(old).fill("From the old tab\nin two lines")
    old.get_by_role("button", name="Save and go on later").click()
    expect(old.get_by_role("alert")).to_contain_text("1 answer was changed elsewhere")
    expect(words(old)).to_have_value("From the newer tab\nin two lines")
    expect(old.locator("blockquote")).to_contain_text("From the old tab")
    expect(old.get_by_label("I have read this")).to_be_checked()
    assert old.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    old.get_by_role("button", name="Take this one instead").click()
    expect(saved(old)).to_be_visible()
    assert kept()["In your own words"].splitlines() == ["From the old tab", "in two lines"]


def test_a_page_whose_session_ended_goes_on_after_a_sign_in_in_another_tab(new_context, live_server, lena):
    module = food_safety()
    context = new_context(viewport=DESKTOP)
    old = context.new_page()
    sign_in_by_form(old, live_server.url + module.get_absolute_url(), lena)
    Session.objects.all().delete()
    words(old).fill("Written while nobody was signed in")
    expect(old.get_by_text("This page can't save now.")).to_be_visible()
    assert kept() == {}
    newer = context.new_page()
    sign_in_by_form(newer, f"{live_server.url}/", lena)
    expect(saved(old)).to_be_visible()
    assert kept() == {"In your own words": "Written while nobody was signed in"}
    old.get_by_role("button", name="Save and go on later").click()
    expect(saved(old).first).to_be_visible()


def test_a_page_that_nobody_may_send_from_goes_on_once_its_account_is_open_again(new_context, live_server, lena, mona):
    module = food_safety()
    context = new_context(viewport=DESKTOP)
    old, newer = context.new_page(), context.new_page()
    sign_in_by_form(old, live_server.url + module.get_absolute_url(), lena)
    for person, is_open in ((mona, False), (lena, True)):
        newer.goto(f"{live_server.url}/accounts/logout/")
        newer.get_by_role("button", name="Sign out").click()
        sign_in_by_form(newer, f"{live_server.url}/", person)
        expect(old.locator("#account-now")).to_have_count(0 if is_open else 1)
        expect(old.get_by_role("button", name="Submit")).to_be_enabled(enabled=is_open)
    words(old).fill("Lena again")
    expect(saved(old)).to_be_visible()
    assert kept() == {"In your own words": "Lena again"}


def test_the_way_back_to_a_refused_module_leads_to_the_module(page, live_server, lena):
    module = food_safety()
    sign_in_by_form(page, live_server.url + module.get_absolute_url(), lena)
    wait_for_scripts(page)
    page.get_by_label("I have read this").check()
    expect(saved(page)).to_be_visible()
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page).to_have_url(live_server.url + module.get_absolute_url())
    page.get_by_role("link", name="Events").first.click()
    expect(page.get_by_role("heading", name="Events", level=1)).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Food safety basics", level=1)).to_be_visible()
    expect(page.get_by_label("I have read this")).to_be_checked()
