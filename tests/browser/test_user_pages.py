"""A person in a real browser: created, invited, edited beside somebody else's edit, deactivated, let in again."""

import re

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from playwright.sync_api import expect

from accounts.models import JobProfile, User
from tests.support.assumed import events, text
from tests.support.browser import assert_accessible, complaints_of, open_menu, sign_in_by_form
from tests.support.mail_backends import delivered

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]
PASSWORD = "Espresso-at-seven"


def everybody_can_use(tab):
    """Check the page on a phone and on a desktop."""
    for width in (390, 1280):
        tab.set_viewport_size({"width": width, "height": 900})
        assert_accessible(tab)
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), (tab.url, width)


def test_petra_takes_nora_in_and_changes_what_she_is(new_context, live_server, settings, petra, audrey, norreport):
    JobProfile.objects.create(name="Barista")
    tab = new_context().new_page()
    complaints = complaints_of(tab)
    sign_in_by_form(tab, f"{live_server.url}/users/", petra)
    tab.get_by_role("link", name="New person").click()

    # An address that is taken is said at its field, and what was typed stays
    tab.get_by_label("First name").fill("Nora")
    tab.get_by_label("Last name").fill("Ny")
    email = tab.get_by_label("Email address")
    email.fill(audrey.email.upper())
    tab.get_by_label("Department").select_option(str(norreport.pk))
    tab.get_by_role("button", name="Create").click()
    expect(email).to_have_accessible_description("There is an account with this email address already.")
    expect(tab.get_by_label("Last name")).to_have_value("Ny")
    everybody_can_use(tab)
    email.fill("nora@harbour.example")
    tab.get_by_role("button", name="Create").click()
    expect(tab.get_by_text("An invitation is on its way to nora@harbour.example.")).to_be_visible()
    nora = User.objects.get(email="nora@harbour.example")

    # Nora follows the link of her mail and chooses a password
    settings.SITE_URL = live_server.url
    [message] = delivered()
    hers = new_context().new_page()
    hers.goto(re.search(r"http\S+", message.body)[0])
    hers.get_by_label("New password", exact=True).fill(PASSWORD)
    hers.get_by_label("New password again").fill(PASSWORD)
    hers.get_by_role("button", name="Save the new password").click()
    expect(hers.get_by_label("New password", exact=True)).to_be_hidden()
    nora.refresh_from_db()
    assert nora.check_password(PASSWORD)

    # By the three-dot menu: an edit that comes after somebody else's shows theirs
    tab.goto(f"{live_server.url}/users/?q=nora")
    open_menu(tab, nora)
    tab.get_by_role("link", name="Edit").click()
    tab.get_by_label("Job profile").select_option(label="Barista")
    User.objects.filter(pk=nora.pk).update(last_name="Ny Holm")
    tab.get_by_role("button", name="Save").click()
    last_name = tab.get_by_label("Last name")
    expect(last_name).to_have_accessible_description("By now it is “Ny Holm”.")
    everybody_can_use(tab)
    last_name.fill("Ny Holm")
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_role("heading", name="Nora Ny Holm")).to_be_visible()
    assert User.objects.get(pk=nora.pk).job_profile.name == "Barista"

    # What Petra may not give is shown, closed, with the reason
    open_menu(tab, nora)
    tab.get_by_role("link", name="Permission types", exact=True).click()
    auditor = tab.get_by_role("checkbox", name="Auditor")
    expect(auditor).to_be_disabled()
    expect(auditor).to_have_accessible_description(
        "A permission type with rights that you don't hold yourself can't be given or taken by you."
    )
    everybody_can_use(tab)
    tab.get_by_role("link", name="Cancel").click()

    # Out with a reason, and in again
    open_menu(tab, nora)
    tab.get_by_role("link", name="Deactivate…").click()
    tab.get_by_role("button", name="Deactivate").click()
    reason = tab.get_by_role("textbox", name="Reason")
    expect(reason).to_have_accessible_description(re.compile("Please write down why."))
    everybody_can_use(tab)
    reason.fill("Left on 30 November")
    tab.get_by_role("button", name="Deactivate").click()
    expect(tab.get_by_text("Nora Ny Holm's account was deactivated.")).to_be_visible()
    assert [text(event, "reason") for event in events("user.deactivated")] == [{"text": "Left on 30 November"}]
    tab.get_by_role("button", name="Reactivate").click()
    expect(tab.get_by_text("Nora Ny Holm's account was reactivated.")).to_be_visible()
    assert User.objects.get(pk=nora.pk).is_active
    assert complaints == []


def test_sam_helps_lena_who_lost_her_phone_to_sign_in(page, live_server, sam, lena):
    complaints = complaints_of(page)
    TOTP.activate(lena, generate_totp_secret())
    sign_in_by_form(page, f"{live_server.url}/users/{lena.pk}/", sam)
    page.get_by_role("button", name="Send a link to a new password").click()
    expect(page.get_by_text(f"A link to a new password is on its way to {lena.email}.")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Remove second factor…").click()
    page.get_by_role("button", name="Remove second factor").click()
    expect(page.get_by_text("Please write down how you know.")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("How do you know that it is them?").fill("Called back at the number of the shop")
    page.get_by_role("button", name="Remove second factor").click()
    expect(page.get_by_text("signs in with the password alone now")).to_be_visible()
    expect(page.get_by_role("link", name="Remove second factor…")).to_have_count(0)
    assert complaints == []


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_the_owner_protects_lena_on_a_phone_and_goes_back_to_her_search(
    new_context, live_server, owner, lena, javascript
):
    tab = new_context(viewport={"width": 390, "height": 844}, java_script_enabled=javascript).new_page()
    complaints = complaints_of(tab)
    sign_in_by_form(tab, f"{live_server.url}/users/?q=lena", owner)
    tab.get_by_role("link", name="Lena Sørensen").click()
    menu = tab.locator("#person-menu")
    expect(menu).to_be_hidden()
    tab.get_by_role("button", name="Actions for Lena Sørensen").press("Enter")
    expect(menu.get_by_role("link").last).to_have_text("Deactivate…")
    if javascript:
        expect(menu.get_by_role("link").first).to_be_focused()
        assert_accessible(tab)
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    menu.get_by_role("button", name="Protect this account").press("Enter")
    expect(tab.get_by_text("Protected account", exact=True)).to_be_visible()
    back = tab.get_by_role("navigation", name="Where you are").get_by_role("link", name="User Management")
    assert back.bounding_box()["height"] >= 24
    back.click()
    expect(tab.get_by_role("searchbox")).to_have_value("lena")
    assert complaints == []
