"""The first ten minutes of a stranger: the tour of the demo, walked by what the pages say, and by nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator

from playwright.sync_api import Page, expect

from .browser import LOGIN_AS_USER, wait_for_scripts

STUCK = "Food safety basics"
REASON = "Lena can't submit Food safety basics: nobody sees why"


def first_minutes(page: Page, address: str) -> Iterator[str]:
    """
    Walk from the entrance of the demo to the end of its tour; yield the name of each step once its page is complete.

    address: of the demo. It is the only one: each other page is reached by what people see.
    """
    button, link, heading = (name_of(page, role) for role in ("button", "link", "heading"))
    tour = page.get_by_role("complementary", name="Tour of the demo")

    page.goto(address)
    expect(heading("This is a demo. Who would you like to be?")).to_be_visible()
    expect(heading("A tour of one minute")).to_be_visible()
    expect(page.get_by_text("Sign in as Sam, who helps people.")).to_be_visible()
    expect(page.get_by_text("Done", exact=True)).to_have_count(0)
    yield "open the entrance"

    button("Sign in as Sam").click()
    expect(heading("User Management")).to_be_visible()
    expect(tour).to_contain_text("Tour, step 2 of 5: Find Lena in User Management")
    wait_for_scripts(page)
    yield "sign in as Sam"

    page.get_by_role("searchbox", name="Search").fill("lena")
    expect(page).to_have_url(re.compile(r"[?&]q=lena\b"))  # the list has been swapped
    button("Actions for Lena Sørensen").click()
    link(LOGIN_AS_USER).click()
    expect(page.get_by_label("Reason")).to_be_focused()
    yield "find Lena and open the dialog"

    page.get_by_text("Can't submit").click()
    page.get_by_label("Reason").fill(REASON)
    button("Act for Lena").click()
    expect(heading("Hello, Lena")).to_be_visible()
    expect(page.get_by_role("region", name="Assumed session")).to_contain_text("You're in Lena Sørensen's account.")
    expect(tour).to_contain_text("Tour, step 3 of 5: Open Food safety basics")
    wait_for_scripts(page)
    yield "log in as Lena"

    page.get_by_role("main").get_by_role("link", name=STUCK).click()
    expect(page.get_by_role("heading", name=STUCK, level=1)).to_be_visible()
    expect(page.get_by_text("2 required steps open").first).to_be_visible()
    expect(tour).to_contain_text("Tour, step 4 of 5: Exit her account")
    wait_for_scripts(page)
    yield "see what Lena sees"

    button("Exit assumed session").click()
    expect(page.get_by_text("You exited the assumed session.")).to_be_visible()
    expect(page.get_by_text("Done", exact=True)).to_have_count(4)
    wait_for_scripts(page)
    yield "exit, back at the entrance"

    button("Sign in as Audrey").click()
    expect(heading("Audit log")).to_be_visible()
    expect(page.get_by_text("The log has not been verified yet.")).to_have_count(0)
    expect(page.get_by_text(re.compile(r"^Verified .+: [\d,]+ events, clean\.$"))).to_be_visible()
    expect(tour).to_contain_text("Tour done.")
    row = name_of(page, "row")
    began = row("Sam Okafor logged in as Lena Sørensen").filter(has_text=REASON)
    expect(began).to_have_count(1)
    expect(row(f"Sam Okafor looked at Module · {STUCK} as Lena Sørensen").first).to_be_visible()
    expect(row("Sam Okafor left Lena Sørensen's account (Exit)").first).to_be_visible()
    wait_for_scripts(page)
    yield "sign in as Audrey, and read it"

    verified = row(re.compile(r"Audrey Falk verified the audit log: [\d,]+ events, clean"))
    expect(verified).to_have_count(0)
    button("Verify now").click()
    expect(verified).to_have_count(1)
    expect(page.get_by_text(re.compile(r"^Verified .+: [\d,]+ events, clean\.$"))).to_be_visible()
    expect(tour).to_have_count(0)
    yield "verify the log"


def name_of(page, role):
    """Return the function that finds an element of this role by its name."""
    return lambda name: page.get_by_role(role, name=name)
