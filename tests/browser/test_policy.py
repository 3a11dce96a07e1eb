"""The company's settings and the policy sheet: a change is read by everybody, on screen and on paper."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.support.browser import assert_accessible, complaints_of, sign_in_by_form

pytestmark = [pytest.mark.django_db(transaction=True)]


def test_a_number_above_the_ceiling_is_refused_and_a_lower_one_is_on_lenas_policy_sheet(
    page, new_context, live_server, owner, sam, rita, lena
):
    complaints = complaints_of(page)
    sign_in_by_form(page, f"{live_server.url}/accounts/login/?next={reverse('organisation_settings')}", owner)
    assert_accessible(page)
    page.get_by_label("Minutes without a request").fill("99")
    page.get_by_label("When it has ended").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Not saved yet")
    expect(page.get_by_label("When it has ended")).to_be_checked()
    assert_accessible(page)
    page.get_by_label("Minutes without a request").fill("9")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The settings were saved.")).to_be_visible()
    lenas = new_context(viewport={"width": 390, "height": 844}).new_page()
    sign_in_by_form(lenas, f"{live_server.url}/accounts/login/?next={reverse('login_as_policy')}", lena)
    expect(lenas.get_by_text("when somebody has left their account.")).to_be_visible()
    assert_accessible(lenas)
    assert lenas.evaluate("document.documentElement.scrollWidth <= innerWidth")
    lenas.emulate_media(media="print")
    expect(lenas.get_by_role("heading", name="Who may")).to_be_visible()
    expect(lenas.locator(".masthead")).to_be_hidden()
    expect(lenas.locator("thead").first).to_be_visible()
    assert complaints == []
