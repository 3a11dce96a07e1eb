"""The dialog of Login as User: all of it in view, the focus on the reason, and nothing typed is lost."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.browser import LOGIN_AS_USER, assert_accessible, open_menu, sign_in_by_form
from tests.support.learning_factories import make_module
from tests.support.permission_setup import set_company

pytestmark = pytest.mark.django_db(transaction=True)
HIGHEST = 640  # pixels


def open_dialog(page, live_server, sam, person, query=""):
    sign_in_by_form(page, f"{live_server.url}/users/{query}", sam)
    open_menu(page, person)
    page.get_by_role("link", name=LOGIN_AS_USER).click()
    expect(page.get_by_role("dialog")).to_be_visible()
    return page.get_by_role("dialog")


def box(locator):
    found = locator.bounding_box()
    return found["x"], found["y"], found["x"] + found["width"], found["y"] + found["height"]


@pytest.mark.once
@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1366, 768)])
def test_all_of_the_dialog_is_in_view(new_context, live_server, sam, lena, max_, width, height):
    make_module("Only for Aarhus", {"department": max_.department})
    page = new_context(viewport={"width": width, "height": height}).new_page()
    dialog = open_dialog(page, live_server, sam, lena)
    left, top, right, bottom = box(dialog)
    assert bottom - top <= HIGHEST
    assert dialog.evaluate("element => element.scrollHeight <= element.clientHeight")
    for part in dialog.locator("h1, p:visible, label, textarea, input:visible, button, a").all():
        part_left, part_top, part_right, part_bottom = box(part)
        assert left <= part_left, part.inner_text()
        assert top <= part_top, part.inner_text()
        assert part_right <= right, part.inner_text()
        assert part_bottom <= bottom <= height, part.inner_text()
    expect(dialog).to_contain_text("You may not need to log in: 1 item is hidden from Lena.")
    assert_accessible(page)


def test_the_focus_is_on_the_reason_and_the_counter_says_what_is_missing(page, live_server, sam, lena):
    dialog = open_dialog(page, live_server, sam, lena)
    reason = dialog.get_by_label("Reason")
    expect(reason).to_be_focused()
    expect(dialog).to_contain_text("10 more characters")
    page.keyboard.type("Lena ca")
    expect(dialog).to_contain_text("3 more characters")
    page.keyboard.type("n'")
    expect(dialog).to_contain_text("1 more character")
    page.keyboard.type("t see it")
    expect(dialog).to_contain_text("17 / 500")


def test_escape_keeps_what_was_written_for_this_person_alone(page, live_server, sam, lena, max_):
    dialog = open_dialog(page, live_server, sam, lena)
    page.keyboard.type("Lena says")
    dialog.get_by_label("Event problem").check()
    dialog.get_by_label("Ticket").fill("SUP-7")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    open_menu(page, max_)
    page.get_by_role("link", name=LOGIN_AS_USER).click()
    expect(dialog.get_by_label("Reason")).to_have_value("")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    open_menu(page, lena)
    page.get_by_role("link", name=LOGIN_AS_USER).click()
    expect(dialog.get_by_label("Reason")).to_have_value("Lena says")
    expect(dialog.get_by_label("Event problem")).to_be_checked()
    expect(dialog.get_by_label("Ticket")).to_have_value("SUP-7")
    expect(dialog).to_contain_text("1 more character")


def test_a_category_begins_the_reason_and_never_replaces_words_of_ones_own(page, live_server, sam, lena):
    dialog = open_dialog(page, live_server, sam, lena)
    reason = dialog.get_by_label("Reason")
    dialog.get_by_text("Content not visible").click()
    expect(reason).to_have_value("Lena can't see …")
    expect(reason).to_be_focused()
    dialog.get_by_text("Can't submit").click()
    expect(reason).to_have_value("Lena can't submit …")
    page.keyboard.type("Food safety basics")
    dialog.get_by_text("Other").click()
    expect(reason).to_have_value("Lena can't submit Food safety basics")
    dialog.get_by_label("Other").press("ArrowLeft")
    expect(dialog.get_by_label("Permissions check")).to_be_focused()
    expect(reason).to_have_value("Lena can't submit Food safety basics")


def test_what_one_types_fills_the_blank_wherever_the_language_has_it(page, live_server, sam, lena):
    sam.language = "de"
    sam.save()
    sign_in_by_form(page, f"{live_server.url}/users/{lena.pk}/login-as/", sam)
    reason = page.locator("textarea[name=text]")
    page.locator('input[value="cannot_submit"]').press("Space")
    expect(reason).to_have_value("Lena kann … nicht abgeben")
    reason.focus()
    page.keyboard.type("Food safety basics")
    expect(reason).to_have_value("Lena kann Food safety basics nicht abgeben")


def test_enter_chooses_the_mode_of_the_company_and_each_button_its_own(page, live_server, sam, lena):
    set_company(default_mode="look_only")
    dialog = open_dialog(page, live_server, sam, lena)
    expect(dialog.get_by_role("button").first).to_contain_text("Look only")
    dialog.get_by_text("Can't submit").click()
    page.keyboard.type("Food safety")
    dialog.get_by_label("Ticket").press("Enter")
    expect(page.get_by_role("region", name="Assumed session")).to_contain_text("account. Look only.")


def test_the_way_that_needs_no_login_leads_to_the_access_check(page, live_server, sam, lena, max_):
    make_module("Only for Aarhus", {"department": max_.department})
    dialog = open_dialog(page, live_server, sam, lena)
    dialog.get_by_role("link", name="See why").click()
    expect(page).to_have_url(re.compile(f"/users/{lena.pk}/access/"))
