"""Hanne of HR with her German list: columns, words, a duplicate, a mass change stopped, and one person undone."""

import re

import pytest
from openpyxl import Workbook
from playwright.sync_api import expect

from accounts.models import ImportedPerson, User, UserImport
from tests.support.assumed import detail, events
from tests.support.browser import assert_accessible, complaints_of, sign_in_by_form, wait_for_scripts
from tests.support.factories import UserFactory, permission_type

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]
HEADINGS = ["Personalnr", "Vorname", "Nachname", "E-Mail", "Abteilung", "Stelle", "Status", "Freigabe", "Bemerkung"]
LENA = ["00071", "Lena", "Sørensen", "lena.s@harbour.example", "Nørreport", "Barista", "Aktiv", "aktiv", "läuft"]
MAX = ["00072", "Max", "Kjær", "max@harbour.example", "Aarhus", "Schichtleitung", "Elternzeit", "aktiv", ""]
JORG = ["00073", "Jörg", "Straßer", "joerg@harbour.example", "Aarhus", "Barista", "Ruhend", "aktiv", "ab März"]


@pytest.fixture
def staff(lena, max_, norreport, aarhus):
    """Return two colleagues more, who have HR identifiers as Lena and Max have."""
    User.objects.filter(pk=lena.pk).update(external_id="71")
    User.objects.filter(pk=max_.pk).update(external_id="00072")
    people = [UserFactory(first_name=name, department=aarhus) for name in ("Ute", "Kai")]
    for number, person in enumerate(people):
        User.objects.filter(pk=person.pk).update(external_id=f"0008{number}")
    return people


def row_of(number, person):
    return [f"0008{number}", person.first_name, "Jensen", person.email, "Aarhus", "", "Aktiv", "aktiv", ""]


def book(path, *people):
    """Save a workbook with a cover sheet, and the list with a title above its headings."""
    workbook = Workbook()
    cover = workbook.active
    cover.title = "Deckblatt"
    cover.append(["Harbour Coffee"])
    cover.append(["Stand", "27.11.2026"])
    sheet = workbook.create_sheet("Mitarbeiter")
    for row in (["Mitarbeiterliste"], HEADINGS, *people):
        sheet.append(row)
    workbook.save(path)
    return path


def everybody_can_use(tab, *, widths=(390, 1280)):
    for width in widths:
        tab.set_viewport_size({"width": width, "height": 900})
        assert_accessible(tab)
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), (tab.url, width)


def choose(tab, file):
    tab.get_by_label("File", exact=True).set_input_files(file)
    tab.get_by_role("button", name="See what would change").click()


def answer(tab, question, label):
    tab.get_by_role("radiogroup", name=re.compile(question)).get_by_label(label).check()


def shows(tab, heading):
    expect(tab.get_by_role("heading", level=1, name=heading)).to_be_visible()
    wait_for_scripts(tab)


def number_of(tab, what):
    """Return the number that the preview shows under this word."""
    return int(tab.locator(".tally div").filter(has_text=what).locator("dd").first.inner_text())


@pytest.fixture
def hannes_tab(new_context, live_server, hanne):
    hanne.groups.add(permission_type("HR sees people", "see_people"))
    tab = new_context().new_page()
    sign_in_by_form(tab, f"{live_server.url}/users/import/", hanne)
    return tab


