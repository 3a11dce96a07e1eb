"""What browser tests share: signing in by the form, and asking axe whether everybody can use a page."""

import re

from axe_playwright_python.sync_playwright import DEFAULT_OPTIONS, Axe
from playwright.sync_api import expect

PASSWORD = "standin-demo"
LOGIN_AS_USER = re.compile(
    "^Login as User"
)  # the menu's entry, with or without a sentence, but not the link to the help


def sign_in_by_form(page, address, person):
    page.goto(address)
    page.get_by_label("Email").fill(person.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).not_to_have_url(re.compile("/accounts/login/"))
    wait_for_scripts(page)


def wait_for_scripts(page):
    """
    Wait until the page that is shown is complete: its deferred scripts have run by then.

    Only `goto` and `reload` wait for that without being asked; after a click, first expect something of the new page.
    """
    page.wait_for_load_state("load")


def complaints_of(page):
    """Collects what the browser complains about: scripts that fail, and what the content policy refuses the page."""
    complaints = []
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))

    def listen(message):
        # Axe comes from no address of ours, and tries a style of its own.
        if "Content Security Policy" in message.text and message.location["url"]:
            complaints.append(f"{page.url}: {message.text}")

    page.on("console", listen)
    return complaints


def assert_accessible(page):
    """Axe finds nothing on the page as it is now, in light; and in dark, where nothing but colours is different."""
    wait_for_scripts(page)
    for scheme, only in (("light", {}), ("dark", {"runOnly": ["color-contrast"]})):
        page.emulate_media(color_scheme=scheme)
        results = Axe().run(page, options=DEFAULT_OPTIONS | only)
        assert results.violations_count == 0, f"{page.url} ({scheme})\n{results.generate_report()}"


def open_menu(page, person):
    page.get_by_role("button", name=f"Actions for {person.name}").click()


def explain(page, text="Lena can't submit Food safety basics"):
    """Fills in the form that asks why."""
    page.get_by_label("Cannot submit").check()
    page.get_by_label("Reason").fill(text)
    page.get_by_label("Ticket").fill("SUP-7")
