"""What an assumed session is like in a real browser: time left, going on, and other tabs that learn at once."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from impersonation.models import AssumedSession
from learning.models import Answer, Registration
from tests.support.assumed import detail, events
from tests.support.browser import assert_accessible, complaints_of, explain, sign_in_by_form

pytestmark = pytest.mark.django_db(transaction=True)
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 860}


def log_in_as_lena(page, live_server, sam, lena, mode="Act for Lena"):
    sign_in_by_form(page, f"{live_server.url}/users/{lena.pk}/login-as/", sam)
    explain(page)
    page.get_by_role("button", name=mode).click()
    expect(page.get_by_role("heading", name="Hello, Lena")).to_be_visible()


def long_text(page):
    return page.get_by_role("main").get_by_role("textbox").first


def minutes_ago(minutes):
    return timezone.now() - timedelta(minutes=minutes)


@pytest.mark.once
def test_other_tabs_learn_of_start_and_exit_and_send_nothing_from_before(
    new_context, live_server, sam, lena, catalogue
):
    context = new_context(viewport=DESKTOP)
    first, second = context.new_page(), context.new_page()
    complaints = complaints_of(first)
    sign_in_by_form(first, f"{live_server.url}/events/", sam)
    register = first.get_by_role("button", name="Register")
    expect(register).to_be_enabled()

    # The start in one tab retires the page of the other, which says whose account is open
    second.goto(f"{live_server.url}/users/{lena.pk}/login-as/")
    explain(second)
    second.get_by_role("button", name="Act for Lena").click()
    expect(second.get_by_role("heading", name="Hello, Lena")).to_be_visible()
    notice = first.locator("#account-now")
    expect(notice).to_contain_text("In this browser the account of Lena Sørensen is open now.")
    expect(register).to_be_disabled()
    expect(second.locator("#account-now")).to_have_count(0)
    assert_accessible(first)
    first.get_by_role("button", name="Load the page again").click()
    expect(first.get_by_role("region", name="Assumed session")).to_be_visible()
    expect(register).to_be_enabled()

    # So does the exit; what was typed stays to be read
    first.goto(f"{live_server.url}/modules/{catalogue.pk}/")
    long_text(first).fill("A long answer")
    second.get_by_role("button", name="Exit assumed session").click()
    expect(second.get_by_text("You exited the assumed session.")).to_be_visible()
    expect(notice).to_contain_text("In this browser nobody is signed in now.")
    expect(first.get_by_role("button", name="Submit")).to_be_disabled()
    expect(long_text(first)).to_have_value("A long answer")

    # Signing in is news as well, and even a script that sends the old form meets the server's own refusal
    sign_in_by_form(second, f"{live_server.url}/accounts/login/", sam)
    first.evaluate("document.querySelector('main form[method=post]').submit()")
    expect(first.get_by_role("heading", name="This form is out of date")).to_be_visible()
    expect(first.get_by_role("main")).to_contain_text("In this browser you are now logged in as Sam Okafor.")
    assert_accessible(first)
    assert not Registration.objects.exists()
    assert not Answer.objects.filter(user=sam).exists()
    assert complaints == []


@pytest.mark.once
def test_time_left_stay_and_the_end_by_time(new_context, live_server, sam, lena, catalogue):
    page = new_context(viewport=DESKTOP).new_page()
    log_in_as_lena(page, live_server, sam, lena)

    # Two minutes before the end it is said, politely; Keep open goes on
    page.clock.install()
    page.goto(f"{live_server.url}/modules/{catalogue.pk}/")
    bar, title = page.get_by_role("region", name="Assumed session"), page.title()
    expect(bar).to_contain_text("15 min left")
    AssumedSession.objects.update(last_active_at=minutes_ago(13.5))
    page.clock.fast_forward("13:10")
    expect(bar.get_by_role("status")).to_have_text("Two minutes left. Choose Keep open to go on.")
    expect(bar).to_contain_text("2 min left")
    assert_accessible(page)
    assert page.title() == title
    long_text(page).fill("A long answer that took a quarter of an hour")
    bar.get_by_role("button", name="Keep open").click()
    expect(bar).to_contain_text("15 min left")
    expect(bar.get_by_role("status")).to_be_empty()
    assert AssumedSession.objects.get().last_active_at > minutes_ago(1)
    expect(long_text(page)).to_have_value("A long answer that took a quarter of an hour")

    # Up to the time limit, which is said
    AssumedSession.objects.update(started_at=minutes_ago(59), last_active_at=minutes_ago(1))
    bar.get_by_role("button", name="Keep open").click()
    expect(bar.get_by_role("status")).to_contain_text("the time limit is reached")
    expect(bar.get_by_role("button", name="Keep open")).to_have_count(0)

    # The end by time: nothing leaves the page, what was typed stays, and the way to sign in keeps it
    AssumedSession.objects.update(started_at=minutes_ago(61))
    page.get_by_role("button", name="Submit").click()
    notice = page.locator("#account-now")
    expect(notice).to_contain_text("The assumed session reached its time limit. What had not been sent before")
    expect(long_text(page)).to_have_value("A long answer that took a quarter of an hour")
    with page.expect_popup() as opened:
        notice.get_by_role("link", name="Sign in").click()
    own = opened.value
    expect(own).to_have_url(re.compile("/accounts/login/"))
    sign_in_by_form(own, own.url, sam)
    expect(own).to_have_url(f"{live_server.url}/users/?id={lena.pk}")
    expect(long_text(page)).to_have_value("A long answer that took a quarter of an hour")
    page.evaluate("document.querySelector('main form[method=post]').submit()")
    expect(page.get_by_role("heading", name="This form is out of date")).to_be_visible()
    assert not Answer.objects.filter(user=sam).exists()
    assert [detail(event)["cause"] for event in events("assumed_session.ended")] == ["time_limit"]


@pytest.mark.once
def test_without_javascript_staying_works_and_an_end_by_time_says_so(new_context, live_server, sam, lena, catalogue):
    page = new_context(viewport=PHONE, java_script_enabled=False).new_page()
    log_in_as_lena(page, live_server, sam, lena)
    page.goto(f"{live_server.url}/modules/{catalogue.pk}/?from=list")
    AssumedSession.objects.update(last_active_at=minutes_ago(14))
    page.get_by_text("More", exact=True).click()
    page.get_by_role("button", name="Keep open").click()
    expect(page).to_have_url(f"{live_server.url}/modules/{catalogue.pk}/?from=list")
    expect(page.get_by_text("15 minutes are left.")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    long_text(page).fill("A long answer")
    AssumedSession.objects.update(last_active_at=minutes_ago(16))
    page.get_by_role("button", name="Submit").click()
    expect(page).to_have_url(re.compile(r"/accounts/login/\?ended=idle"))
    expect(page.get_by_role("status")).to_contain_text("What had not been sent before was not saved.")
    page.go_back()  # the page is fetched again (no-store): it shows nothing of Lena, neither page nor form
    expect(page).to_have_url(re.compile("/accounts/login/"))
    assert not Answer.objects.filter(user=lena).exists()


@pytest.mark.once
def test_look_only_shows_forms_disabled_with_the_reason(new_context, live_server, sam, lena, catalogue):
    page = new_context(viewport=PHONE, color_scheme="dark").new_page()
    log_in_as_lena(page, live_server, sam, lena, mode="Look only")
    page.goto(f"{live_server.url}/events/")
    group = page.get_by_role("group", name="Look only: nothing can be sent here.")
    expect(group.get_by_role("button", name="Register")).to_be_disabled()
    expect(page.get_by_role("searchbox")).to_be_enabled()
    page.goto(f"{live_server.url}/modules/{catalogue.pk}/")
    expect(group.get_by_role("button", name="Submit")).to_be_disabled()
    expect(long_text(page)).to_be_disabled()
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_role("button", name="Exit assumed session").click()
    expect(page.get_by_text("You exited the assumed session.")).to_be_visible()
