"""Late answers and second clicks in a real browser: there the browser decides what becomes of cookies."""

import re

import pytest
from playwright.sync_api import expect

from impersonation.models import AssumedSession
from tests.support.assumed import events
from tests.support.browser import PASSWORD, assert_accessible, explain, sign_in_by_form
from tests.support.late_answers import holding

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]
DESKTOP = {"width": 1280, "height": 860}


def fill_in_start(page, live_server, lena):
    page.goto(f"{live_server.url}/users/{lena.pk}/login-as/")
    explain(page)
    return page.get_by_role("button", name="Act for Lena")


def ask_slowly(page, address, hold):
    """Begin to load a page that the server holds, and go on without it."""
    page.evaluate("address => { location.assign(address); }", address)
    assert hold.is_there.wait(timeout=30)


@pytest.mark.parametrize("answered", [False, True], ids=["looked at after the start", "answered before the start"])
def test_a_slow_page_in_another_tab_leaves_sam_in_lenas_place(new_context, live_server, sam, lena, catalogue, answered):
    context = new_context(viewport=DESKTOP)
    slow, page = context.new_page(), context.new_page()
    sign_in_by_form(slow, f"{live_server.url}/events/", sam)
    button = fill_in_start(page, live_server, lena)
    with holding("/modules/", answered=answered) as hold:
        ask_slowly(slow, f"{live_server.url}/modules/", hold)
        button.click()
        expect(page.get_by_role("heading", name="Hello, Lena")).to_be_visible()
        hold.may_go.set()
        expect(slow).to_have_url(f"{live_server.url}/modules/")
    page.reload()
    expect(page.get_by_role("region", name="Assumed session")).to_be_visible()
    slow.reload()
    expect(slow.get_by_role("region", name="Assumed session")).to_be_visible()
    page.get_by_role("button", name="Exit assumed session").click()
    expect(page.get_by_text("You exited the assumed session.")).to_be_visible()


def test_a_slow_page_from_the_assumed_session_leaves_sam_signed_in_after_it(
    new_context, live_server, sam, lena, catalogue
):
    context = new_context(viewport=DESKTOP)
    page, slow = context.new_page(), context.new_page()
    sign_in_by_form(page, f"{live_server.url}/events/", sam)
    fill_in_start(page, live_server, lena).click()
    expect(page.get_by_role("heading", name="Hello, Lena")).to_be_visible()
    slow.goto(f"{live_server.url}/events/")
    with holding("/modules/") as hold:
        ask_slowly(slow, f"{live_server.url}/modules/", hold)
        page.get_by_role("button", name="Exit assumed session").click()
        expect(page.get_by_text("You exited the assumed session.")).to_be_visible()
        page.get_by_label("Email").fill(sam.email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page).to_have_url(f"{live_server.url}/users/?id={lena.pk}")
        hold.may_go.set()
        expect(slow.get_by_role("heading", name="Modules", exact=True)).to_be_visible()
    page.reload()
    expect(page).to_have_url(f"{live_server.url}/users/?id={lena.pk}")


def test_an_answer_to_the_start_that_never_comes_is_told(new_context, live_server, sam, lena):
    context = new_context(viewport=DESKTOP)
    page, other = context.new_page(), context.new_page()
    sign_in_by_form(other, f"{live_server.url}/events/", sam)
    button = fill_in_start(page, live_server, lena)
    with holding(f"/users/{lena.pk}/login-as/", answered=True) as hold:
        button.click(no_wait_after=True)
        assert hold.is_there.wait(timeout=30)
        page.close()
        other.goto(f"{live_server.url}/modules/")
        expect(other.get_by_role("status")).to_contain_text("the answer did not reach this browser")
        assert_accessible(other)
        other.get_by_label("Email").fill(sam.email)
        other.get_by_label("Password").fill(PASSWORD)
        other.get_by_role("button", name="Sign in").click()
        expect(other.get_by_text("Signing in again ended it.")).to_be_visible()
    assert AssumedSession.objects.get().cause == "signed_in_again"


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_second_clicks_from_sign_in_to_exit(new_context, live_server, sam, lena, scripts):
    """Each form is clicked again while the server has done everything and its answer is under way."""
    page = new_context(viewport=DESKTOP, java_script_enabled=scripts).new_page()

    def click_twice(button, path):
        button.scroll_into_view_if_needed()
        box = button.bounding_box()
        place = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        with holding(path, answered=True) as hold:
            page.mouse.click(*place)
            assert hold.is_there.wait(timeout=30)
            page.mouse.click(*place)

    page.goto(f"{live_server.url}/accounts/login/?next=/users/")
    page.get_by_label("Email").fill(sam.email)
    page.get_by_label("Password").fill(PASSWORD)
    click_twice(page.get_by_role("button", name="Sign in"), "/accounts/login/")
    expect(page).to_have_url(f"{live_server.url}/users/")
    click_twice(fill_in_start(page, live_server, lena), f"/users/{lena.pk}/login-as/")
    expect(page.get_by_role("heading", name="Hello, Lena")).to_be_visible()
    click_twice(page.get_by_role("button", name="Exit assumed session"), "/assumed-session/exit/")
    expect(page.get_by_text("You exited the assumed session.")).to_be_visible()
    expect(page).to_have_url(re.compile(f"ended=exit&next=%2Fusers%2F%3Fid%3D{lena.pk}$"))
    assert len(events("assumed_session.started")) == len(events("assumed_session.ended")) == 1
