"""The main job, walked in a real browser in the order in which people do it."""

import re

import pytest
from playwright.sync_api import expect

from audit.models import AuditEvent
from tests.support.browser import LOGIN_AS_USER, complaints_of, explain, open_menu, sign_in_by_form

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["with JavaScript", "without JavaScript"])
def tab(request, new_context):
    with_script = request.param == "with JavaScript"
    context = new_context(java_script_enabled=with_script, viewport={"width": 1280, "height": 860})
    page = context.new_page()
    page.with_script = with_script
    return page


def test_sam_helps_lena_and_audrey_reads_it(tab, live_server, sam, lena, max_, audrey):
    complaints = complaints_of(tab)

    # User Management: search, the menu of her row, Login as User
    sign_in_by_form(tab, f"{live_server.url}/users/", sam)
    tab.get_by_role("searchbox", name="Search").fill("lena")
    if not tab.with_script:
        tab.get_by_role("button", name="Search").click()
    expect(tab.get_by_role("link", name="Max Kjær")).to_have_count(0)
    expect(tab).to_have_url(re.compile(r"\?q=lena"))
    open_menu(tab, lena)
    tab.get_by_role("link", name=LOGIN_AS_USER).click()

    # The dialog, or the page: who she is, what will happen, and why
    form = tab.get_by_role("dialog") if tab.with_script else tab.get_by_role("main")
    expect(form.get_by_role("heading", name="Login as Lena Sørensen")).to_be_visible()
    expect(form).to_contain_text(lena.email)
    expect(form).to_contain_text("Only for a real support case")
    explain(form, "..........")
    form.get_by_role("button", name="Act for Lena").click()
    expect(form).to_contain_text("Please write what the support case is about, in words.")
    expect(form.get_by_label("Reason")).to_have_value("..........")
    expect(form.get_by_label("Ticket")).to_have_value("SUP-7")
    explain(form)
    form.get_by_role("button", name="Act for Lena").click()

    # Her dashboard, under the warning
    expect(tab).to_have_url(f"{live_server.url}/")
    expect(tab.get_by_role("heading", name="Hello, Lena")).to_be_visible()
    bar = tab.get_by_role("region", name="Assumed session")
    expect(bar).to_contain_text("You're in Lena Sørensen's account. Changes are real.")
    expect(bar).to_contain_text("Sam Okafor")
    tab.get_by_role("navigation", name="Main").get_by_role("link", name="Modules").click()
    expect(tab.get_by_role("heading", name="Modules", exact=True)).to_be_visible()
    expect(bar).to_be_in_viewport()
    tab.goto(f"{live_server.url}/users/")
    expect(tab.get_by_role("heading", name="Page not found")).to_be_visible()
    expect(bar).to_be_in_viewport()

    # The way out: logged out entirely, told so, and after signing in back at the same person
    bar.get_by_role("button", name="Exit assumed session").click()
    expect(tab.get_by_text("You exited the assumed session.")).to_be_visible()
    expect(bar).to_have_count(0)
    tab.go_back()
    expect(tab).to_have_url(re.compile("/accounts/login/"))
    tab.goto(f"{live_server.url}/accounts/login/?ended=exit&next=%2Fusers%2F%3Fid%3D{lena.pk}")
    expect(tab.get_by_label("Email")).to_have_value(sam.email)
    sign_in_by_form(tab, tab.url, sam)
    expect(tab).to_have_url(f"{live_server.url}/users/?id={lena.pk}")
    expect(tab.get_by_role("link", name="Lena Sørensen", exact=True)).to_be_visible()
    expect(tab.get_by_role("link", name="Max Kjær")).to_have_count(0)
    expect(tab.get_by_text("You left Lena Sørensen's account after 1 min. Nothing was changed.")).to_be_visible()
    tab.context.clear_cookies()

    # The auditor finds actor, target, time and reason
    sign_in_by_form(tab, f"{live_server.url}/admin/audit/auditevent/", audrey)
    row = tab.get_by_role("row").filter(has_text="Sam Okafor logged in as Lena Sørensen")
    for said in ("Sam Okafor", "Lena Sørensen", "Lena can't submit Food safety basics", "SUP-7"):
        expect(row).to_contain_text(said)
    row.get_by_role("link").first.click()
    expect(tab.get_by_text(AuditEvent.objects.get(seq=1).entry_hash)).to_be_visible()
    assert complaints == []


def test_what_sam_may_not_do_is_said_in_the_menu(tab, live_server, sam, ina):
    sign_in_by_form(tab, f"{live_server.url}/users/?q=ina", sam)
    open_menu(tab, ina)
    entry = tab.get_by_role("link", name=LOGIN_AS_USER)
    expect(entry).to_be_disabled()
    expect(entry).to_contain_text("This account is deactivated.")


def test_the_dialog_is_left_by_escape_and_focus_returns(page, live_server, sam, lena):
    page.set_viewport_size({"width": 1280, "height": 860})
    sign_in_by_form(page, f"{live_server.url}/users/?q=lena", sam)
    button = page.get_by_role("button", name=f"Actions for {lena.name}")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name=LOGIN_AS_USER)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(button).to_be_focused()


def test_arrow_keys_walk_through_the_menu(page, live_server, sam, lena):
    page.set_viewport_size({"width": 1280, "height": 860})
    sign_in_by_form(page, f"{live_server.url}/users/?q=lena", sam)
    page.get_by_role("button", name=f"Actions for {lena.name}").focus()
    page.keyboard.press("ArrowDown")
    entries = page.locator(".menu:popover-open").get_by_role("link")
    first, last = entries.first, entries.last
    expect(first).to_be_focused()
    for key, entry in {"ArrowUp": last, "ArrowDown": first}.items():
        page.keyboard.press(key)
        expect(entry).to_be_focused()


def test_the_entry_is_not_offered_on_a_phone(new_context, live_server, sam, lena):
    phone = new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True).new_page()
    sign_in_by_form(phone, f"{live_server.url}/users/?q=lena", sam)
    open_menu(phone, lena)
    expect(phone.get_by_role("link", name="View profile")).to_be_visible()
    expect(phone.get_by_role("link", name=LOGIN_AS_USER)).to_be_hidden()


def test_back_after_the_exit_shows_nothing_of_lena(page, live_server, sam, lena):
    sign_in_by_form(page, f"{live_server.url}/users/{lena.pk}/login-as/", sam)
    explain(page)
    page.get_by_role("button", name="Act for Lena").click()
    expect(page.get_by_role("heading", name="Hello, Lena")).to_be_visible()
    page.get_by_role("button", name="Exit assumed session").click()
    expect(page.get_by_text("You exited the assumed session.")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Hello, Lena")).to_have_count(0)
