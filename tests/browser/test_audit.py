"""The auditor's work in a real browser: find a session by words of its reason, follow it, export it, prove it."""

import subprocess
import sys

import pytest
from playwright.sync_api import expect

from config.settings import BASE_DIR
from tests.support.assumed import log_in_as
from tests.support.browser import assert_accessible, complaints_of, sign_in_by_form
from tests.support.learning_factories import make_event

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]
LIST = "/admin/audit/auditevent/"
SCRIPT = BASE_DIR / "docs" / "reference" / "verify_export.py"


@pytest.fixture
def helped(client, sam, lena, max_):
    """Sam helped Max, and then Lena, and registered for her."""
    log_in_as(client, sam, max_, text="Max does not find the latte art night")
    client.post("/assumed-session/exit/")
    session = log_in_as(client, sam, lena, text="The oven course will not open on her tablet")
    client.post(f"/events/{make_event().pk}/register/")
    client.post("/assumed-session/exit/")
    return session


def test_audrey_finds_follows_exports_and_proves_what_sam_did(new_context, live_server, helped, audrey, tmp_path):
    tab = new_context(viewport={"width": 1280, "height": 860}).new_page()
    complaints = complaints_of(tab)
    sign_in_by_form(tab, f"{live_server.url}/accounts/login/?next={LIST}", audrey)

    tab.locator("#searchbar").fill("oven tablet")
    tab.keyboard.press("Enter")
    started = tab.get_by_role("row").filter(has_text="The oven course will not open on her tablet")
    expect(started).to_have_count(1)
    expect(started).to_contain_text("Sam Okafor")
    expect(started).to_contain_text("Lena Sørensen")
    expect(tab.get_by_role("row").filter(has_text="latte art night")).to_have_count(0)
    assert_accessible(tab)

    with tab.expect_download() as downloading:
        tab.get_by_role("button", name="JSON Lines").click()
    file = tmp_path / "export.jsonl"
    downloading.value.save_as(file)
    proved = subprocess.run([sys.executable, "-I", SCRIPT, file], capture_output=True, text=True, check=False)
    assert proved.stdout == "1 events, 0 gaps (left out by a filter), 0 texts erased: intact\n"
    file.write_text(file.read_text(encoding="ascii").replace("oven", "open"), encoding="ascii")
    assert subprocess.run([sys.executable, "-I", SCRIPT, file], capture_output=True, check=False).returncode == 1

    started.get_by_role("link").first.click()
    expect(tab.get_by_role("link", name="Open its timeline")).to_be_visible()
    assert_accessible(tab)
    tab.get_by_role("link", name="Open its timeline").click()
    expect(tab.get_by_role("heading", name="What happened")).to_be_visible()
    for told in ("The oven course will not open on her tablet", "SUP-7", "Changed on behalf", "(Exit)"):
        expect(tab.get_by_role("main")).to_contain_text(told)
    assert_accessible(tab)

    tab.goto(f"{live_server.url}{LIST}summary/")
    expect(tab.get_by_role("row").filter(has_text="Sam Okafor").first).to_be_visible()
    assert_accessible(tab)
    assert complaints == []


def test_the_auditors_pages_fit_a_phone(new_context, live_server, helped, audrey):
    tab = new_context(viewport={"width": 390, "height": 800}).new_page()
    sign_in_by_form(tab, f"{live_server.url}/accounts/login/?next={LIST}", audrey)
    for address in (LIST, f"{LIST}1/change/", f"{LIST}session/{helped.pk}/", f"{LIST}summary/"):
        tab.goto(live_server.url + address)
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
        assert_accessible(tab)
