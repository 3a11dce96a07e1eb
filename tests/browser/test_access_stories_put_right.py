"""Support stories in which Sam puts it right himself, walked in a browser: tries, accounts and waiting lists."""

import re

import pytest
from playwright.sync_api import expect

from accounts.models import User
from learning.models import Event
from tests.support import stories
from tests.support.assumed import events
from tests.support.browser import PASSWORD, wait_for_scripts
from tests.support.walks import Desks, check_access, company_of, first_sentence, signed_in_long_ago

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]


@pytest.fixture
def c(company, copenhagen, norreport, aarhus, carl, sam):
    return company_of(copenhagen, norreport, aarhus, carl, sam)


@pytest.fixture
def desks(new_context, live_server):
    made = Desks(new_context, live_server.url)
    yield made
    assert not any(made.complaints), made.complaints


def test_stine_gets_another_try_and_answers_right(desks, c):
    stories.failed(c)
    page = desks.opened_by(c.sam)
    check_access(page, c.stine, "Failed, wants a retake")
    expect(first_sentence(page)).to_contain_text(
        re.compile("with 0 of 1 question right, and all 2 tries are used: it stays like this unless another try")
    )
    desks.accessible(page, "answer")

    # Too long after he signed in, Sam confirms first that it is he
    signed_in_long_ago(page)
    page.get_by_role("link", name="Let them try again…").click()
    page.get_by_label("Password").fill(PASSWORD)
    desks.accessible(page, "confirm identity")
    page.get_by_role("button", name=re.compile("^(Confirm|Continue)")).click()
    expect(page.get_by_role("heading", name="Let Stine Story try “Failed, wants a retake” again?")).to_be_visible()
    desks.accessible(page, "let them try again")
    page.get_by_label("Reason").fill("The question was unclear")
    page.get_by_role("button", name="Let them try again").click()
    expect(page.get_by_text("Stine Story can try again, and is told so by mail.")).to_be_visible()

    hers = desks.opened_by(c.stine)
    hers.get_by_role("navigation", name="Main").get_by_role("link", name="Modules").click()
    hers.get_by_role("link", name="Failed, wants a retake").first.click()
    expect(hers.get_by_text("You have 2 tries to answer every required question right.")).to_be_visible()
    wait_for_scripts(hers)
    desks.accessible(hers, "the module open again")
    hers.get_by_label("Oat").check()
    hers.get_by_role("button", name="Submit").click()
    expect(hers.get_by_text("Passed.", exact=True)).to_be_visible()

    check_access(page, c.stine, "Failed, wants a retake")
    expect(first_sentence(page)).to_contain_text("with 1 of 1 question right")


def press(page, element, key="Enter"):
    """Tab to an element, and press a key there."""
    expect(element).to_be_visible()
    for _press in range(80):
        page.keyboard.press("Tab")
        if element.evaluate("element => element === document.activeElement"):
            page.keyboard.press(key)
            return
    raise AssertionError(f"Tab doesn't reach {element}")


def test_sam_reactivates_gitte_by_keyboard_alone(desks, c):
    _module, gitte = stories.deactivated(c)
    page = desks.opened_by(c.sam, f"/users/?q={gitte.email}")
    press(page, page.get_by_role("button", name="Actions for Gitte Gone"))
    press(page, page.get_by_role("link", name="Check access"))
    expect(page.get_by_role("heading", name="Access check")).to_be_visible()
    expect(first_sentence(page)).to_contain_text("deactivated")
    desks.accessible(page, "deactivated")
    press(page, page.get_by_role("button", name="Reactivate"))
    expect(page.get_by_text("Gitte Gone's account was reactivated.")).to_be_visible()
    assert User.objects.get(pk=gitte.pk).is_active

    hers = desks.opened_by(gitte)
    hers.get_by_role("navigation", name="Main").get_by_role("link", name="Modules").click()
    expect(hers.get_by_role("link", name="Anything").first).to_be_visible()


def test_nina_who_never_set_a_password_is_invited(desks, c):
    _module, nina = stories.never_activated(c)
    page = desks.opened_by(c.sam)
    check_access(page, nina, "Anything")
    expect(first_sentence(page)).to_contain_text("no password was ever set")
    expect(page.get_by_text("The rules let Nina Never see it, as soon as they can sign in.")).to_be_visible()
    desks.accessible(page, "never activated")
    page.get_by_role("button", name="Send an invitation").click()
    expect(page.get_by_text("An invitation is on its way to nina@harbour.example.")).to_be_visible()
    assert [event.target_id for event in events("user.invited")] == [nina.pk]
    check_access(page, nina, "Anything")
    expect(first_sentence(page)).to_contain_text("Sam Okafor sent an invitation on")


def test_stine_waits_until_tara_leaves_and_has_the_place(desks, c):
    Event.objects.filter(pk=stories.full(c).pk).update(has_waiting_list=True)
    page = desks.opened_by(c.sam)
    check_access(page, c.stine, "Full")
    expect(first_sentence(page)).to_have_text("The one place is taken; there is a waiting list, with nobody on it.")
    desks.accessible(page, "answer about an event")

    hers = desks.opened_by(c.stine, "/events/")
    hers.get_by_role("button", name="Wait for a place").click()
    expect(hers.get_by_text("You are number 1 of the waiting list")).to_be_visible()
    desks.accessible(hers, "events")
    check_access(page, c.stine, "Full")
    expect(first_sentence(page)).to_have_text("The person is number 1 of the waiting list.")

    taras = desks.opened_by(c.tara, "/events/")
    taras.get_by_role("button", name="Cancel registration").click()
    expect(taras.get_by_role("button", name="Wait for a place")).to_be_visible()
    hers.reload()
    expect(hers.get_by_text("Registered", exact=True)).to_be_visible()
    check_access(page, c.stine, "Full")
    expect(first_sentence(page)).to_have_text("The person takes part.")
