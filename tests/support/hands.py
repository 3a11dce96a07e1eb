"""A person at a page, whose clicks and keys are counted, and the main job as people do it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from playwright.sync_api import Locator, Page, expect

from .browser import LOGIN_AS_USER, PASSWORD

PERSON, FOUND_BY = "Lena Sørensen", "lena"


class Hands:
    """Keyboard and mouse of one page. Keys go to what has the focus, so a page without a focus takes none."""

    def __init__(self, page: Page):
        self.page, self.clicks, self.keys = page, 0, 0

    def click(self, target: Locator) -> None:
        self.clicks += 1
        target.click()

    def type(self, text: str) -> None:
        self.keys += len(text)
        self.page.keyboard.type(text)

    def press(self, key: str) -> None:
        self.keys += 1
        self.page.keyboard.press(key)


def main_job(hands: Hands, address: str, email: str) -> Iterator[str]:
    """
    Help Lena: sign in, find her, log in as her with a reason, exit, and come back; yield the name of each step done.

    address: of the platform, whose sign-in page opens without a click.
    """
    page = hands.page
    page.goto(address)
    expect(page.get_by_label("Email")).to_be_focused()
    page.wait_for_load_state("load")
    yield "open the sign-in page"

    hands.type(email)
    hands.press("Tab")
    hands.type(PASSWORD)
    hands.press("Enter")
    expect(page.get_by_role("searchbox", name="Search")).to_be_focused()
    page.wait_for_load_state("load")
    yield "sign in"

    hands.type(FOUND_BY)
    expect(page).to_have_url(re.compile(rf"[?&]q={FOUND_BY}\b"))  # the list has been swapped
    yield "find Lena"

    hands.click(page.get_by_role("button", name=f"Actions for {PERSON}"))
    hands.click(page.get_by_role("link", name=LOGIN_AS_USER))
    expect(page.get_by_label("Reason")).to_be_focused()
    yield "open the dialog"

    hands.click(page.get_by_text("Can't submit"))
    expect(page.get_by_label("Reason")).to_be_focused()
    hands.type("Food safety basics")
    hands.click(page.get_by_role("button", name="Act for Lena"))
    expect(page.get_by_role("heading", name="Hello, Lena")).to_be_focused()
    page.wait_for_load_state("load")
    yield "log in as Lena"

    hands.click(page.get_by_role("button", name="Exit assumed session"))
    expect(page.get_by_label("Password")).to_be_focused()
    expect(page.get_by_label("Email")).to_have_value(email)
    yield "exit"

    hands.type(PASSWORD)
    hands.press("Enter")
    expect(page.get_by_text("You left Lena Sørensen's account")).to_be_visible()
    yield "sign in, back at Lena's row"
