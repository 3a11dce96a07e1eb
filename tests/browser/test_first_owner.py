"""The first hour of an empty company, walked in a real browser until the first learner has signed in."""

import re
from io import StringIO

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from accounts.models import Department, User
from learning.models import Module
from tests.support.browser import assert_accessible, complaints_of, open_menu, sign_in_by_form, wait_for_scripts
from tests.support.import_files import rows
from tests.support.mail_backends import delivered
from tests.support.second_factor import code_now

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]
PEOPLE = rows(
    "H-1,Lena,Sørensen,lena@harbour.example,Harbour Coffee / Nørreport,Barista,Active",
    "H-2,Sam,Okafor,sam@harbour.example,Harbour Coffee / Support,Support,Active",
)


class Walk:
    """The walk of the first owner: the tab, and what the checklist said."""

    def __init__(self, tab, server):
        self.tab, self.server = tab, server

    def page(self, name):
        return self.tab.get_by_role("heading", name=name)

    def step(self, name):
        return self.tab.get_by_role("listitem").filter(has=self.page(name))

    def checklist(self, done, *, ticked=None):
        """Open the checklist by the card on the dashboard, and see how many steps are done."""
        self.tab.goto(self.server)
        card = self.tab.get_by_role("region", name="First steps")
        expect(card).to_contain_text(f"{done} of 9 done")
        card.get_by_role("link", name="First steps").click()
        expect(self.page("First steps")).to_be_visible()
        expect(self.tab.get_by_text("Done", exact=True)).to_have_count(done + self.optional)
        if ticked:
            expect(self.step(ticked).get_by_text("Done", exact=True)).to_be_visible()

    optional = 0

    def go(self, step, link):
        self.step(step).get_by_role("link", name=link).click()


def everybody_can_use(tab):
    """Check the page on a phone and on a desktop."""
    for width in (390, 1280):
        tab.set_viewport_size({"width": width, "height": 900})
        assert_accessible(tab)
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), (tab.url, width)


