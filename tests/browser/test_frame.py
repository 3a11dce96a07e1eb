"""What stands at the same place on each page: the header, the left edge of a text, the words of a button."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from learning.models import Module
from tests.support.browser import explain, sign_in_by_form
from tests.support.learning_factories import make_module

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]


def left(locator):
    return round(locator.bounding_box()["x"])


def test_the_header_stays_where_it_is_on_wide_pages(new_context, live_server, owner, lena):
    module = make_module("Food safety basics")
    page = new_context(viewport={"width": 1440, "height": 900}).new_page()
    sign_in_by_form(page, live_server.url, owner)
    places = {}
    for address in ("/", reverse("user_list"), reverse("admin:learning_module_change", args=[module.pk])):
        page.goto(live_server.url + address)
        places[left(page.locator(".brand"))] = address
        if address != "/":
            assert page.locator("main").bounding_box()["width"] > 1300
    assert len(places) == 1


@pytest.mark.parametrize("width", [1280, 390])
def test_a_short_description_begins_at_the_heading(new_context, live_server, lena, width):
    module = make_module("Food safety basics")
    Module.objects.filter(pk=module.pk).update(description="Once a year.")
    page = new_context(viewport={"width": width, "height": 720}).new_page()
    sign_in_by_form(page, live_server.url, lena)
    page.goto(live_server.url + module.get_absolute_url())
    assert left(page.get_by_text("Once a year.")) == left(page.get_by_role("heading", level=1))


def test_a_name_in_a_button_keeps_the_space_before_it(new_context, live_server, sam, lena):
    page = new_context(viewport={"width": 1280, "height": 720}).new_page()
    sign_in_by_form(page, f"{live_server.url}/users/{lena.pk}/login-as/", sam)
    explain(page)
    page.get_by_role("button", name="Look only").click()
    expect(page.get_by_role("heading", name="Hello, Lena")).to_be_visible()
    page.goto(f"{live_server.url}{reverse('account')}")
    name = page.get_by_role("link", name="Back to the dashboard of").locator("bdi")
    assert name.evaluate("name => getComputedStyle(name).display") == "inline"  # of a flexible box it is a block


def test_the_arrow_of_a_button_with_a_menu_is_drawn(new_context, live_server, owner, lena):
    page = new_context(viewport={"width": 1280, "height": 720}).new_page()
    sign_in_by_form(page, f"{live_server.url}{reverse('user_detail', args=[lena.pk])}", owner)
    button = page.get_by_role("button", name="More")
    width = button.evaluate("one => parseFloat(getComputedStyle(one, '::after').width)")
    display = button.evaluate("one => getComputedStyle(one, '::after').display")
    assert (round(width), display) == (6, "inline-block")  # an inline box has no size of its own
