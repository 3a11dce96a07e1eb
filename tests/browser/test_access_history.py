"""Lena is told that her account was opened, reads what was done, and puts the notice away; by keyboard, on a phone."""

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from tests.support.assumed import log_in_as
from tests.support.browser import assert_accessible, complaints_of, sign_in_by_form
from tests.support.learning_factories import make_event

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_lena_reads_who_opened_her_account(new_context, live_server, sam, lena, javascript):
    helper = Client()
    log_in_as(helper, sam, lena)
    helper.post(reverse("event_register", args=[make_event().pk]))
    helper.post(reverse("assumed_session_exit"))
    tab = new_context(viewport={"width": 390, "height": 844}, java_script_enabled=javascript).new_page()
    complaints = complaints_of(tab)
    sign_in_by_form(tab, f"{live_server.url}/", lena)
    notice = tab.get_by_role("region", name="Somebody opened your account to help you")
    expect(notice).to_contain_text("Sam Okafor opened your account on")
    look_at(tab, javascript)
    notice.get_by_text("Why, and what to do").click()
    notice.get_by_role("link", name="View access history").press("Enter")
    expect(tab.get_by_role("heading", name="Access history")).to_be_visible()
    session = tab.get_by_role("article").filter(has_text="Sam Okafor")
    expect(session).to_contain_text("Registered you for Latte art night")
    look_at(tab, javascript)
    tab.goto(f"{live_server.url}/")
    notice.get_by_text("Why, and what to do").click()
    notice.get_by_role("button", name="Got it").press("Enter")
    expect(tab.get_by_role("heading", name="Hello, Lena")).to_be_visible()
    expect(notice).to_have_count(0)
    assert complaints == []


def look_at(tab, javascript):
    """Axe and the measure of the page are scripts themselves: without JavaScript the page is the same one."""
    if javascript:
        assert_accessible(tab)
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
