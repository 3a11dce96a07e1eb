"""Who works with learners, in a real browser: the team, a person's tabs, an event, help and the front door."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from tests.support.browser import assert_accessible, complaints_of, sign_in_by_form
from tests.support.factories import UserFactory
from tests.support.learning_factories import add_interaction, make_document, make_event, make_module

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]


def everybody_can_use(tab):
    """Check the page on a phone and on a desktop, in light and dark."""
    for width in (390, 1280):
        tab.set_viewport_size({"width": width, "height": 900})
        assert_accessible(tab)
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), (tab.url, width)


@pytest.fixture
def content(lena, copenhagen):
    module = make_module("Food safety basics", {"is_everyone": True, "due_at": timezone.now() - timedelta(days=1)})
    add_interaction(module, "Clean hands")
    make_event("Latte art night", {"department": copenhagen}, place="Roastery", capacity=4).register(lena)
    make_document("Wall chart")
    return module


def test_nora_goes_from_her_team_to_what_lena_has_to_do_and_back(new_context, live_server, nora, lena, content):
    tab = new_context().new_page()
    complaints = complaints_of(tab)
    sign_in_by_form(tab, f"{live_server.url}/", nora)
    tab.get_by_role("link", name="My team").click()
    expect(tab.get_by_role("heading", name="My team")).to_be_visible()
    everybody_can_use(tab)
    tab.get_by_role("link", name="Lena Sørensen").click()
    expect(tab.get_by_role("link", name="Learning")).to_have_attribute("aria-current", "page")
    expect(tab.get_by_text("Still to do")).to_be_visible()
    everybody_can_use(tab)
    for name in ("Overview", "Access", "Activity"):
        tab.get_by_role("navigation", name="Pages about this person").get_by_role("link", name=name).click()
        expect(tab.get_by_role("link", name=name, exact=True)).to_have_attribute("aria-current", "page")
        everybody_can_use(tab)
    for _page in range(3):
        tab.go_back()
    expect(tab.get_by_role("link", name="Learning")).to_have_attribute("aria-current", "page")
    tab.get_by_role("link", name="Food safety basics").click()
    expect(tab.get_by_role("heading", name="Food safety basics")).to_be_visible()
    everybody_can_use(tab)
    tab.get_by_role("link", name="Overdue 2").click()
    expect(tab.get_by_role("rowheader", name="Lena Sørensen")).to_be_visible()
    tab.get_by_role("link", name="Progress", exact=True).click()
    expect(tab.get_by_role("heading", name="Progress", exact=True)).to_be_visible()
    everybody_can_use(tab)
    assert complaints == []


def test_from_any_page_three_clicks_answer_why_max_cannot_see_latte_art_night(
    new_context, live_server, sam, max_, aarhus, content
):
    UserFactory(first_name="Max", last_name="Bruun", email="mb@harbour.example", department=aarhus)
    tab = new_context().new_page()
    complaints = complaints_of(tab)
    sign_in_by_form(tab, f"{live_server.url}/documents/", sam)
    tab.get_by_role("contentinfo").get_by_role("link", name="Help").click()
    expect(tab.get_by_role("heading", name="Help", exact=True)).to_be_visible()
    everybody_can_use(tab)
    tab.get_by_role("main").get_by_label("Person").fill("kjær")
    tab.get_by_label("Title of the item").fill("latte")
    tab.keyboard.press("Enter")
    expect(tab.get_by_text("Max Kjær doesn't see it.")).to_be_visible()

    # Of two people named Max, one is chosen
    tab.goto(f"{live_server.url}{reverse('why')}?person=max&item=latte")
    everybody_can_use(tab)
    tab.get_by_label("Max Kjær").check()
    tab.get_by_role("button", name="Check access").last.click()
    expect(tab.get_by_text("Max Kjær doesn't see it.")).to_be_visible()
    assert complaints == []


def test_help_is_read_and_searched(new_context, live_server, owner):
    tab = new_context().new_page()
    sign_in_by_form(tab, f"{live_server.url}/help/", owner)
    tab.get_by_role("searchbox", name="Search the help").fill("second factor")
    tab.keyboard.press("Enter")
    expect(tab.get_by_text("answers for “second factor”")).to_be_visible()
    everybody_can_use(tab)
    tab.get_by_role("link", name="Keep your account safe").click()
    expect(tab.get_by_role("heading", name="Keep your account safe")).to_be_in_viewport()
    everybody_can_use(tab)


def test_lena_registers_on_the_page_of_the_event_and_stores_it_in_her_calendar(new_context, live_server, lena, content):
    event = make_event("Quiz", place="Roastery", description="Bring a pen.")
    tab = new_context(accept_downloads=True).new_page()
    sign_in_by_form(tab, f"{live_server.url}/", lena)
    tab.get_by_role("link", name="Quiz").click()
    expect(tab.get_by_role("heading", name="Quiz")).to_be_visible()
    everybody_can_use(tab)
    tab.get_by_role("button", name="Register").click()
    expect(tab.get_by_text("Registered", exact=True)).to_be_visible()
    with tab.expect_download() as stored:
        tab.get_by_role("link", name="Add to my calendar").click()
    assert stored.value.suggested_filename == f"event-{event.pk}.ics"