def test_hanne_imports_her_list_step_by_step(hannes_tab, hanne, staff, lena, max_, tmp_path):
    tab = hannes_tab
    complaints = complaints_of(tab)
    whole = [LENA, MAX, JORG, *(row_of(number, person) for number, person in enumerate(staff))]
    short, full = book(tmp_path / "kurz.xlsx", LENA, JORG), book(tmp_path / "mitarbeiter.xlsx", *whole)

    # She chooses a list that lacks half of the company, and says that it lists everybody
    everybody_can_use(tab)
    choose(tab, short)
    shows(tab, "What the columns are")
    expect(tab.get_by_text("The sheet “Mitarbeiter” is read. Not read: “Deckblatt”.")).to_be_visible()
    expect(tab.get_by_label("Personalnr")).to_have_value("external_id")
    expect(tab.get_by_label("Abteilung")).to_have_value("department")
    everybody_can_use(tab)
    # One column looks like a status and is undecided; the e-mail address is declined by mistake
    tab.get_by_label("E-Mail").select_option("Not used")
    tab.get_by_label("Everybody who works here").check()
    tab.get_by_role("button", name="See what would change").click()
    summary = tab.get_by_role("group", name="Nothing is saved yet")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("Say which column is the email address.")
    everybody_can_use(tab)
    summary.get_by_role("link", name="Freigabe").click()
    expect(tab.get_by_label("Freigabe")).to_be_focused()
    tab.get_by_label("Freigabe").select_option("Not used")
    tab.get_by_label("E-Mail").select_option(label="Email address")
    expect(tab.get_by_label("Everybody who works here")).to_be_checked()
    tab.get_by_role("button", name="See what would change").click()

    # One unknown word, and a person who is here under another number
    shows(tab, "What the import would change")
    everybody_can_use(tab)
    tab.get_by_role("button", name="Save the answers").click()
    expect(tab.get_by_role("alert")).to_have_text("Nothing is changed yet: choose an answer first.")
    answer(tab, "“Ruhend”", "Leave as it is")
    tab.get_by_role("button", name="Save the answers").click()
    expect(tab.get_by_role("heading", name="1 question before the import")).to_be_visible()
    answer(tab, "00071 Lena Sørensen", "Yes, the same as 71 Lena Sørensen")
    tab.get_by_role("button", name="Save the answers").click()

    # Three of five would lose their accounts: it stops, and she sees why
    box = tab.get_by_role("group", name="More changes than usual")
    expect(box).to_contain_text("active people would be deactivated.")
    tab.get_by_role("button", name=re.compile("^Import")).click()
    field = tab.get_by_label(re.compile("If that is right, type"))
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    everybody_can_use(tab)
    assert UserImport.objects.count() == 0
    assert User.objects.filter(is_active=False).count() == 0

    # She takes the whole list instead: the columns have to be said again, because nothing was imported
    tab.get_by_role("button", name="Discard this file").click()
    expect(tab.get_by_text("Nothing was imported, and the file was deleted.")).to_be_visible()
    choose(tab, full)
    shows(tab, "What the columns are")
    tab.get_by_label("Freigabe").select_option("Not used")
    tab.get_by_label("Everybody who works here").check()
    tab.get_by_role("button", name="See what would change").click()
    shows(tab, "What the import would change")
    answer(tab, "“Elternzeit”", "Leave as it is")
    answer(tab, "“Ruhend”", "Deactivated: they may not sign in")
    answer(tab, "00071 Lena Sørensen", "Yes, the same as 71 Lena Sørensen")
    tab.get_by_role("button", name="Save the answers").click()
    confirm = tab.get_by_role("button", name="Import 3 people")
    expect(confirm).to_be_visible()
    expect(tab.get_by_role("group", name="More changes than usual")).to_be_hidden()
    assert [number_of(tab, word) for word in ("New", "Changed", "Unchanged", "Skipped")] == [1, 2, 2, 0]

    # A look back at the columns, and a reload, lose nothing
    tab.get_by_role("link", name="What the columns are").click()
    expect(tab.get_by_label("Freigabe")).to_have_value("unused")
    tab.go_back()
    tab.reload()
    everybody_can_use(tab)
    with tab.expect_download() as download:
        tab.get_by_role("link", name="Download these choices for the command").click()
    assert '"elternzeit": "keep"' in download.value.path().read_text(encoding="utf-8")

    # It is imported: the page of the run says what became of it
    wait_for_scripts(tab)
    confirm.click()
    expect(tab.get_by_text("Imported: 1 new, 2 changed.")).to_be_visible()
    everybody_can_use(tab)
    lena.refresh_from_db()
    assert (lena.external_id, lena.email) == ("00071", "lena.s@harbour.example")
    assert User.objects.get(pk=max_.pk).is_active, "parental leave is no leaving"
    assert not User.objects.get(external_id="00073").is_active
    [event] = events("user.imported")
    assert (event.actor_id, detail(event)["file"]) == (hanne.pk, "mitarbeiter.xlsx")

    # Back leads to a preview that is no more, and says so
    tab.go_back()
    expect(tab.get_by_text("The file is no longer here")).to_be_visible()
    tab.get_by_role("region", name="Last imports").get_by_role("link").first.click()
    shows(tab, re.compile("^Import of"))

    # One person is undone
    tab.get_by_role("link", name=re.compile("Undo for this person.*Max Kjær")).click()
    shows(tab, "What the undo would change")
    everybody_can_use(tab)
    tab.get_by_role("button", name="Undo for 1 person").click()
    expect(tab.get_by_text("The import was undone: 1 changed.")).to_be_visible()
    max_.refresh_from_db()
    assert max_.job_profile is None
    assert ImportedPerson.objects.get(run__way="undo").user_id == max_.pk
    lena.refresh_from_db()
    assert lena.external_id == "00071"

    # The next list with these headings needs no questions
    tab.get_by_role("link", name="Import people").click()
    choose(tab, full)
    expect(tab.get_by_text("the columns and words are read as Hanne Riis said on")).to_be_visible()
    everybody_can_use(tab)
    assert complaints == []


