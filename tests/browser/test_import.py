"""A list of people in a real browser: chosen, looked at, corrected, imported, and taken out again as a file."""

import pytest
from playwright.sync_api import expect

from accounts.models import User
from accounts.user_import import uploads
from tests.support.assumed import detail, events
from tests.support.browser import assert_accessible, complaints_of, sign_in_by_form, wait_for_scripts
from tests.support.factories import permission_type
from tests.support.import_files import rows

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]
NEW = "N-1,Nora,Lund,nora@harbour.example,Copenhagen / Airport,Barista,Active"


def everybody_can_use(tab):
    """Check the page on a phone and on a desktop."""
    for width in (390, 1280):
        tab.set_viewport_size({"width": width, "height": 900})
        assert_accessible(tab)
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), (tab.url, width)


def columns_are_right(tab):
    """Leave the columns as the page has read them."""
    expect(tab.get_by_role("heading", name="What the columns are")).to_be_visible()
    tab.get_by_role("button", name="See what would change").click()


def test_hanne_imports_and_exports_people(new_context, live_server, tmp_path, hanne, max_):
    User.objects.filter(pk=max_.pk).update(external_id="M-1")
    hanne.groups.add(permission_type("HR sees and exports", "see_people", "export_people"))
    good, bad, large = (tmp_path / f"{name}.csv" for name in ("good", "bad", "large"))
    good.write_text(rows(NEW, "M-1,Max,Kjær,max.k@harbour.example,Aarhus,,Active"))
    max_changed = "M-1,Max,Kjær,max@harbour.example,Aarhus,Shift lead,Inactive"
    bad.write_text(rows(NEW, max_changed, "B-1,Bo,Bad,bo at harbour,Aarhus,,Perhaps"))
    large.write_bytes(b"x" * (uploads.MAX_BYTES + 1))
    tab = new_context().new_page()
    complaints = complaints_of(tab)
    sign_in_by_form(tab, f"{live_server.url}/users/", hanne)
    tab.get_by_role("link", name="Import people").click()
    expect(tab.get_by_role("heading", name="Import people")).to_be_visible()
    everybody_can_use(tab)

    # Too large is said before anything travels
    see = tab.get_by_role("button", name="See what would change")
    field = tab.get_by_label("File", exact=True)
    field.set_input_files(large)
    see.click()
    assert field.evaluate("field => field.validationMessage") == "This file is too large: 10 MB is the limit."
    expect(tab.get_by_role("progressbar")).to_be_hidden()

    # A file with mistakes: named, downloaded, the file discarded
    field.set_input_files(bad)
    see.click()
    columns_are_right(tab)
    expect(tab.get_by_text("“bo at harbour” is not an email address.")).to_be_visible()
    everybody_can_use(tab)
    with tab.expect_download() as download:
        tab.get_by_role("link", name="Download these rows (CSV)").click()
    assert "“bo at harbour” is not an email address." in download.value.path().read_text(encoding="utf-8-sig")
    tab.get_by_role("button", name="Discard this file").click()
    expect(tab.get_by_text("Nothing was imported, and the file was deleted.")).to_be_visible()

    # The good one: while it is imported the page says so, and a second press does nothing
    field.set_input_files(good)
    see.click()
    columns_are_right(tab)
    confirm = tab.get_by_role("button", name="Import 2 people")
    expect(confirm).to_be_visible()
    wait_for_scripts(tab)
    held = []
    tab.route("**/preview/", lambda route: held.append(route) if route.request.method == "POST" else route.continue_())
    confirm.click()
    expect(tab.get_by_role("progressbar")).to_be_visible()
    expect(tab.get_by_text("The import is running. Closing this page stops it")).to_be_visible()
    everybody_can_use(tab)
    confirm.click(force=True)
    tab.get_by_role("button", name="Discard this file").click(force=True)
    assert len(held) == 1
    held[0].continue_()
    expect(tab.get_by_text("Imported: 1 new, 1 changed.")).to_be_visible()
    assert User.objects.get(pk=max_.pk).email == "max.k@harbour.example"
    assert [detail(event)["file"] for event in events("user.imported")] == ["good.csv"]

    # And out again, by the keyboard
    tab.goto(f"{live_server.url}/users/?q=nora")
    tab.get_by_role("button", name="Export").focus()
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("button", name="CSV, for Excel")).to_be_focused()
    everybody_can_use(tab)
    with tab.expect_download() as download:
        tab.keyboard.press("Enter")
    assert "nora@harbour.example" in download.value.path().read_text(encoding="utf-8-sig")
    assert [detail(event)["people"] for event in events("user.exported")] == [1]
    assert complaints == []