def test_from_an_empty_database_to_the_first_learner(new_context, live_server, tmp_path, monkeypatch):
    monkeypatch.setattr("sys.stdin", StringIO("standin-demo\n"))
    call_command("create_owner", "fia@harbour.example", first_name="Fia", password_stdin=True, stdout=StringIO())
    fia = User.objects.get()
    assert not Department.objects.exists()
    tab = new_context(viewport={"width": 1280, "height": 900}).new_page()
    complaints = complaints_of(tab)
    walk = Walk(tab, live_server.url)

    # Nothing is forced on her; her dashboard leads on
    sign_in_by_form(tab, f"{live_server.url}/accounts/login/", fia)
    expect(walk.page("Hello, Fia")).to_be_visible()
    everybody_can_use(tab)
    walk.checklist(1)
    everybody_can_use(tab)

    # A second factor
    walk.go("Protect your own account", "Set up a second factor")
    tab.get_by_role("link", name="Set up an app").click()
    tab.get_by_label("Password").fill("standin-demo")
    tab.get_by_role("button", name="Confirm").click()
    tab.get_by_label("Authenticator code").fill(code_now(tab.locator("form code").inner_text()))
    tab.get_by_role("button", name="Set up").click()
    expect(walk.page("Recovery codes")).to_be_visible()
    recovery_code = tab.locator(".codes li").first.inner_text()
    walk.checklist(2, ticked="Protect your own account")

    # A test mail, by the keyboard
    tab.get_by_role("button", name="Send me a test mail").focus()
    tab.keyboard.press("Enter")
    expect(tab.get_by_text("A test mail is on its way, within a minute or two.")).to_be_visible()
    walk.checklist(2)
    assert [message.to for message in delivered()][-1] == [fia.email]
    walk.checklist(3, ticked="See that mail arrives")
    expect(tab.get_by_text("The mail server took a test mail to fia@harbour.example")).to_be_visible()
    everybody_can_use(tab)

    # The permission types that most companies begin with are there: the command created them with her
    expect(walk.step("Set up permission types").get_by_text("Done", exact=True)).to_be_visible()

    # Nobody is there: User Management leads to the import, whose file names departments, jobs and two people
    walk.go("Choose who helps people", "Choose a person in User Management")
    expect(tab.get_by_text("Nobody but you is here yet.")).to_be_visible()
    everybody_can_use(tab)
    tab.get_by_role("main").get_by_role("link", name="Import people").last.click()
    tab.get_by_label("Code", exact=True).fill(recovery_code)  # what she proved so far was the password alone
    tab.get_by_role("button", name="Confirm").click()
    file = tmp_path / "people.csv"
    file.write_text(PEOPLE)
    tab.get_by_label("File", exact=True).set_input_files(file)
    tab.get_by_role("button", name="See what would change").click()
    expect(walk.page("What the columns are")).to_be_visible()
    tab.get_by_role("button", name="See what would change").click()
    tab.get_by_role("button", name="Import 2 people").click()
    expect(tab.get_by_text("Imported: 2 new.")).to_be_visible()
    walk.optional = 1  # job profiles
    walk.checklist(5, ticked="Make your departments")
    expect(walk.step("Bring your people in").get_by_text("Done", exact=True)).to_be_visible()
    expect(walk.step("Name the jobs").get_by_text("Done", exact=True)).to_be_visible()

    # Sam helps people
    walk.go("Choose who helps people", "Choose a person in User Management")
    tab.get_by_role("link", name="Sam Okafor").click()
    open_menu(tab, "Sam Okafor")
    tab.get_by_role("link", name="Permission types").click()
    tab.get_by_label("Support").check()
    tab.get_by_role("button", name="Save").click()
    expect(walk.page("Sam Okafor")).to_be_visible()
    walk.checklist(6, ticked="Choose who helps people")

    # The rules of Login as User: looked at, and saved as they are
    walk.go("Decide the rules of Login as User", "Open Company settings")
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_text("Nothing was different, so nothing was changed.")).to_be_visible()
    walk.checklist(7, ticked="Decide the rules of Login as User")

    # A module for everybody
    walk.go("Publish something to learn", "Write a module")
    tab.get_by_label("Title:").first.fill("Food safety basics")
    tab.get_by_label("Published", exact=True).check()
    tab.get_by_role("button", name="Add people to the audience").click()
    tab.locator("#id_audience-0-is_everyone").check()
    tab.get_by_role("button", name="Save", exact=True).click()
    expect(tab.get_by_text(re.compile("was added successfully"))).to_be_visible()
    assert Module.objects.get().is_published
    walk.checklist(8, ticked="Publish something to learn")

    # Lena is invited, follows the link of her mail, and sees the module
    walk.go("Invite somebody", "Open a person in User Management")
    tab.get_by_role("link", name="Lena Sørensen").click()
    open_menu(tab, "Lena Sørensen")
    tab.get_by_role("button", name="Send an invitation").click()
    expect(tab.get_by_role("main")).to_contain_text("lena@harbour.example")
    [address] = re.findall(r"http\S+/key/\S+", delivered()[-1].body)
    hers = new_context(viewport={"width": 390, "height": 900}).new_page()
    hers.goto(live_server.url + address.partition("testserver")[2])
    hers.get_by_label("New password", exact=True).fill("a brand new one 17")
    hers.get_by_label("New password again").fill("a brand new one 17")
    hers.get_by_role("button", name="Save the new password").click()
    expect(hers.get_by_role("button", name="Save the new password")).to_have_count(0)
    hers.goto(f"{live_server.url}/accounts/login/")
    hers.get_by_label("Email").fill("lena@harbour.example")
    hers.get_by_label("Password").fill("a brand new one 17")
    hers.get_by_role("button", name="Sign in").click()
    expect(hers.get_by_role("heading", name="Hello, Lena")).to_be_visible()
    expect(hers.get_by_role("link", name="Food safety basics")).to_be_visible()
    expect(hers.get_by_role("region", name="First steps")).to_have_count(0)

    # Everything is done: the card is gone, the page says so
    tab.goto(live_server.url)
    expect(walk.page("Hello, Fia")).to_be_visible()
    expect(tab.get_by_role("region", name="First steps")).to_have_count(0)
    tab.get_by_role("button", name="Fia").click()
    tab.get_by_role("link", name="First steps").click()
    expect(tab.get_by_text("Everything is done: your company is ready.")).to_be_visible()
    everybody_can_use(tab)
    wait_for_scripts(tab)
    assert complaints == []
