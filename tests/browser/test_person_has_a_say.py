"""Nothing unseen, and the person has a say: Sam looks and acts, Lena sees it and ends it, Audrey reviews it."""

import re

import pytest
from django.core import mail
from django.core.management import call_command
from playwright.sync_api import expect

from impersonation.models import AssumedSession, Mode
from tests.support.assumed import detail, events
from tests.support.browser import assert_accessible, complaints_of, sign_in_by_form, wait_for_scripts
from tests.support.factories import permission_type
from tests.support.learning_factories import make_module
from tests.support.permission_setup import set_company
from tests.support.tickets import ticket_link

pytestmark = pytest.mark.django_db(transaction=True)
DESKTOP = {"width": 1280, "height": 860}


def test_sam_looks_and_acts_lena_ends_it_and_audrey_reviews_it(new_context, live_server, sam, lena, audrey, catalogue):
    set_company(default_mode="look_only")
    audrey.groups.add(permission_type("Reviewers", "review_assumedsession"))
    other = make_module(title="Closing the till")
    sams, lenas, audreys = (new_context(viewport=DESKTOP).new_page() for _ in range(3))
    complaints = [complaints_of(page) for page in (sams, lenas, audreys)]

    # Sam comes from a ticket; looking only is the first button
    sign_in_by_form(sams, live_server.url + ticket_link(lena.email), sam)
    expect(sams.get_by_role("heading", name="Login as Lena Sørensen")).to_be_visible()
    expect(sams.get_by_role("main").get_by_role("button").first).to_contain_text("Look only")
    sams.get_by_label("Can't submit").check()
    sams.get_by_label("Reason").fill("Lena can't submit Food safety basics")
    sams.get_by_role("button", name="Look only").click()
    expect(sams.get_by_role("heading", name="Hello, Lena")).to_be_visible()
    for module in (catalogue, other):
        sams.goto(f"{live_server.url}/modules/{module.pk}/")
    sams.goto(f"{live_server.url}/account/")
    expect(sams.get_by_role("heading", name="Not available in Lena Sørensen's account")).to_be_visible()
    sams.goto(f"{live_server.url}/modules/{catalogue.pk}/")

    # Lena sees within one page load who is in her account
    sign_in_by_form(lenas, f"{live_server.url}/accounts/login/", lena)
    strip = lenas.get_by_role("region", name="Somebody is in your account")
    expect(strip).to_contain_text("Sam Okafor is in your account now. They only look: nothing can be changed.")
    assert_accessible(lenas)

    # Sam changes to act, with one more reason, and saves an answer
    sams.get_by_role("link", name="Act …").click()
    expect(sams.get_by_role("heading", name="Act for Lena Sørensen")).to_be_visible()
    assert_accessible(sams)
    expect(sams.get_by_label("Why do you have to change something?")).to_have_value(
        "Lena can't submit Food safety basics"
    )
    sams.get_by_label("Why do you have to change something?").fill("She asked me to tick the first box")
    sams.get_by_role("button", name="Act for Lena").click()
    expect(sams.get_by_role("heading", name="Food safety basics")).to_be_visible()
    wait_for_scripts(sams)
    sams.get_by_role("checkbox").first.check()
    sams.get_by_role("button", name="Save and go on later").click()
    expect(sams.get_by_text("Your answers are saved.")).to_be_visible()
    assert AssumedSession.objects.get().mode == Mode.ACT

    # Lena reads what he did, and ends it; his next click says so
    lenas.goto(f"{live_server.url}/account/access-history/")
    expect(strip).to_contain_text("They can change things on your behalf.")
    entry = lenas.get_by_role("article").filter(has_text="Lena can't submit Food safety basics")
    expect(entry).to_contain_text(re.compile("Looked only until [0-9:]+, then could change things"))
    for words in (
        "Module · Food safety basics",
        "Module · Closing the till",
        "Confirmed step 1",
        "Pages of your account",
    ):
        expect(entry).to_contain_text(words)
    lenas.get_by_role("button", name="End it").click()
    expect(lenas.get_by_text("The session was ended. Nobody but you is in your account now.")).to_be_visible()
    expect(strip).to_have_count(0)
    sams.get_by_role("navigation", name="Main").get_by_role("link", name="Modules").click()
    expect(sams.get_by_text("The person whose account was open ended the assumed session.")).to_be_visible()

    # Lena did not ask for it
    lenas.get_by_role("link", name="I didn't ask for this").click()
    expect(lenas.get_by_role("heading", name="You didn't ask for this?")).to_be_visible()
    assert_accessible(lenas)
    lenas.get_by_role("button", name="I didn't ask for this").click()
    expect(lenas.get_by_text("You said that you didn't ask for this")).to_be_visible()
    assert_accessible(lenas)

    # Audrey finds the flagged session, reads its timeline, and checks the receipt of Lena's mail
    call_command("send_notices", verbosity=0)
    [notice] = [letter for letter in mail.outbox if letter.to == [lena.email]]
    assert [letter.to for letter in mail.outbox if "did not ask" in letter.subject] == [[audrey.email]]
    sign_in_by_form(audreys, f"{live_server.url}/accounts/login/", audrey)
    audreys.goto(f"{live_server.url}/admin/impersonation/assumedsession/")
    expect(audreys.get_by_role("row", name=re.compile("Sam Okafor"))).to_contain_text("Objected to on")
    audreys.get_by_role("link", name="Open its timeline").click()
    expect(audreys.get_by_role("heading", name="Sam Okafor in Lena Sørensen's account")).to_be_visible()
    for words in ("Food safety basics", "Closing the till", "/account/", "She asked me to tick the first box"):
        expect(audreys.get_by_role("region", name="What happened")).to_contain_text(words)
    audreys.goto(f"{live_server.url}/admin/audit/auditevent/receipt/")
    audreys.get_by_role("textbox", name=re.compile("receipt", re.IGNORECASE)).fill(notice.message().as_string())
    audreys.get_by_role("button", name=re.compile("Check")).click()
    expect(audreys.get_by_text("is in the log as it was when the receipt was written")).to_be_visible()

    assert [detail(event)["title"] for event in events("assumed_session.looked") if detail(event)["title"]] == [
        "Food safety basics", "Closing the till",
    ]  # fmt: skip
    assert complaints == [[], [], []]
