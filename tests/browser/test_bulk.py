"""Actions for many people in a real browser: by mouse, by keyboard, on a phone, without scripts, and interrupted."""

import re
from threading import Event

import pytest
from playwright.sync_api import expect

from accounts.models import BulkRun, User
from accounts.users.bulk import actions, views
from tests.support.assumed import events
from tests.support.browser import PASSWORD, assert_accessible, complaints_of, sign_in_by_form, wait_for_scripts
from tests.support.bulk import REASON, crowd

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]


@pytest.fixture
def people(norreport):
    return crowd(24, norreport)


@pytest.fixture
def gate(monkeypatch):
    """Hold the second batch of a run until the test lets it go; a batch has ten people."""
    first_is_done, may_go, whole, calls = Event(), Event(), actions.do_batch, []
    monkeypatch.setattr(actions, "BATCH", 10)

    def held(run, *, actor):
        calls.append(run)
        if len(calls) == 2:
            first_is_done.set()
            assert may_go.wait(timeout=60)
        return whole(run, actor=actor)

    monkeypatch.setattr(views, "do_batch", held)
    yield may_go
    may_go.set()


def everybody_can_use(tab):
    """Check the page on a phone and on a desktop."""
    for width in (390, 1280):
        tab.set_viewport_size({"width": width, "height": 900})
        assert_accessible(tab)
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), (tab.url, width)
    tab.emulate_media(color_scheme="light")


def left():
    return User.objects.filter(first_name__startswith="Guest", is_active=True).count()


def choose_all(tab, live_server, query="guest"):
    tab.goto(f"{live_server.url}/users/?q={query}")
    tab.get_by_label("All that match").check()
    tab.get_by_role("button", name="Choose an action").click()
    expect(tab.get_by_role("heading", name="Action for 24 people")).to_be_visible()


def test_sam_deactivates_all_that_match_and_sees_how_far_it_is(new_context, live_server, sam, people, gate):
    tab = new_context().new_page()
    complaints = complaints_of(tab)
    sign_in_by_form(tab, f"{live_server.url}/users/?q=guest", sam)
    everybody_can_use(tab)

    # The list: ticks are counted, a choice ticks the page, another tick takes the choice back
    tab.get_by_label("Select Guest1 Holm").check()
    tab.get_by_label("Select Guest2 Holm").check()
    expect(tab.get_by_text("ticked: 2")).to_be_visible()
    tab.get_by_label("people on this page").check()
    expect(tab.get_by_label("Select Guest23 Holm")).to_be_checked()
    tab.get_by_label("Select Guest23 Holm").uncheck()
    expect(tab.get_by_label("The people I tick")).to_be_checked()

    # The choice: only what the action needs is shown, and what is missing is said
    choose_all(tab, live_server)
    wait_for_scripts(tab)
    expect(tab.get_by_label("Reason for deactivating")).to_be_hidden()
    tab.get_by_role("button", name="See what would change").click()
    expect(tab.get_by_text("Choose an action.")).to_be_visible()
    everybody_can_use(tab)
    tab.get_by_label("Deactivate", exact=True).check()
    tab.get_by_label("Reason for deactivating").fill(REASON)
    everybody_can_use(tab)
    tab.get_by_role("button", name="See what would change").click()

    # The preview: a wrong number does nothing
    confirm = tab.get_by_role("button", name="Deactivate: 24 people")
    expect(confirm).to_be_visible()
    everybody_can_use(tab)
    tab.get_by_label("Type 24 to confirm").fill("42")
    confirm.click()
    expect(tab.get_by_text("Type the number of people, 24. Nothing was changed.")).to_be_visible()
    everybody_can_use(tab)
    assert left() == 24
    tab.get_by_label("Type 24 to confirm").fill("24")
    wait_for_scripts(tab)
    confirm.click()

    # Progress: the first batch is done, the second one waits
    expect(tab.get_by_text("10 of 24")).to_be_visible()
    expect(tab.get_by_role("progressbar")).to_have_js_property("value", 10)
    expect(tab.get_by_role("status")).to_contain_text("At work.")
    everybody_can_use(tab)
    confirm.click(force=True)  # a second press does nothing
    gate.set()
    expect(tab.get_by_role("heading", name="Done")).to_be_visible()
    expect(tab.get_by_text("24 people were changed.")).to_be_visible()
    everybody_can_use(tab)
    assert (left(), len(events("user.deactivated")), BulkRun.objects.get().state) == (0, 24, "done")
    assert complaints == []


