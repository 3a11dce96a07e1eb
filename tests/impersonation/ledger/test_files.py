"""The access history as a file: all of it, in her time zone, harmless in a spreadsheet, with keys that never change."""

import csv
import io
import json

import pytest
from django.utils import timezone

from audit import log
from audit.kinds import Kind
from impersonation.ledger import files
from tests.support.assumed import log_in_as, sign_in
from tests.support.ledger import URL, events_in_file, file_of, page_of, record_sessions

pytestmark = pytest.mark.django_db
KEYS = (
    "number", "at", "kind", "group", "outcome", "by", "by_you", "what", "about", "changes", "mode", "reason", "ticket",
    "assumed_session", "told", "address", "import_file", "partly_erased",
)  # fmt: skip


def rows_of(user):
    header, *rows = csv.reader(io.StringIO(file_of(user, "csv").removeprefix("\ufeff")))
    assert tuple(header) == KEYS
    return [dict(zip(KEYS, row, strict=True)) for row in rows]


def test_json_tells_a_session_event_by_event(client, sam, lena, catalogue):
    session = log_in_as(client, sam, lena, mode="look_only")
    client.get(f"/modules/{catalogue.pk}/")
    client.get("/account/")
    said = json.loads(file_of(lena))
    assert set(said) == {"person", "written_at", "time_zone", "events"}
    assert (said["person"], said["time_zone"]) == (lena.pk, "Europe/Copenhagen")
    assert all(tuple(event) == KEYS for event in said["events"])
    refused, looked, started = said["events"][:3]
    assert (started["by"], started["what"], started["mode"], started["ticket"]) == (
        "Sam Okafor", "Opened your account", "Looked only: nothing could be changed", "SUP-7",
    )  # fmt: skip
    assert (looked["what"], looked["about"]) == ("Looked at", "Module · Food safety basics")
    assert (refused["kind"], refused["outcome"]) == ("assumed_session.blocked", "refused")
    assert refused["about"] == "pages of your account itself, such as your password"
    assert {event["assumed_session"] for event in said["events"]} == {str(session.pk)}
    offset = timezone.localtime(timezone.now(), timezone.zoneinfo.ZoneInfo("Europe/Copenhagen")).strftime("%z")
    assert started["at"].endswith(f"{offset[:3]}:{offset[3:]}")


def test_it_is_complete_however_many_batches_it_takes(sam, lena, monkeypatch):
    monkeypatch.setattr(files, "BATCH", 7)
    record_sessions(sam, lena, 12, looks=3)
    numbers = [event["number"] for event in events_in_file(lena)]
    assert numbers == list(range(12 * 7, 0, -1))
    assert [int(row["number"]) for row in rows_of(lena)] == numbers


def test_csv_says_what_json_says(sam, lena):
    detail = {"before": {"last_name": "Sørensen"}, "after": {"last_name": "Holm"}}
    with log.recording():
        log.record(Kind.USER_CHANGED, actor=sam.as_person(), target=lena.as_person(), detail=detail)
    [row], [event] = rows_of(lena), events_in_file(lena)
    assert row["changes"] == "Last name: Sørensen → Holm"
    assert event["changes"] == [{"field": "Last name", "before": "Sørensen", "after": "Holm"}]
    assert (row["by_you"], event["by_you"]) == ("no", False)
    same = ("at", "kind", "group", "outcome", "by", "what", "about", "reason")
    assert [row[key] for key in same] == [event[key] for key in same]


def test_no_text_becomes_a_formula(client, sam, lena):
    log_in_as(client, sam, lena, text='=HYPERLINK("https://evil.example","x")', ticket="@SUM(A1)")
    [row] = [row for row in rows_of(lena) if row["kind"] == "assumed_session.started"]
    assert row["reason"].startswith("'=HYPERLINK(")
    assert row["ticket"] == "'@SUM(A1)"


def test_a_file_is_stored_under_its_name_and_kept_by_no_cache(client, lena):
    sign_in(client, lena)
    response = client.get(f"{URL}file/?format=csv")
    assert response.streaming
    assert response["Cache-Control"] == "no-store"
    assert response["Content-Disposition"].startswith('attachment; filename="access-history-')
    assert b"".join(response.streaming_content).decode().count("\r\n") == 1, "the header alone: nothing happened yet"
    assert json.loads(file_of(lena))["events"] == []


def test_the_page_leads_to_the_files(lena):
    page = page_of(lena)
    for name in ("json", "csv"):
        assert f'href="{URL}file/?format={name}"' in page
