"""The auditor's work in a real browser: find a session by words of its reason, follow it, export it, prove it."""

import subprocess
import sys
from io import StringIO

import pytest
from django.core import mail
from django.core.management import call_command
from playwright.sync_api import expect

from audit.models import AuditEvent
from audit.verification.receipts import Receipt
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
    said = proved.stdout.splitlines()
    assert said[0].endswith("before it are elsewhere")
    assert said[1:] == ["1 events, 0 gaps (left out by a filter), 0 texts erased: intact"]
    file.write_text(file.read_text(encoding="ascii").replace("oven", "open"), encoding="ascii")
    assert subprocess.run([sys.executable, "-I", SCRIPT, file], capture_output=True, check=False).returncode == 1

    started.get_by_role("link").first.click()
    expect(tab.get_by_role("link", name="Open its timeline")).to_be_visible()
    assert_accessible(tab)
    tab.get_by_role("link", name="Open its timeline").click()
    expect(tab.get_by_role("heading", name="What happened")).to_be_visible()
    for told in (
        "The oven course will not open on her tablet",
        "SUP-7",
        "Sam Okafor registered Lena Sørensen for",
        "(Exit)",
    ):
        expect(tab.get_by_role("main")).to_contain_text(told)
    assert_accessible(tab)

    tab.goto(f"{live_server.url}{LIST}summary/")
    expect(tab.get_by_role("row").filter(has_text="Sam Okafor").first).to_be_visible()
    assert_accessible(tab)
    assert complaints == []


def test_audrey_pastes_the_mail_of_lena_and_sees_it_verified(new_context, live_server, helped, audrey):
    call_command("send_notices", stdout=StringIO())
    source = mail.outbox[-1].message().as_bytes().decode()
    started = AuditEvent.objects.get(assumed_session=helped.pk, kind="assumed_session.started")
    tab = new_context(viewport={"width": 1280, "height": 720}).new_page()
    complaints = complaints_of(tab)
    sign_in_by_form(tab, f"{live_server.url}/accounts/login/?next={LIST}", audrey)
    tab.get_by_role("link", name="Check a receipt").click()
    receipt = tab.get_by_label("Receipt, or the whole source of the mail")
    assert_accessible(tab)

    receipt.fill("Hello Lena")
    tab.get_by_role("button", name="Check").click()
    expect(tab.get_by_text("No receipt was found.")).to_be_visible()
    expect(receipt).to_have_value("Hello Lena")
    assert_accessible(tab)

    receipt.fill(source)
    tab.get_by_role("button", name="Check").click()
    expect(tab.get_by_role("heading", name=f"The receipt of event #{started.seq} agrees with the log")).to_be_visible()
    assert_accessible(tab)
    receipt.fill(Receipt(str(started.log_id), 1, "0" * 64, 99, "0" * 64).text)
    tab.get_by_role("button", name="Check").click()
    expect(tab.get_by_role("heading", name="The receipt of event #1 does not agree with the log")).to_be_visible()
    assert_accessible(tab)
    tab.get_by_role("link", name="Open event #1").click()
    expect(tab.get_by_role("heading", name="Event #1", exact=True)).to_be_visible()
    assert complaints == []


def test_the_auditors_pages_fit_a_phone(new_context, live_server, helped, audrey):
    tab = new_context(viewport={"width": 390, "height": 800}).new_page()
    sign_in_by_form(tab, f"{live_server.url}/accounts/login/?next={LIST}", audrey)
    for address in (LIST, f"{LIST}1/change/", f"{LIST}session/{helped.pk}/", f"{LIST}summary/", f"{LIST}receipt/"):
        tab.goto(live_server.url + address)
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
        assert_accessible(tab)