def test_a_run_that_breaks_is_told_and_goes_on_from_the_list(new_context, live_server, sam, people, monkeypatch):
    whole, calls = actions.do_batch, []
    monkeypatch.setattr(actions, "BATCH", 10)

    def breaks(run, *, actor):
        calls.append(run)
        if len(calls) == 2:
            raise RuntimeError("the disk is full")
        return whole(run, actor=actor)

    monkeypatch.setattr(views, "do_batch", breaks)
    tab = new_context().new_page()
    sign_in_by_form(tab, f"{live_server.url}/users/", sam)
    choose_all(tab, live_server)
    tab.get_by_label("Send an invitation").check()
    tab.get_by_role("button", name="See what would change").click()
    tab.get_by_label("Type 24 to confirm").fill("24")
    wait_for_scripts(tab)
    tab.get_by_role("button", name="Send an invitation: 24 people").click()
    expect(tab.get_by_role("status")).to_contain_text("It stopped before the end. What was done is kept.")
    everybody_can_use(tab)
    tab.goto(f"{live_server.url}/users/")
    expect(tab.get_by_text("“Send an invitation” is not finished: 14 people are left.")).to_be_visible()
    tab.get_by_role("link", name="Go on or stop").click()
    expect(tab.get_by_role("heading", name="Not finished yet")).to_be_visible()
    everybody_can_use(tab)
    tab.get_by_role("button", name="Go on with the remaining 14").click()
    expect(tab.get_by_role("heading", name="Done")).to_be_visible()
    assert len({event.target_id for event in events("user.invited")}) == len(events("user.invited")) == 24


def test_a_closed_tab_leaves_whole_batches(new_context, live_server, sam, people, gate):
    context = new_context()
    tab = context.new_page()
    sign_in_by_form(tab, f"{live_server.url}/users/", sam)
    choose_all(tab, live_server)
    tab.get_by_label("Send an invitation").check()
    tab.get_by_role("button", name="See what would change").click()
    tab.get_by_label("Type 24 to confirm").fill("24")
    wait_for_scripts(tab)
    tab.get_by_role("button", name="Send an invitation: 24 people").click()
    expect(tab.get_by_text("10 of 24")).to_be_visible()
    tab.close()
    gate.set()
    again = context.new_page()
    again.goto(live_server.url + BulkRun.objects.get().get_absolute_url())
    expect(again.get_by_role("heading", name=re.compile("Not finished yet|Done"))).to_be_visible()
    run = BulkRun.objects.get()
    assert run.done in (10, 20, 24)


def press(tab, *keys):
    for key in keys:
        tab.keyboard.press(key)


def test_by_keyboard_alone(new_context, live_server, sam, people):
    tab = new_context().new_page()
    sign_in_by_form(tab, f"{live_server.url}/users/?q=guest1", sam)
    tab.get_by_label("Select Guest1 Holm").focus()
    press(tab, "Space")
    expect(tab.get_by_text("ticked: 1")).to_be_visible()
    tab.get_by_role("button", name="Choose an action").focus()
    press(tab, "Enter")
    expect(tab.get_by_role("heading", name="Action for 1 person")).to_be_visible()
    wait_for_scripts(tab)
    tab.get_by_label("Deactivate", exact=True).focus()
    press(tab, "Space", "ArrowDown", "ArrowUp", "Tab")
    expect(tab.get_by_label("Reason for deactivating")).to_be_focused()
    tab.keyboard.type(REASON)
    press(tab, "Tab", "Enter")
    confirm = tab.get_by_role("button", name="Deactivate: 1 person")
    expect(confirm).to_be_visible()
    wait_for_scripts(tab)
    confirm.focus()
    press(tab, "Enter")
    expect(tab.get_by_role("heading", name="Done")).to_be_visible()
    assert left() == 23


def test_on_a_phone_without_any_script(new_context, live_server, sam, people, aarhus):
    tab = new_context(java_script_enabled=False, viewport={"width": 390, "height": 800}).new_page()
    tab.goto(f"{live_server.url}/users/?q=guest1")
    tab.get_by_label("Email").fill(sam.email)
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Sign in").click()
    tab.get_by_label("Select Guest1 Holm").check()
    tab.get_by_label("Select Guest11 Holm").check()
    tab.get_by_role("button", name="Choose an action").click()
    tab.get_by_label("Move to a department").check()
    tab.get_by_label("Department to move to").select_option(str(aarhus.pk))
    tab.get_by_role("button", name="See what would change").click()
    expect(tab.get_by_role("heading", name="What would change")).to_be_visible()
    tab.get_by_role("button", name="Move to a department: 2 people").click()
    expect(tab.get_by_text("2 people were changed.")).to_be_visible()
    assert set(User.objects.filter(department=aarhus).values_list("first_name", flat=True)) == {"Guest1", "Guest11"}
