"""A security key that can't be used: the page says why and what to do, in a real browser."""

import pytest
from playwright.sync_api import expect

from tests.support.browser import PASSWORD, assert_accessible, complaints_of, sign_in_by_form, wait_for_scripts
from tests.support.second_factor import code_now

from .test_second_factor import plug_in_a_key

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]
ADD = "/accounts/2fa/keys/add/"
# What scripts find in a browser that knows no security keys, and on a page that came unencrypted.
WITHOUT_KEYS = "delete window.PublicKeyCredential; Object.defineProperty(navigator, 'credentials', {value: undefined});"
INSECURE = "Object.defineProperty(window, 'isSecureContext', {value: false});"


def key_page(tab, address, person):
    """Sign in, and open the page that adds a key, which asks for the password again."""
    sign_in_by_form(tab, f"{address}/account/", person)
    tab.goto(address + ADD)
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Confirm").click()
    expect(tab.get_by_role("heading", name="Add a key")).to_be_visible()
    wait_for_scripts(tab)


def press(tab, name, sentence):
    tab.get_by_role("button", name=name).click()
    expect(tab.get_by_role("alert")).to_contain_text(sentence)


@pytest.mark.parametrize(
    ("host", "browser_says", "sentence"),
    [
        ("127.0.0.1", "", "localhost instead of 127.0.0.1"),
        ("localhost", f"{WITHOUT_KEYS} {INSECURE}", "begins with https://"),
        ("localhost", WITHOUT_KEYS, "Try another browser or another key"),
        (
            "localhost",
            "navigator.credentials.create = () => Promise.reject(new DOMException('', 'NotAllowedError'))",
            "the prompt was cancelled, it waited too long",
        ),
        ("localhost", "navigator.credentials.create = () => Promise.reject(new Error())", "The key could not be used."),
    ],
    ids=["address of numbers", "insecure", "unsupported", "cancelled", "anything else"],
)
def test_a_key_that_can_not_be_added_says_why(new_context, live_server, sam, host, browser_says, sentence):
    tab = new_context(viewport={"width": 390, "height": 900}).new_page()
    complaints = complaints_of(tab)
    tab.add_init_script(browser_says)
    plug_in_a_key(tab)
    key_page(tab, live_server.url.replace("localhost", host), sam)
    expect(tab.get_by_role("alert")).to_have_count(0)
    for _attempt in range(2):
        press(tab, "Add", sentence)
    assert_accessible(tab)
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert complaints == []


def test_a_key_that_is_not_ones_own_says_so_and_the_code_still_works(new_context, live_server, sam):
    tab = new_context(viewport={"width": 1280, "height": 900}).new_page()
    plug_in_a_key(tab)
    key_page(tab, live_server.url, sam)
    tab.goto(f"{live_server.url}/accounts/2fa/app/")
    secret = tab.locator("form code").inner_text()
    tab.reload()
    tab.get_by_label("Authenticator code").fill(code_now(secret))
    tab.get_by_role("button", name="Set up").click()
    expect(tab.get_by_role("heading", name="Recovery codes")).to_be_visible()
    tab.goto(live_server.url + ADD)
    tab.get_by_role("button", name="Add").click()
    expect(tab).not_to_have_url(live_server.url + ADD)
    tab.goto(live_server.url + ADD)
    press(tab, "Add", "This key is set up already.")

    stranger = new_context(viewport={"width": 1280, "height": 900}).new_page()
    plug_in_a_key(stranger)
    stranger.goto(f"{live_server.url}/accounts/login/")
    stranger.get_by_label("Email").fill(sam.email)
    stranger.get_by_label("Password").fill(PASSWORD)
    stranger.get_by_role("button", name="Sign in").click()
    expect(stranger.get_by_role("heading", name="Your second factor")).to_be_visible()
    wait_for_scripts(stranger)
    press(stranger, "Use a security key", "the key isn't one that is set up here")
    assert_accessible(stranger)
    stranger.get_by_label("Code").fill(code_now(secret, later=1))
    stranger.get_by_role("button", name="Sign in").click()
    expect(stranger.get_by_role("heading", name="User Management")).to_be_visible()
    for page in ("/account/confirm-identity/?next=/users/", "/accounts/2fa/keys/reauthenticate/"):
        stranger.goto(live_server.url + page)
        press(stranger, "Use a security key", "the key isn't one that is set up here")
        assert_accessible(stranger)
