"""Setting up a second factor and signing in with it, in a real browser with a security key of its own."""

import pytest
from playwright.sync_api import expect

from tests.support.browser import assert_accessible, complaints_of, sign_in_by_form
from tests.support.second_factor import code_now

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]


def plug_in_a_key(tab):
    """Return a security key that Chromium keeps for this tab, and that always consents."""
    devtools = tab.context.new_cdp_session(tab)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "usb",
                "hasResidentKey": False,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def test_sam_sets_up_an_app_and_a_key_and_needs_them(new_context, live_server, sam, lena):
    tab = new_context(viewport={"width": 390, "height": 900}).new_page()
    complaints = complaints_of(tab)
    plug_in_a_key(tab)
    sign_in_by_form(tab, f"{live_server.url}/account/", sam)
    tab.get_by_role("link", name="Second factor").click()
    expect(tab.get_by_role("heading", name="Second factor")).to_be_visible()
    assert_accessible(tab)
    tab.get_by_role("link", name="Set up an app").click()
    tab.get_by_label("Password").fill("standin-demo")
    tab.get_by_role("button", name="Confirm").click()
    expect(tab.get_by_role("img", name="QR code")).to_be_visible()
    assert_accessible(tab)
    tab.get_by_label("Authenticator code").fill(code_now(tab.locator("form code").inner_text()))
    tab.get_by_role("button", name="Set up").click()
    expect(tab.get_by_role("heading", name="Recovery codes")).to_be_visible()
    assert_accessible(tab)

    tab.goto(f"{live_server.url}/accounts/2fa/keys/add/")
    assert_accessible(tab)
    tab.get_by_role("button", name="Add").click()
    expect(tab).not_to_have_url(f"{live_server.url}/accounts/2fa/keys/add/")
    tab.goto(f"{live_server.url}/accounts/2fa/keys/")
    expect(tab.get_by_role("link", name="Rename")).to_be_visible()
    assert_accessible(tab)
    for page in ("/accounts/2fa/app/remove/", "/accounts/2fa/codes/new/", "/accounts/2fa/"):
        tab.goto(live_server.url + page)
        assert_accessible(tab)
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), page

    tab.goto(f"{live_server.url}/account/confirm-identity/?next=/users/{lena.pk}/")
    assert_accessible(tab)
    tab.get_by_role("button", name="Use a security key").click()
    expect(tab).to_have_url(f"{live_server.url}/users/{lena.pk}/")

    tab.context.clear_cookies()
    tab.goto(f"{live_server.url}/accounts/login/")
    tab.get_by_label("Email").fill(sam.email)
    tab.get_by_label("Password").fill("standin-demo")
    tab.get_by_role("button", name="Sign in").click()
    expect(tab.get_by_role("heading", name="Your second factor")).to_be_visible()
    assert_accessible(tab)
    tab.get_by_role("button", name="Use a security key").click()
    expect(tab.get_by_role("heading", name="User Management")).to_be_visible()
    assert complaints == []
