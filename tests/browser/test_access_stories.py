"""Support stories about who sees what, walked in a browser by Sam of Support, the learner, and who puts it right."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.support import stories
from tests.support.browser import explain, open_menu, wait_for_scripts
from tests.support.walks import (
    PHONE,
    Desks,
    ask_about,
    check_access,
    company_of,
    find_person,
    first_sentence,
    tab,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]


@pytest.fixture
def c(company, copenhagen, norreport, aarhus, carl, sam):
    return company_of(copenhagen, norreport, aarhus, carl, sam)


@pytest.fixture
def desks(new_context, live_server):
    made = Desks(new_context, live_server.url)
    yield made
    assert not any(made.complaints), made.complaints


def test_sam_finds_on_a_phone_that_stine_is_excluded(desks, c):
    stories.personal_exclusion(c)
    page = desks.opened_by(c.sam, f"/users/?q={c.stine.email}", PHONE)
    open_menu(page, c.stine)
    page.get_by_role("link", name="Check access").click()
    ask_about(page, "Denied beats the group")
    expect(first_sentence(page)).to_contain_text("Stine Story is among the people who are excluded from it.")
    desks.accessible(page, "answer")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

    # Without the exclusion she would see it
    tab(page, "What if")
    page.get_by_label("The person is not excluded").check()
    page.get_by_role("button", name="What would be seen?").click()
    expect(first_sentence(page)).to_have_text("Then Stine Story would see it.")
    desks.accessible(page, "what if")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_sam_reads_who_else_is_not_in_the_audience_and_what_would_change_it(desks, c):
    stories.not_in_the_group(c)
    page = desks.opened_by(c.sam)
    check_access(page, c.stine, "For Aarhus")
    expect(first_sentence(page)).to_contain_text(
        "Its audience is Aarhus; Stine Story belongs to Copenhagen / Nørreport and works as Barista."
    )

    page.get_by_role("link", name="Who else?").click()
    expect(page.get_by_role("heading", name="What would show it to Stine Story")).to_be_visible()
    expect(page.get_by_text(re.compile("The same rule hides it from [0-9]+ active people"))).to_be_visible()
    others = page.get_by_role("region", name="Who doesn't see it because of this rule")
    expect(others.get_by_role("link", name="Tara Zone")).to_be_visible()
    desks.accessible(page, "who else")

    # If she worked in Aarhus, she would see it
    page.get_by_role("link", name="Back to every rule").click()
    tab(page, "What if")
    for name in ("Department", "Job profile", "Its audience also names the department"):
        label, select = page.get_by_text(name, exact=True).bounding_box(), page.get_by_label(name, exact=True)
        assert label["x"] == select.bounding_box()["x"], f"{name} does not stand above its list"
    page.get_by_label("Department", exact=True).select_option(label="\u2007\u2007Aarhus")
    page.get_by_role("button", name="What would be seen?").click()
    expect(first_sentence(page)).to_have_text("Then Stine Story would see it.")
    expect(page.get_by_text("Would be seen", exact=True)).to_be_visible()
    desks.accessible(page, "what if")

    # Nothing of this was stored
    tab(page, "What and why")
    expect(first_sentence(page)).to_contain_text(
        "Its audience is Aarhus; Stine Story belongs to Copenhagen / Nørreport"
    )


def test_sam_in_the_account_of_stine_is_told_the_first_module_and_then_the_next(desks, c):
    stories.chain(c)
    page = desks.opened_by(c.sam)
    find_person(page, c.stine)
    open_menu(page, c.stine)
    page.get_by_role("link", name=re.compile("^Login as User")).click()
    form = page.get_by_role("dialog")
    explain(form, "Stine can't find C third")
    form.get_by_role("button", name="Act for Stine").click()
    page.get_by_role("link", name="Check access").click()
    ask_about(page, "C third")
    expect(first_sentence(page)).to_have_text(
        "First, Stine Story has to submit “A first”. 2 required steps are open: Step 1, Step 2."
    )
    expect(page.get_by_text("Then “B second”.")).to_be_visible()
    desks.accessible(page, "answer in an assumed session")

    # Stine does it in her own browser
    hers = desks.opened_by(c.stine)
    hers.get_by_role("navigation", name="Main").get_by_role("link", name="Modules").click()
    expect(hers.get_by_role("heading", name="B second")).to_have_count(0)
    hers.get_by_role("link", name="A first").first.click()
    expect(hers.get_by_role("heading", name="A first")).to_be_visible()
    wait_for_scripts(hers)
    for box in hers.get_by_role("checkbox").all():
        box.check()
    hers.get_by_role("button", name="Submit").click()
    expect(hers.get_by_text("Submitted", exact=False).first).to_be_visible()
    hers.get_by_role("navigation", name="Main").get_by_role("link", name="Modules").click()
    expect(hers.get_by_role("link", name="B second").first).to_be_visible()

    # Sam asks again
    page.get_by_role("link", name="Check access").click()
    ask_about(page, "C third")
    expect(first_sentence(page)).to_have_text(
        "First, Stine Story has to submit “B second”. 2 required steps are open: Step 1, Step 2."
    )


def test_carl_publishes_again_what_was_withdrawn_yesterday(desks, c):
    stories.withdrawn_yesterday(c)
    page = desks.opened_by(c.sam)
    check_access(page, c.stine, "Barista basics")
    expect(first_sentence(page)).to_contain_text(
        re.compile(r"Until yesterday, .*, Stine Story saw it: somebody made it a draft again\.")
    )
    desks.accessible(page, "draft")

    carls = desks.opened_by(c.carl, "/admin/")
    carls.get_by_role("main").get_by_role("link", name="Modules", exact=True).first.click()
    carls.get_by_role("link", name="Barista basics").click()
    carls.get_by_role("checkbox", name="Published", exact=True).check()
    carls.get_by_role("button", name="Save", exact=True).click()
    expect(carls.get_by_text("was changed successfully")).to_be_visible()

    hers = desks.opened_by(c.stine)
    hers.get_by_role("navigation", name="Main").get_by_role("link", name="Modules").click()
    expect(hers.get_by_role("link", name="Barista basics").first).to_be_visible()

    check_access(page, c.stine, "Barista basics")
    expect(page.get_by_text("Visible", exact=True)).to_be_visible()


def test_the_owner_moves_maja_back_after_an_import_moved_her(desks, c, owner):
    _module, maja = stories.moved_by_an_import(c)
    page = desks.opened_by(c.sam)
    check_access(page, maja, "For Copenhagen")
    expect(first_sentence(page)).to_contain_text(
        re.compile(r"Until .*, Maja Moved saw it: Maja Moved moved from Copenhagen to Aarhus \(the import")
    )

    tab(page, "On another day")
    expect(page.get_by_text("Choose a day to read whether Maja Moved saw “For Copenhagen” then")).to_be_visible()
    yesterday = timezone.localtime() - timedelta(days=1)
    page.get_by_label("Day and time").fill(yesterday.strftime("%Y-%m-%dT%H:%M"))
    page.get_by_role("button", name="Check this day").click()
    expect(first_sentence(page)).to_have_text(re.compile(r"On .*, Maja Moved saw it\."))
    desks.accessible(page, "on another day")

    tab(page, "What has changed")
    page.get_by_label("Within how many days").fill("7")
    page.get_by_role("button", name="Show").click()
    row = page.get_by_role("listitem").filter(has_text="For Copenhagen")
    expect(row).to_contain_text("Vanished")
    expect(row).to_contain_text("Maja Moved moved from Copenhagen to Aarhus")
    desks.accessible(page, "what has changed")

    tab(page, "Compare")
    page.get_by_label("Compare with").fill(c.stine.email)
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("heading", name="Maja Moved and Stine Story")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="For Copenhagen")).to_contain_text("Maja Moved")
    desks.accessible(page, "compare")

    owners = desks.opened_by(owner)
    find_person(owners, maja)
    open_menu(owners, maja)
    owners.get_by_role("link", name="Edit", exact=True).click()
    owners.get_by_label("Department").select_option(label="\u2007\u2007Copenhagen")
    owners.get_by_role("button", name="Save").click()
    expect(owners.get_by_role("heading", name="Maja Moved")).to_be_visible()

    hers = desks.opened_by(maja)
    hers.get_by_role("navigation", name="Main").get_by_role("link", name="Modules").click()
    expect(hers.get_by_role("link", name="For Copenhagen").first).to_be_visible()
    check_access(page, maja, "For Copenhagen")
    expect(page.get_by_text("Visible", exact=True)).to_be_visible()