def test_the_columns_are_said_by_the_keyboard_alone(hannes_tab, staff, tmp_path):
    tab = hannes_tab
    choose(tab, book(tmp_path / "mitarbeiter.xlsx", LENA, MAX))
    shows(tab, "What the columns are")
    first = tab.get_by_label("Personalnr")
    reached = []
    while not first.evaluate("field => field === document.activeElement"):
        tab.keyboard.press("Tab")
        reached.append(tab.evaluate("document.activeElement.textContent.trim()"))
        assert len(reached) < 30, reached
    for heading in HEADINGS[1:]:
        tab.keyboard.press("Tab")
        expect(tab.get_by_label(heading, exact=True)).to_be_focused()
        if heading == "Freigabe":
            tab.keyboard.type("Not used")
    expect(tab.get_by_label("Freigabe")).to_have_value("unused")
    tab.keyboard.press("Tab")
    expect(tab.get_by_label("Some people")).to_be_focused()
    tab.keyboard.press("ArrowDown")
    expect(tab.get_by_label("Everybody who works here")).to_be_checked()
    tab.keyboard.press("Tab")
    tab.keyboard.press("Space")
    expect(tab.get_by_label(re.compile("separate levels"))).not_to_be_checked()
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    shows(tab, "What the import would change")
    # And the questions
    group = tab.get_by_role("radiogroup", name=re.compile("“Elternzeit”"))
    first = group.get_by_role("radio").first
    first.focus()
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("ArrowDown")
    expect(group.get_by_label("Leave as it is")).to_be_checked()
    tab.keyboard.press("Enter")
    expect(group).to_be_hidden()


def test_a_list_is_imported_on_a_phone(hannes_tab, staff, tmp_path):
    tab = hannes_tab
    tab.set_viewport_size({"width": 390, "height": 800})
    choose(tab, book(tmp_path / "mitarbeiter.xlsx", LENA, MAX))
    shows(tab, "What the columns are")
    for heading in HEADINGS:
        choice = tab.get_by_label(heading, exact=True)
        choice.scroll_into_view_if_needed()
        place = choice.bounding_box()
        assert place["x"] >= 0
        assert place["x"] + place["width"] <= 390
    tab.get_by_label("Freigabe").select_option("Not used")
    tab.get_by_role("button", name="See what would change").click()
    answer(tab, "“Elternzeit”", "Leave as it is")
    answer(tab, "00071 Lena Sørensen", "Yes, the same as 71 Lena Sørensen")
    tab.get_by_role("button", name="Save the answers").click()
    tab.get_by_role("button", name="Import 2 people").click()
    expect(tab.get_by_text("Imported: 2 changed.")).to_be_visible()
    everybody_can_use(tab, widths=(390,))


def test_a_connection_that_breaks_says_so_and_leads_to_what_is_so(hannes_tab, staff, tmp_path):
    tab = hannes_tab
    choose(tab, book(tmp_path / "mitarbeiter.xlsx", LENA, MAX))
    tab.get_by_label("Freigabe").select_option("Not used")
    tab.get_by_role("button", name="See what would change").click()
    answer(tab, "“Elternzeit”", "Leave as it is")
    answer(tab, "00071 Lena Sørensen", "Yes, the same as 71 Lena Sørensen")
    tab.get_by_role("button", name="Save the answers").click()
    confirm = tab.get_by_role("button", name="Import 2 people")
    expect(confirm).to_be_visible()
    wait_for_scripts(tab)
    tab.route("**/preview/", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    confirm.click()
    expect(tab.get_by_text("Either everything was imported, or nothing.")).to_be_visible()
    everybody_can_use(tab)
    tab.unroute("**/preview/")
    tab.get_by_role("link", name="See how far it is").click()
    expect(confirm).to_be_visible()
    assert UserImport.objects.count() == 0
