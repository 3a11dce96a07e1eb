"""Finding people in a real browser: by keys alone, in the palette, on a phone, with everything that axe checks."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.browser import LOGIN_AS_USER, assert_accessible, complaints_of, sign_in_by_form
from tests.support.learning_factories import make_document, make_event, make_module

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]


@pytest.fixture
def tab(page, live_server, sam, lena, max_, ina):
    page.set_viewport_size({"width": 1280, "height": 800})
    complaints = complaints_of(page)
    sign_in_by_form(page, f"{live_server.url}/users/", sam)
    yield page
    assert complaints == []


def focused(tab):
    return tab.evaluate("document.activeElement.textContent.trim() || document.activeElement.name")


def test_by_keys_from_the_search_to_the_dialog(tab):
    tab.get_by_role("heading", name="User Management").click()  # out of the search, where the page begins
    tab.keyboard.press("/")
    expect(tab.get_by_role("searchbox")).to_be_focused()
    tab.keyboard.type("sorensen/")  # in a field, / is a letter
    tab.keyboard.press("Backspace")
    expect(tab.locator("#search-status")).to_have_text("1 person found")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("link", name=LOGIN_AS_USER)).to_be_focused()
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("dialog")).to_contain_text("Lena Sørensen")


def test_arrows_go_from_person_to_person_and_back_to_the_search(tab):
    search = tab.get_by_role("searchbox")
    search.focus()
    tab.keyboard.press("ArrowDown")
    assert focused(tab) == "Ina Dahl"
    tab.keyboard.press("ArrowDown")
    assert focused(tab) == "Lena Sørensen"
    tab.keyboard.press("ArrowRight")
    expect(tab.get_by_role("link", name=LOGIN_AS_USER)).to_be_focused()
    tab.keyboard.press("End")
    expect(tab.locator(".menu:popover-open").get_by_role("link").last).to_be_focused()
    tab.keyboard.press("Home")
    expect(tab.get_by_role("link", name=LOGIN_AS_USER)).to_be_focused()
    tab.keyboard.press("Escape")
    tab.get_by_role("link", name="Ina Dahl").focus()
    tab.keyboard.press("ArrowUp")
    expect(search).to_be_focused()
    search.fill("kjaer")
    expect(tab.get_by_role("link", name="Ina Dahl")).to_have_count(0)
    tab.keyboard.press("Escape")
    expect(search).to_have_value("")
    expect(tab.get_by_role("link", name="Ina Dahl")).to_be_visible()
    expect(search).to_be_focused()


def test_the_focus_stays_on_a_person_while_results_change(tab):
    tab.get_by_role("searchbox").fill("lena")
    tab.get_by_role("link", name="Lena Sørensen").focus()
    expect(tab.get_by_role("link", name="Max Kjær")).to_have_count(0)
    assert focused(tab) == "Lena Sørensen"


def test_the_keys_are_told_and_listen_to_no_field(tab):
    tab.get_by_role("searchbox").fill("?")
    expect(tab.get_by_role("dialog")).to_have_count(0)
    tab.get_by_role("heading", name="User Management").click()
    tab.keyboard.press("?")
    expect(tab.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    assert_accessible(tab)
    tab.keyboard.press("/")
    expect(tab.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    tab.keyboard.press("Escape")
    expect(tab.get_by_role("dialog")).to_have_count(0)
    tab.get_by_role("button", name="Keyboard shortcuts").click()
    tab.get_by_role("button", name="Close").click()
    expect(tab.get_by_role("dialog")).to_have_count(0)


def test_the_palette_leads_from_everywhere_to_a_person_and_to_a_page(tab, live_server, lena):
    tab.goto(f"{live_server.url}/events/")
    tab.keyboard.press("Control+k")
    palette = tab.get_by_role("dialog", name="Search and go")
    field = palette.get_by_role("combobox")
    expect(field).to_be_focused()
    expect(palette.get_by_role("option", name="Log in as …")).to_have_attribute("aria-selected", "true")
    assert_accessible(tab)
    field.fill("sorensen")
    option = palette.get_by_role("option", name="Log in as Lena Sørensen")
    expect(option).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", option.get_attribute("id"))
    expect(palette.get_by_role("status")).to_have_text("1 result")
    assert_accessible(tab)
    tab.keyboard.press("ArrowDown")
    expect(palette.get_by_role("option", name="Check access of Lena")).to_have_attribute("aria-selected", "true")
    tab.keyboard.press("ArrowUp")
    tab.keyboard.press("Enter")
    expect(tab).to_have_url(f"{live_server.url}/users/{lena.pk}/login-as/")
    tab.keyboard.press("Control+k")
    field.fill("docum")
    expect(palette.get_by_role("option", name="Documents")).to_be_visible()
    palette.get_by_role("option", name="Documents").click()
    expect(tab).to_have_url(f"{live_server.url}/documents/")


def test_the_palette_leads_to_what_its_reader_sees(tab, live_server):
    make_module("Crème brûlée")
    make_document("Crème in a chart")
    make_module("Crème for nobody yet", is_published=False)
    tab.keyboard.press("Control+k")
    palette = tab.get_by_role("dialog", name="Search and go")
    palette.get_by_role("combobox").fill("creme")
    expect(palette.get_by_role("group", name="Modules").get_by_role("option")).to_have_text(["Crème brûlée"])
    expect(palette.get_by_role("group", name="Documents").get_by_role("option")).to_have_count(1)
    expect(palette.get_by_role("status")).to_have_text("2 results")
    assert_accessible(tab)
    expect(palette.get_by_role("option", name="Crème brûlée")).to_have_attribute("aria-selected", "true")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", name="Crème brûlée", level=1)).to_be_visible()


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_a_learner_searches_on_a_page(page, live_server, lena, width):
    make_module("Crème brûlée")
    make_event("Crème night")
    page.set_viewport_size({"width": width, "height": 800})
    complaints = complaints_of(page)
    sign_in_by_form(page, live_server.url + "/", lena)
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Search").click()
    page.get_by_role("searchbox").fill("creme")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Crème brûlée")).to_be_visible()
    expect(page.get_by_role("heading", name="Events")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert_accessible(page)
    assert complaints == []


def test_without_a_script_the_button_leads_to_the_page(new_context, live_server, sam, lena):
    page = new_context(java_script_enabled=False).new_page()
    sign_in_by_form(page, live_server.url + "/", sam)
    page.get_by_role("link", name="Go to…").click()
    page.get_by_role("link", name="Check access of …").click()
    page.get_by_role("searchbox").fill("sorensen")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("link", name="Check access of Lena Sørensen")).to_be_visible()
    expect(page.get_by_role("link", name="Profile of Lena")).to_have_count(0)


def test_the_palette_opens_the_dialog_over_the_list_and_gives_the_focus_back(tab):
    button = tab.get_by_role("button", name="Go to…")
    button.click()
    palette = tab.get_by_role("dialog", name="Search and go")
    palette.get_by_role("option", name="Log in as …").click()
    field = palette.get_by_role("combobox")
    field.fill("dahl")
    refused = palette.get_by_role("option", name="Log in as Ina Dahl")
    expect(refused).to_contain_text("This account is deactivated.")
    refused.click(force=True)
    tab.keyboard.press("Enter")
    expect(palette).to_be_visible()
    field.fill("max")
    expect(palette.get_by_role("option", name="Log in as Max Kjær")).to_be_visible()
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("dialog")).to_contain_text("Max Kjær")
    tab.keyboard.press("Escape")
    button.click()
    tab.keyboard.press("Escape")
    expect(button).to_be_focused()


def test_on_a_phone_people_come_before_filters(tab, live_server):
    tab.set_viewport_size({"width": 390, "height": 844})
    tab.goto(f"{live_server.url}/users/?status=active")
    filters = tab.get_by_role("button", name="Filters (1)")
    expect(filters).to_have_attribute("aria-expanded", "false")
    expect(tab.locator("#id_department")).to_be_hidden()
    expect(tab.get_by_role("link", name="Lena Sørensen")).to_be_in_viewport()
    expect(tab.get_by_role("link", name="User Management").first).to_be_in_viewport()
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert_accessible(tab)
    filters.click()
    expect(tab.locator("#id_department")).to_be_visible()
    tab.locator("#id_status").select_option("deactivated")
    expect(tab.get_by_role("link", name="Ina Dahl")).to_be_visible()
    expect(tab).to_have_url(re.compile("status=deactivated"))


def test_columns_are_chosen_without_leaving_the_search(tab):
    tab.get_by_role("searchbox").fill("lena")
    expect(tab).to_have_url(re.compile(r"q=lena"))
    tab.get_by_role("button", name="View").click()
    tab.get_by_label("Job profile").check()
    tab.get_by_label("50", exact=True).check()
    assert_accessible(tab)
    tab.get_by_role("button", name="Show", exact=True).click()
    expect(tab.get_by_role("columnheader", name="Job profile")).to_be_visible()
    expect(tab.get_by_role("searchbox")).to_have_value("lena")
    tab.get_by_role("searchbox").fill("max")
    expect(tab.get_by_role("link", name="Max Kjær")).to_be_visible()
    expect(tab.get_by_role("columnheader", name="Job profile")).to_be_visible()
