"""A start that the server can't do now leaves the dialog, and what was typed in it, where they are."""

import pytest
from playwright.sync_api import expect

from impersonation.models import AssumedSession
from tests.support.browser import LOGIN_AS_USER, explain, open_menu, sign_in_by_form

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_dialog_keeps_the_reason_when_the_start_fails(page, live_server, sam, lena):
    sign_in_by_form(page, f"{live_server.url}/users/", sam)
    open_menu(page, lena)
    page.get_by_role("link", name=LOGIN_AS_USER).click()
    dialog = page.get_by_role("dialog")
    explain(dialog)
    # A proxy in front answers so when it reaches no server.
    page.route("**/login-as/", lambda route: route.fulfill(status=503, body="<h1>Service unavailable</h1>"))
    dialog.get_by_role("button", name="Act for Lena").click()
    expect(dialog).to_contain_text("Nothing was started, and what you wrote is still here.")
    expect(dialog.get_by_label("Reason")).to_have_value("Lena can't submit Food safety basics")
    assert not AssumedSession.objects.exists()
    page.unroute("**/login-as/")
    dialog.get_by_role("button", name="Act for Lena").click()
    expect(page.get_by_role("heading", name="Hello, Lena")).to_be_visible()
