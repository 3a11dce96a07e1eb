"""Helpers of browser tests: sign-in by the form, and accessibility checks with axe."""

import re

from axe_playwright_python.sync_playwright import DEFAULT_OPTIONS, Axe
from playwright.sync_api import expect

PASSWORD = "standin-demo"
LOGIN_AS_USER = re.compile(
    "^Login as User"
)  # the menu's entry, with or without an explanation, but not the link to the help page


def sign_in_by_form(page, address, person):
    page.goto(address)
    page.get_by_label("Email").fill(person.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).not_to_have_url(re.compile("/accounts/login/"))
    wait_for_scripts(page)


def wait_for_scripts(page):
    """
    Wait until the current page is complete and its deferred scripts have run.

    Only `goto` and `reload` wait for that automatically. After a click, first expect an element of the new page.
    """
    page.wait_for_load_state("load")


def complaints_of(page):
    """Return a list that collects failed scripts and violations of the content security policy."""
    complaints = []
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))

    def listen(message):
        # Axe has no address, and tries to add its own style, which the policy blocks.
        if "Content Security Policy" in message.text and message.location["url"]:
            complaints.append(f"{page.url}: {message.text}")

    page.on("console", listen)
    return complaints


def assert_accessible(page):
    """Check that axe finds nothing in light mode, nor in dark mode (contrast only, as only colours differ)."""
    wait_for_scripts(page)
    for scheme, only in (("light", {}), ("dark", {"runOnly": ["color-contrast"]})):
        page.emulate_media(color_scheme=scheme)
        results = Axe().run(page, options=DEFAULT_OPTIONS | only)
        assert results.violations_count == 0, f"{page.url} ({scheme})\n{results.generate_report()}"


def open_menu(page, person):
    """Open the menu of a person, in their row or on their page."""
    page.get_by_role("button", name=f"Actions for {person}").click()


def explain(page, text="Lena can't submit Food safety basics"):
    """Fill in the form that asks for a reason."""
    page.get_by_label("Can't submit").check()
    page.get_by_label("Reason").fill(text)
    page.get_by_label("Ticket").fill("SUP-7")
