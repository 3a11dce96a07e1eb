"""`export_audit`: the log in a file that only its owner can read, on record before it begins."""

import csv
import stat
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from audit import export, export_file
from audit.models import AuditEvent
from tests.support.assumed import detail
from tests.support.sealed import old, outsider

__all__ = ["old"]  # a fixture
pytestmark = pytest.mark.django_db


def run(file, **options):
    out = StringIO()
    call_command("export_audit", str(file), stdout=out, **options)
    return out.getvalue()


def test_the_whole_log_is_a_file_that_an_outsider_verifies(old, tmp_path):
    file = tmp_path / "log.jsonl"
    assert run(file).startswith("Exported: 12 events, SHA-256 ")
    assert outsider(file) == (0, ["12 events, 0 gaps (left out by a filter), 0 texts erased: intact"])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["log.jsonl"]


def test_without_a_file_it_goes_to_standard_output_and_nothing_else_does(old, tmp_path):
    out = StringIO()
    call_command("export_audit", stdout=out)
    (tmp_path / "log.jsonl").write_text(out.getvalue(), encoding="ascii")
    assert outsider(tmp_path / "log.jsonl")[1] == ["12 events, 0 gaps (left out by a filter), 0 texts erased: intact"]
    assert detail(AuditEvent.objects.latest("seq"))["format"] == "jsonl"


def test_the_export_is_on_record_with_who_ran_it_and_what_it_holds(old, tmp_path, audrey):
    run(tmp_path / "a.csv", since="2020-05-01", before="2020-05-02", actor=audrey.email)
    event = AuditEvent.objects.latest("seq")
    assert (event.kind, event.actor_id) == ("audit.exported", audrey.pk)
    assert detail(event) == {"format": "csv", "filter": "since=2020-05-01&before=2020-05-02", "through": 12}
    run(tmp_path / "b.jsonl")
    assert (AuditEvent.objects.latest("seq").actor_id, detail(AuditEvent.objects.latest("seq"))["filter"]) == (None, "")


@pytest.mark.parametrize(
    ("days", "count"),
    [({"since": "2020-05-02"}, 4), ({"before": "2020-05-02"}, 8), ({"since": "2020-05-01", "before": "2020-05-01"}, 0)],
)
def test_days_narrow_it_down(old, tmp_path, days, count):
    assert f"Exported: {count} events" in run(tmp_path / "log.csv", **days)
    with (tmp_path / "log.csv").open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.reader(file))) == count + 1  # with its heading


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("log.txt", {}, "end it with .jsonl or .csv"),
        ("log", {}, "end it with .jsonl or .csv"),
        ("there.csv", {}, "exists already: choose another name"),
        ("log.csv", {"since": "1 May"}, "1 May is not a date: write it like 2025-01-31"),
        ("log.csv", {"actor": "nobody@harbour.example"}, "Nobody active has the address"),
        ("no/such/folder/log.csv", {}, "The export can't be written"),
    ],
)
def test_what_can_not_be_exported_is_not_on_record_and_touches_no_file(old, tmp_path, name, options, said):
    (tmp_path / "there.csv").write_text("the only copy of something")
    with pytest.raises(CommandError, match=said):
        run(tmp_path / name, **options)
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [
        ("there.csv", "the only copy of something")
    ]
    assert AuditEvent.objects.count() == 12


def test_what_can_not_be_removed_is_said(old, tmp_path):
    (tmp_path / "log.csv.partial").mkdir()
    with pytest.raises(CommandError, match="The export can't be written"):
        run(tmp_path / "log.csv")
    assert AuditEvent.objects.count() == 12


def test_a_full_disk_leaves_no_half_of_a_file(old, tmp_path, monkeypatch):
    def lines(events, head):
        yield "one\n"
        raise OSError("No space left on device")

    monkeypatch.setitem(export.FORMATS, "csv", (lines, "text/csv"))
    with pytest.raises(CommandError, match="No space left on device"):
        run(tmp_path / "log.csv")
    assert list(tmp_path.iterdir()) == []
    assert AuditEvent.objects.latest("seq").kind == "audit.exported"  # it had begun


@pytest.mark.parametrize("is_link", [True, False])
def test_what_somebody_else_put_there_before_gets_nothing_of_the_log(old, tmp_path, is_link):
    theirs, partial = tmp_path / "theirs", tmp_path / "log.csv.partial"
    theirs.write_text("")
    theirs.chmod(0o666)
    if is_link:
        partial.symlink_to(theirs)
    else:
        partial.hardlink_to(theirs)
    run(tmp_path / "log.csv")
    assert theirs.read_text() == ""
    assert not (tmp_path / "log.csv").is_symlink()
    assert stat.S_IMODE((tmp_path / "log.csv").stat().st_mode) == 0o600


def test_a_terminal_is_told_how_far_it_is(old, tmp_path, monkeypatch):
    monkeypatch.setattr(export_file, "STEP", 5)
    terminal = StringIO()
    terminal.isatty = lambda: True
    run(tmp_path / "log.jsonl", stderr=terminal)
    assert terminal.getvalue().replace("\x1b[31;1m", "").replace("\x1b[0m", "") == "\r5\r10"
