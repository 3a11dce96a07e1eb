"""Walks through support stories in a browser: who asks and who fixes, each at an own browser, by visible words."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.conf import settings
from playwright.sync_api import Locator, Page, expect

from accounts.models import PermissionType, User
from accounts.permission_setup.shipped import ship
from tests.support.browser import assert_accessible, complaints_of, open_menu, sign_in_by_form, wait_for_scripts
from tests.support.stories import Company

DESKTOP, PHONE = {"width": 1280, "height": 720}, {"width": 390, "height": 800}


@dataclass
class Desks:
    """Browsers of several people at once, and the complaints that their pages made."""

    new_context: Any
    address: str

    def __post_init__(self):
        self.complaints: list[list[str]] = []
        self.checked: set[str] = set()

    def opened_by(self, person: User, path: str = "/", viewport: Any = None) -> Page:
        """Open a new browser in which this person signs in, and then sees the page at this path."""
        page = self.new_context(viewport=viewport or DESKTOP).new_page()
        self.complaints.append(complaints_of(page))
        sign_in_by_form(page, self.address + path, person)
        return page

    def accessible(self, page: Page, name: str) -> None:
        """Ask axe about a page, once for each name."""
        if name not in self.checked:
            self.checked.add(name)
            assert_accessible(page)


def shipped_support(sam: User) -> User:
    """Give Sam the shipped permission type Support, and nothing else."""
    PermissionType.objects.filter(name="Support").delete()  # the one of the fixtures has fewer rights
    ship()
    sam.groups.set([PermissionType.objects.get(name="Support")])
    return User.objects.get(pk=sam.pk)


def company_of(copenhagen: Any, norreport: Any, aarhus: Any, carl: User, sam: User) -> Company:
    return Company(copenhagen, norreport, aarhus, carl, shipped_support(sam))


def find_person(page: Page, person: User) -> None:
    """Search somebody in User Management, from wherever the page is."""
    page.get_by_role("navigation", name="Main").get_by_role("link", name="User Management").click()
    expect(page.get_by_role("heading", name="User Management")).to_be_visible()
    wait_for_scripts(page)
    page.get_by_role("searchbox").first.fill(person.first_name)
    # The list is searched while one types: the heading and one person are left.
    expect(page.get_by_role("row")).to_have_count(2)
    expect(page.get_by_role("row", name=re.compile(person.name))).to_be_visible()


def check_access(page: Page, person: User, title: str = "") -> None:
    """Open the access check from the three-dot menu of a person, and ask about an item."""
    find_person(page, person)
    open_menu(page, person)
    page.get_by_role("link", name="Check access").click()
    expect(page.get_by_role("heading", name="Access check")).to_be_visible()
    if title:
        ask_about(page, title)


def ask_about(page: Page, title: str) -> None:
    """Search an item on the page of the access check, and choose it."""
    page.get_by_role("searchbox", name="Search modules, events and documents").fill(title)
    page.get_by_role("button", name="Search").click()
    page.get_by_role("main").get_by_role("link", name=title).click()
    expect(page.get_by_role("heading", name=title)).to_be_visible()


def first_sentence(page: Page) -> Locator:
    """Return what stands first in the answer: what keeps the person from signing in, else the first line."""
    return page.locator("main .notice p, main .lead").first


def tab(page: Page, name: str) -> None:
    """Choose one of the questions."""
    page.get_by_role("navigation", name="Questions").get_by_role("link", name=name).click()
    chosen = page.get_by_role("navigation", name="Questions").get_by_role("link", name=name)
    expect(chosen).to_have_attribute("aria-current", "page")


def signed_in_long_ago(page: Page) -> None:
    """Let an hour pass since this browser gave its password, so that it has to confirm who is there."""
    [key] = [each["value"] for each in page.context.cookies() if each["name"] == settings.SESSION_COOKIE_NAME]
    session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    records = session["account_authentication_methods"]
    session["account_authentication_methods"] = [record | {"at": time.time() - 3600} for record in records]
    session.save()
