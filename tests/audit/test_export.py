"""The auditor's files, timeline and summary: complete, harmless, and provable by an outsider."""

import csv
import io
import json
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from audit import log
from audit.admin.summary import summary
from audit.context import Person
from audit.models import AuditEvent
from config.settings import BASE_DIR
from tests.support.assumed import GOOD_REASON, detail, log_in_as, sign_in
from tests.support.hostile import HOSTILE, NEVER_ON_A_PAGE

pytestmark = pytest.mark.django_db
LIST = "/admin/audit/auditevent/"
VERIFY = BASE_DIR / "docs" / "reference" / "verify_export.py"


@pytest.fixture
def auditors_browser(client, audrey, sam, lena):
    log_in_as(client, sam, lena)
    client.post(reverse("assumed_session_exit"))
    sign_in(client, audrey)
    return client


def exported(client, file_format, query=""):
    response = client.post(f"{LIST}export/{query}", {"format": file_format})
    assert response.status_code == 200
    return b"".join(response.streaming_content).decode()


def outsider(tmp_path, text):
    file = tmp_path / "audit.jsonl"
    file.write_text(text, encoding="ascii")
    return subprocess.run([sys.executable, "-I", VERIFY, file], capture_output=True, text=True, check=False)


def test_an_outsider_verifies_the_export(auditors_browser, tmp_path):
    done = outsider(tmp_path, exported(auditors_browser, "jsonl"))
    assert (done.returncode, done.stdout) == (0, "2 events, 0 gaps (left out by a filter), 0 texts erased: intact\n")


@pytest.mark.parametrize("field", ["seq", "at", "kind", "actor_id", "reason_commitment", "prev_hash", "entry_hash"])
def test_an_outsider_sees_what_was_altered(auditors_browser, tmp_path, field):
    first, second = exported(auditors_browser, "jsonl").splitlines()
    altered = json.dumps(json.loads(first) | {field: 999_999 if field in ("seq", "actor_id") else "1" * 64})
    done = outsider(tmp_path, f"{altered}\n{second}\n")
    assert done.returncode == 1
    assert "ALTERED" in done.stdout


def test_an_outsider_sees_an_altered_text(auditors_browser, tmp_path):
    text = exported(auditors_browser, "jsonl")
    assert text.count(GOOD_REASON) == 1
    done = outsider(tmp_path, text.replace(GOOD_REASON, "Something else altogether"))
    assert "event 1: its reason text was altered" in done.stdout


def test_the_export_is_on_record_and_holds_what_was_filtered(auditors_browser, audrey):
    rows = list(csv.reader(io.StringIO(exported(auditors_browser, "csv", "?kind=assumed_session.started"))))
    assert [row[2] for row in rows[1:]] == ["Logged in as user"]
    assert rows[1][4:11] == [
        "Sam Okafor", rows[1][5], "Lena Sørensen", rows[1][7], "cannot_submit", GOOD_REASON, "SUP-7",
    ]  # fmt: skip
    last = AuditEvent.objects.latest("seq")
    assert (last.kind, last.actor_id) == ("audit.exported", audrey.pk)
    assert detail(last) == {"format": "csv", "filter": "kind=assumed_session.started", "through": 2}


def test_a_filter_that_cannot_be_understood_exports_nothing(auditors_browser):
    response = auditors_browser.post(f"{LIST}export/?at__gte=nonsense", {"format": "csv"})
    assert response.status_code == 400
    assert not AuditEvent.objects.filter(kind="audit.exported").exists()


def test_only_who_may_export_does(auditors_browser, client, audrey):
    from tests.support.factories import permission_type

    audrey.groups.set([permission_type("Reader", "view_auditevent")])
    assert client.post(f"{LIST}export/", {"format": "csv"}).status_code == 403
    assert "Export this list" not in client.get(LIST).content.decode()
    assert AuditEvent.objects.count() == 2


@pytest.mark.parametrize("sent", [{}, {"format": "exe"}])
def test_an_unknown_format_is_refused(auditors_browser, sent):
    assert auditors_browser.post(f"{LIST}export/", sent).status_code == 400
    assert AuditEvent.objects.count() == 2


def test_getting_the_address_exports_nothing(auditors_browser):
    assert auditors_browser.get(f"{LIST}export/").status_code == 403
    assert AuditEvent.objects.count() == 2


