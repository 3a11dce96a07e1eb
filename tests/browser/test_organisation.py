"""The organisation in a real browser: by keyboard alone, on a phone, and for everybody."""

import os

import pytest
from playwright.sync_api import expect

from accounts.models import Department, JobProfile, User
from tests.support.browser import assert_accessible, complaints_of, sign_in_by_form
from tests.support.learning_factories import make_module
from tests.support.organisation import page_of, places

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]


@pytest.fixture
def pages(owner, rita, lena, max_, copenhagen, norreport, aarhus):
    """Every page of the organisation, with a refused deletion among them."""
    profile = JobProfile.objects.create(name="Barista")
    JobProfile.objects.create(name="Baker")
    make_module("For Copenhagen", {"department": copenhagen})
    of_department = ("detail", "rename", "move", "merge", "delete")
    return [
        "/organisation/", "/organisation/?q=nørre", "/organisation/job-profiles/", "/organisation/departments/new/",
        *(page_of(f"department_{view}", copenhagen) for view in of_department),
        *(page_of(f"job_profile_{view}", profile) for view in of_department if view != "move"),
    ]  # fmt: skip


def keep_a_picture(tab, name):
    folder = os.environ.get("PICTURES")
    if folder:
        tab.screenshot(path=f"{folder}/organisation-{name}.png", full_page=True)


def check(tab, name):
    expect(tab.locator("h1")).to_be_visible()
    assert_accessible(tab)
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    keep_a_picture(tab, name)


@pytest.mark.parametrize("width", [390, 1280])
def test_everybody_can_use_every_page(new_context, live_server, owner, pages, norreport, aarhus, width):
    scheme = "dark" if width == 1280 else "light"
    tab = new_context(viewport={"width": width, "height": 900}, color_scheme=scheme).new_page()
    complaints = complaints_of(tab)
    sign_in_by_form(tab, f"{live_server.url}/", owner)
    for number, address in enumerate(pages):
        tab.goto(live_server.url + address)
        check(tab, f"{number}-{width}")
    tab.goto(live_server.url + page_of("department_move", norreport))
    tab.get_by_label("Move to directly below").select_option(str(aarhus.pk))
    tab.get_by_role("button", name="See what changes").click()
    expect(tab.get_by_role("heading", name="What changes: Nørreport")).to_be_visible()
    expect(tab.get_by_role("rowheader", name="For Copenhagen module")).to_be_visible()
    check(tab, f"preview-{width}")
    tab.get_by_role("button", name="Move", exact=True).click()
    expect(tab.get_by_text("“Nørreport” was moved.")).to_be_visible()
    assert ("Nørreport", "Aarhus") in places()
    assert complaints == []


def test_a_first_department_by_keyboard_alone(new_context, live_server, db):
    first = User.objects.create_superuser("first@harbour.example", "standin-demo", first_name="Olivia")
    tab = new_context().new_page()
    sign_in_by_form(tab, f"{live_server.url}/", first)
    tab.goto(f"{live_server.url}/organisation/")
    tab.get_by_role("link", name="Create the first department").focus()
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", name="New department")).to_be_visible()
    tab.get_by_label("Name").focus()
    tab.keyboard.type("Harbour Coffee")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", name="Harbour Coffee", exact=True)).to_be_visible()
    tab.get_by_role("link", name="New department below it").focus()
    tab.keyboard.press("Enter")
    tab.get_by_label("Name").fill("Copenhagen")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", name="Copenhagen", exact=True)).to_be_visible()
    tab.get_by_role("navigation", name="Where you are").get_by_role("link", name="Organisation").click()
    fold = tab.locator("summary")
    expect(tab.get_by_role("link", name="Copenhagen")).to_be_visible()
    fold.focus()
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("link", name="Copenhagen")).to_be_hidden()
    tab.keyboard.press("Space")
    expect(tab.get_by_role("link", name="Copenhagen")).to_be_visible()
    assert Department.objects.count() == 2
