"""The walk of a support case: from the ticket to the person's account, and back to the ticket."""

import re

import pytest
from playwright.sync_api import expect

from accounts.models import User
from impersonation.models import AssumedSession
from tests.support.assumed import events, text
from tests.support.browser import assert_accessible, complaints_of, sign_in_by_form
from tests.support.tickets import SUP_7, ticket_link, ticket_rules_of_company

pytestmark = pytest.mark.django_db(transaction=True)
DESKTOP = {"width": 1280, "height": 860}


def test_from_the_ticket_to_lenas_account_and_back(new_context, live_server, sam, lena, catalogue):
    ticket_rules_of_company(required=True)
    User.objects.filter(pk=lena.pk).update(external_id="HC-104")
    page = new_context(viewport=DESKTOP).new_page()
    complaints = complaints_of(page)
    precise = f"{SUP_7}?focused=3"

    # The link asks Sam to sign in, and fills the form in; nothing has started
    sign_in_by_form(page, live_server.url + ticket_link("hc-104", **{"return": precise}), sam)
    expect(page.get_by_role("heading", name="Login as Lena Sørensen")).to_be_visible()
    expect(page.get_by_label("Ticket", exact=True)).to_have_value("SUP-7")
    assert not AssumedSession.objects.exists()
    assert_accessible(page)

    # A ticket of another form is refused, and the form keeps what it said
    page.get_by_label("Can't submit").check()
    page.get_by_label("Reason").fill("Lena can't submit Food safety basics")
    page.get_by_label("Ticket", exact=True).fill("7")
    page.get_by_role("button", name="Act for Lena").click()
    expect(page.get_by_text("This doesn't look like a ticket of your company")).to_be_visible()
    page.get_by_label("Ticket", exact=True).fill("SUP-7")
    page.get_by_role("button", name="Act for Lena").click()
    expect(page.get_by_role("heading", name="Hello, Lena")).to_be_visible()
    [started] = events("assumed_session.started")
    assert text(started, "reason")["ticket"] == "SUP-7"

    # After the exit the sign-in page leads back, by the ticket's name alone
    page.get_by_role("button", name="Exit assumed session").click()
    expect(page.get_by_text("You exited the assumed session.")).to_be_visible()
    back = page.get_by_role("link", name="Back to ticket SUP-7 (opens a new tab)")
    expect(back).to_have_attribute("href", SUP_7)
    assert_accessible(page)

    # Signed in again, Sam is at Lena's row, which leads to where the link came from
    sign_in_by_form(page, page.url, sam)
    expect(page).to_have_url(f"{live_server.url}/users/?id={lena.pk}")
    expect(
        page.get_by_role("row", name=re.compile("Lena")).get_by_role("link", name=re.compile("SUP-7"))
    ).to_have_attribute("href", precise)
    assert_accessible(page)
    page.get_by_role("link", name="Show everybody").click()
    last = page.get_by_role("navigation", name="You last logged in as")
    expect(last.get_by_role("link")).to_have_text("Lena Sørensen")
    assert_accessible(page)
    assert complaints == []
