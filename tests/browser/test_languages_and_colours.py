"""Everybody can use the main pages in each language, and with the few colours that somebody forces."""

import pytest
from axe_playwright_python.sync_playwright import DEFAULT_OPTIONS, Axe
from playwright.sync_api import expect

from accounts.models import User
from tests.support.browser import (
    LOGIN_AS_USER,
    PASSWORD,
    assert_accessible,
    complaints_of,
    open_menu,
    sign_in_by_form,
    wait_for_scripts,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]
PAGES = [
    "/", "/modules/", "/events/", "/documents/", "/users/", "/users/{lena}/", "/users/{lena}/login-as/", "/account/",
    "/help/login-as-user/",
]  # fmt: skip
# Whether what has the focus has an outline: where it is drawn, and in a colour that is seen.
OUTLINED = """() => {
  const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(document.activeElement);
  return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 && !/, 0\\)$/.test(outlineColor);
}"""
HERE = "() => document.activeElement.outerHTML.slice(0, 200)"


@pytest.mark.parametrize("language", ["da", "de"])
def test_the_main_pages_in_each_language(new_context, live_server, sam, lena, catalogue, language):
    User.objects.update(language=language)
    page = new_context(locale=language, viewport={"width": 1280, "height": 860}).new_page()
    complaints = complaints_of(page)
    page.goto(f"{live_server.url}/accounts/login/")
    expect(page.locator("html")).to_have_attribute("lang", language)
    assert_accessible(page)
    page.locator("[name=login]").fill(sam.email)
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("[name=password]")).to_have_count(0)
    for address in PAGES:
        page.goto(live_server.url + address.format(lena=lena.pk))
        expect(page.locator("html")).to_have_attribute("lang", language)
        assert_accessible(page)
    assert complaints == []


@pytest.fixture
def forced(new_context):
    return new_context(forced_colors="active", viewport={"width": 1280, "height": 860}).new_page()


def assert_rules_hold(page):
    """Ask axe about all but contrast: it reads the colours of the stylesheet, and the system paints others."""
    wait_for_scripts(page)
    results = Axe().run(page, options=DEFAULT_OPTIONS | {"rules": {"color-contrast": {"enabled": False}}})
    assert results.violations_count == 0, f"{page.url}\n{results.generate_report()}"


def walk_by_tab(page, steps):
    """Press Tab, and return what has the focus without an outline."""
    dark = []
    for _step in range(steps):
        page.keyboard.press("Tab")
        if not page.evaluate(OUTLINED):
            dark.append(page.evaluate(HERE))
    return dark


def test_forced_colours_leave_every_focus_to_be_seen(forced, live_server, sam, lena, catalogue):
    page = forced
    page.goto(f"{live_server.url}/accounts/login/")
    assert page.evaluate("matchMedia('(forced-colors: active)').matches")
    assert_rules_hold(page)
    assert walk_by_tab(page, 4) == []
    sign_in_by_form(page, f"{live_server.url}/modules/", sam)
    for address, steps in {"/": 8, "/users/": 12}.items():
        page.goto(live_server.url + address)
        assert_rules_hold(page)
        assert walk_by_tab(page, steps) == [], address
    open_menu(page, lena)
    page.get_by_role("link", name=LOGIN_AS_USER).click()
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(page.get_by_label("Reason")).to_be_focused()
    assert_rules_hold(page)
    assert page.evaluate(OUTLINED)
    assert walk_by_tab(page, 5) == []
