"""Everybody can use every page: axe finds nothing, in light and dark, nothing is wider than a phone."""

import pytest
from playwright.sync_api import expect

from tests.support.browser import LOGIN_AS_USER, assert_accessible, complaints_of, explain, open_menu, sign_in_by_form

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

SIGNED_OUT = [
    "/accounts/login/",
    "/accounts/login/?ended=idle",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
]
SIGNED_IN = [
    "/", "/modules/", "/events/", "/documents/", "/users/", "/users/?q=nobody", "/users/{lena}/",
    "/users/new/", "/users/{lena}/edit/", "/users/{lena}/deactivate/",
    "/users/{lena}/login-as/", "/users/{ina}/login-as/", "/account/", "/accounts/password/change/", "/accounts/logout/",
    "/assumed-session/", "/help/login-as-user/", "/help/login-as-policy/", "/no/such/page/",
]  # fmt: skip
ASSUMED = ["/", "/modules/", "/events/", "/documents/", "/assumed-session/", "/account/", "/no/such/page/"]


@pytest.fixture
def tab(new_context):
    return new_context(viewport={"width": 1280, "height": 860}).new_page()


def walk(tab, live_server, addresses):
    for address in addresses:
        tab.goto(live_server.url + address)
        assert_accessible(tab)


def test_pages_of_the_signed_out(tab, live_server, db):
    walk(tab, live_server, SIGNED_OUT)


def test_pages_of_the_signed_in(tab, live_server, sam, lena, ina, catalogue):
    complaints = complaints_of(tab)
    sign_in_by_form(tab, f"{live_server.url}/", sam)
    walk(tab, live_server, [address.format(lena=lena.pk, ina=ina.pk) for address in SIGNED_IN])
    walk(tab, live_server, [catalogue.get_absolute_url()])
    assert complaints == []


def test_menu_and_dialog_and_pages_of_an_assumed_session(tab, live_server, sam, lena, ina, catalogue):
    sign_in_by_form(tab, f"{live_server.url}/users/", sam)
    open_menu(tab, ina)
    assert_accessible(tab)
    tab.keyboard.press("Escape")
    open_menu(tab, lena)
    assert_accessible(tab)
    tab.get_by_role("link", name=LOGIN_AS_USER).click()
    dialog = tab.get_by_role("dialog")
    expect(dialog).to_be_visible()
    assert_accessible(tab)
    dialog.get_by_role("button", name="Act for Lena").click()
    expect(dialog).to_contain_text("Please choose what the support case is about.")
    assert_accessible(tab)
    explain(dialog)
    dialog.get_by_role("button", name="Act for Lena").click()
    expect(tab.get_by_role("heading", name="Hello, Lena")).to_be_visible()
    walk(tab, live_server, [*ASSUMED, catalogue.get_absolute_url()])


def test_pages_of_the_auditor(tab, live_server, sam, lena, audrey):
    sign_in_by_form(tab, f"{live_server.url}/users/{lena.pk}/login-as/", sam)
    explain(tab)
    tab.get_by_role("button", name="Act for Lena").click()
    tab.get_by_role("button", name="Exit assumed session").click()
    expect(tab.get_by_text("You exited the assumed session.")).to_be_visible()
    sign_in_by_form(tab, f"{live_server.url}/accounts/login/?next=/admin/", audrey)
    walk(tab, live_server, ["/admin/", "/admin/audit/auditevent/", "/admin/audit/auditevent/1/change/"])


def test_who_wants_less_motion_gets_none(tab, live_server, sam, audrey, catalogue):
    """Not even colours change little by little; the browser says that it wants less (tests/conftest.py)."""
    moving = """[...document.querySelectorAll("*")].filter((element) => {
      const { transitionDuration, animationName } = getComputedStyle(element);
      return animationName !== "none" || transitionDuration.split(", ").some((seconds) => parseFloat(seconds));
    }).map((element) => element.outerHTML)"""
    for person, addresses in {
        sam: ["/", "/users/", catalogue.get_absolute_url()], audrey: ["/admin/", "/admin/audit/auditevent/"]
    }.items():  # fmt: skip
        sign_in_by_form(tab, f"{live_server.url}/", person)
        for address in addresses:
            tab.goto(live_server.url + address)
            assert tab.evaluate(moving) == [], address
        tab.context.clear_cookies()


@pytest.mark.parametrize("width", [320, 1600])
def test_no_page_is_wider_than_the_window(new_context, live_server, sam, lena, ina, catalogue, width):
    tab = new_context(viewport={"width": width, "height": 800}).new_page()
    sign_in_by_form(tab, f"{live_server.url}/", sam)
    addresses = [address.format(lena=lena.pk, ina=ina.pk) for address in SIGNED_IN]
    for address in [*addresses, catalogue.get_absolute_url()]:
        tab.goto(live_server.url + address)
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
    tab.goto(f"{live_server.url}/users/{lena.pk}/login-as/")
    explain(tab)
    tab.get_by_role("button", name="Act for Lena").click()
    expect(tab.get_by_role("heading", name="Hello, Lena")).to_be_visible()
    for address in ASSUMED:
        tab.goto(live_server.url + address)
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), address


def test_the_bar_covers_nothing_at_two_hundred_percent(new_context, live_server, sam, lena, catalogue):
    """A window of 1280 by 720 at 200 % is one of 640 by 360."""
    tab = new_context(viewport={"width": 640, "height": 360}).new_page()
    sign_in_by_form(tab, f"{live_server.url}/users/{lena.pk}/login-as/", sam)
    explain(tab)
    tab.get_by_role("button", name="Act for Lena").click()
    bar = tab.get_by_role("region", name="Assumed session")
    heading = tab.get_by_role("heading", name="Hello, Lena")
    expect(heading).to_be_visible()
    assert bar.bounding_box()["height"] < 360 / 2
    assert heading.bounding_box()["y"] >= bar.bounding_box()["y"] + bar.bounding_box()["height"]
    tab.mouse.wheel(0, 2000)
    expect(heading).not_to_be_in_viewport()
    expect(bar).to_be_in_viewport(ratio=1)
