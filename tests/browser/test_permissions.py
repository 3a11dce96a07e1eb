"""The matrix in a real browser: by keyboard alone, on a phone, and for everybody."""

import os

import pytest
from django.contrib.auth.models import Group
from playwright.sync_api import expect

from tests.support.browser import assert_accessible, complaints_of, sign_in_by_form

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]


@pytest.fixture
def pages(owner, sam, rita, mona, lena, max_):
    """Every page of Permission setup, with a refused one among them."""
    regional = Group.objects.get(name="Regional support (Copenhagen)")
    return [
        "/permissions/", "/permissions/new/", f"/permissions/{regional.pk}/", f"/permissions/{regional.pk}/delete/",
        "/settings/", f"/users/{lena.pk}/", f"/users/{lena.pk}/permission-types/",
        f"/users/{lena.pk}/who-can-log-in/", f"/users/{sam.pk}/log-in-as-whom/",
        f"/users/{sam.pk}/log-in-as-whom/?q=nobody",
    ]  # fmt: skip


def keep_a_picture(tab, name):
    folder = os.environ.get("PICTURES")
    if folder:
        tab.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.mark.parametrize("width", [390, 1280])
def test_everybody_can_use_every_page(new_context, live_server, owner, pages, width):
    tab = new_context(viewport={"width": width, "height": 900}).new_page()
    complaints = complaints_of(tab)
    sign_in_by_form(tab, f"{live_server.url}/", owner)
    for number, address in enumerate(pages):
        tab.goto(live_server.url + address)
        expect(tab.locator("h1")).to_be_visible()
        assert_accessible(tab)
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
        keep_a_picture(tab, f"permissions-{number}-{width}")
    tab.goto(f"{live_server.url}{pages[2]}")
    tab.get_by_label("Export people").check()
    tab.get_by_label("Import people").check()
    tab.get_by_role("button", name="See what changes").click()
    expect(tab.get_by_text("is for the whole company only: choose that, or leave it out.")).to_be_visible()
    assert_accessible(tab)
    keep_a_picture(tab, f"permissions-error-{width}")
    tab.get_by_label("Import people").uncheck()
    tab.get_by_role("button", name="See what changes").click()
    expect(tab.get_by_role("heading", name="What changes: Regional support (Copenhagen)")).to_be_visible()
    expect(tab.get_by_text("Export people")).to_be_visible()
    assert_accessible(tab)
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    keep_a_picture(tab, f"permissions-preview-{width}")
    assert complaints == []


def test_the_scope_decides_what_there_is_to_choose(new_context, live_server, owner, copenhagen):
    tab = new_context(java_script_enabled=False).new_page()
    sign_in_by_form(tab, f"{live_server.url}/permissions/new/", owner)
    place = tab.get_by_role("checkbox", name="Copenhagen")
    said = tab.locator(".choice", has_text="Read the audit log").get_by_text("whole company only")
    expect(tab.get_by_role("radio", name="Whole company")).to_be_checked()
    expect(place).to_be_hidden()
    expect(said).to_be_hidden()
    tab.get_by_role("radio", name="Only these departments").check()
    expect(place).to_be_visible()
    expect(said).to_be_visible()
    tab.get_by_label("Name").fill("Reception")
    tab.get_by_label("See people").check()
    tab.get_by_role("button", name="See what changes").click()
    departments = tab.get_by_role("group", name="Departments, with everything below them")
    expect(departments).to_have_accessible_description("Please choose at least one department.")


def test_departments_with_an_error_are_never_hidden(page, live_server, owner, norreport):
    sign_in_by_form(page, f"{live_server.url}/permissions/new/", owner)
    page.get_by_label("Name").fill("Reception")
    page.get_by_role("radio", name="Only these departments").check()
    page.get_by_role("checkbox", name="Nørreport").check()
    page.get_by_role("radio", name="Whole company").check()
    norreport.delete()
    page.get_by_role("button", name="See what changes").click()
    expect(page.get_by_text("is not one of the available choices.")).to_be_visible()
    expect(page.get_by_role("checkbox", name="Copenhagen")).to_be_visible()


def tab_to(page, locator):
    """Press Tab until the control has the focus; fails where it never gets it."""
    for _ in range(80):
        if locator.evaluate("control => control === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"never reached: {locator}")


def test_a_permission_type_is_made_by_keyboard_alone(page, live_server, owner, copenhagen):
    sign_in_by_form(page, f"{live_server.url}/permissions/", owner)
    tab_to(page, page.get_by_role("link", name="New permission type"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="New permission type")).to_be_visible()
    tab_to(page, page.get_by_label("Name"))
    page.keyboard.type("Reception")
    tab_to(page, page.get_by_role("radio", name="Whole company"))
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="Only these departments")).to_be_checked()
    for label in ("Copenhagen", "Deactivate people", "Log in as people to look only"):
        box = page.get_by_role("checkbox", name=label)
        tab_to(page, box)
        page.keyboard.press("Space")
        expect(box).to_be_checked()
    tab_to(page, page.get_by_role("button", name="See what changes"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What changes: Reception")).to_be_visible()
    tab_to(page, page.get_by_role("button", name="Save"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("“Reception” was saved.")).to_be_visible()
    row = page.get_by_role("row", name="Reception")
    expect(row).to_contain_text("Copenhagen")
    expect(row).to_contain_text("Manage people · Log in as people to look only")
