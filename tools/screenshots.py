"""
Take the README's screenshots from a running demo.

Usage: .venv/bin/python tools/screenshots.py http://localhost:8000
"""

import sys
from pathlib import Path

import chromium
from playwright.sync_api import expect, sync_playwright

FOLDER = Path("docs/screenshots")
WINDOW = {"width": 1180, "height": 660}


def main(address: str) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find_or_fetch(), chromium_sandbox=False)
        page = browser.new_page(viewport=WINDOW, reduced_motion="reduce")
        page.goto(f"{address}/accounts/login/?next=/users/%3Fq%3Dlena")
        page.get_by_label("Email").fill("sam@harbour.example")
        page.get_by_label("Password").fill("standin-demo")
        page.get_by_role("button", name="Sign in").click()
        actions = page.get_by_role("button", name="Actions for Lena Sørensen")
        actions.wait_for()
        page.wait_for_load_state("load")  # the scripts of the menu and the dialog have run by then
        actions.click()
        entry = page.locator("a[data-login-as]:visible")
        expect(entry).to_be_focused()
        page.screenshot(path=FOLDER / "user-management.png")
        entry.click()
        page.get_by_label("Cannot submit").check()
        page.get_by_label("Reason").fill("Lena can't submit Food safety basics before Friday")
        page.get_by_role("button", name="Login as Lena Sørensen").click()
        page.get_by_role("heading", name="Hello, Lena").wait_for()
        page.screenshot(path=FOLDER / "assumed-session.png")
        page.get_by_role("button", name="Exit assumed session").click()
        page.get_by_text("You exited the assumed session.").wait_for()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8000")