def test_300_hostile_strings_are_shown_and_never_run(auditors_browser, tmp_path):
    assert len(HOSTILE) == 300
    with log.recording():
        for text in HOSTILE:
            who = Person(1, text, text)
            said = {"category": text, "text": text, "ticket": text}
            log.record("audit.made_up", actor=who, target=who, reason=said, detail={"path": text, text: text})
    lines = exported(auditors_browser, "jsonl")
    done = outsider(tmp_path, lines)
    assert (done.returncode, done.stderr) == (0, "")
    kept = [json.loads(json.loads(line)["texts"]["reason"]["text"])["text"] for line in lines.splitlines()[2:]]
    assert kept == HOSTILE
    rows = list(csv.reader(io.StringIO(exported(auditors_browser, "csv"), newline="")))
    assert len(rows) == 304  # the header, the session, these, and the export before
    for row in rows[1:]:
        assert len(row) == 16
        for value in row:
            assert not value.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝")), value
            assert not {"\0", "\r", "\x1b", "\u202e", "\u200b", "\u2028"} & set(value)
    pages = ["?" + "&".join(["on_behalf=no", f"p={number}"]) for number in range(1, 8)]
    for address in [*pages, *(f"{number}/change/" for number in range(3, 303, 12))]:
        response = auditors_browser.get(LIST + address)
        assert response.status_code == 200
        text = response.content.decode()
        for never in (*NEVER_ON_A_PAGE, "\u202e"):
            assert never not in text


def test_the_timeline_tells_the_session(auditors_browser):
    session = AuditEvent.objects.get(seq=1).assumed_session
    text = auditors_browser.get(f"{LIST}session/{session}/").content.decode()
    for said in ("Sam Okafor", "Lena Sørensen", GOOD_REASON, "SUP-7", "(Exit", "logged in as", "In short"):
        assert said in text, said
    assert f"{LIST}session/{session}/" in auditors_browser.get(f"{LIST}1/change/").content.decode()
    assert auditors_browser.get(f"{LIST}session/00000000-0000-0000-0000-000000000000/").status_code == 404


def test_the_summary_counts_what_happened(auditors_browser):
    response = auditors_browser.get(f"{LIST}summary/")
    found = response.context["summary"]
    assert (found.starts, found.refused, len(found.longest)) == (1, 0, 1)
    charts = {chart.title: [(bar.label, bar.count, bar.width) for bar in chart.bars] for chart in found.charts}
    assert charts["Who logs in as others"] == [("Sam Okafor", 1, 100)]
    assert charts["Reasons"] == [("Can't submit", 1, 100)]
    [(label, *numbers)] = charts["Sessions each week"]
    assert label.startswith("Week of ")
    assert numbers == [1, 100]
    assert next(chart for chart in found.charts if chart.title == "Sessions each week").empty == 11


@pytest.mark.parametrize(
    ("people", "minutes", "shown"), [(5, 14, 6), (4, 10, 5), (3, 10, None), (6, 25, None), (9, 14, 6)]
)
def test_many_people_within_an_hour_stand_out(auditors_browser, sam, people, minutes, shown):
    now = timezone.now()  # Sam has just been with Lena, too
    for number in range(people):
        with time_machine.travel(now - timedelta(minutes=minutes * number), tick=False), log.recording():
            log.record("assumed_session.started", actor=sam.as_person(), target=Person(1000 + number, "Somebody", ""))
    found = auditors_browser.get(f"{LIST}summary/").context["summary"]
    bars = {chart.title: chart.bars for chart in found.charts}["Many people within an hour"]
    assert [bar.count for bar in bars] == ([shown] if shown else [])
    assert all(bar.label.startswith("Sam Okafor, ") for bar in bars)


def test_the_summary_is_the_same_for_readers_of_every_zone(auditors_browser):
    with timezone.override("Pacific/Auckland"):
        there = summary(weeks=12)
    here = summary(weeks=12)
    assert (there.since, there.out_of_hours, there.charts) == (here.since, here.out_of_hours, here.charts)
    sunday_night = datetime(2026, 3, 1, 22, 30, tzinfo=UTC)
    with time_machine.travel(sunday_night, tick=False), timezone.override("Pacific/Auckland"):
        assert summary(weeks=1).since == date(2026, 2, 23)


def test_the_list_says_when_the_chain_was_verified(auditors_browser):
    from django.core.management import call_command

    assert "The log has not been verified yet." in auditors_browser.get(LIST).content.decode()
    call_command("verify_audit", record=True, verbosity=0)
    assert "Verified just now: 2 events, clean." in auditors_browser.get(LIST).content.decode()
    assert AuditEvent.objects.latest("seq").kind == "audit.verified"


@pytest.mark.parametrize("who", ["lena", "sam", "carl"])
@pytest.mark.parametrize("address", ["summary/", "session/00000000-0000-0000-0000-000000000000/", "export/"])
def test_nobody_else_gets_in(client, request, who, address):
    sign_in(client, request.getfixturevalue(who))
    assert client.get(LIST + address).status_code in (403, 404)
    assert client.post(LIST + address, {"format": "csv"}).status_code in (403, 404)
