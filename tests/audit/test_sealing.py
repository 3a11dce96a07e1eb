"""Retention: old events are exported, sealed and deleted; nothing is lost, and nothing else is deleted."""

import json
from datetime import UTC, datetime
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection

from audit import export_file, sealing, seals, triggers
from audit.models import AuditEvent, AuditSeal, AuditText
from audit.verification.checker import verify
from tests.support.assumed import detail
from tests.support.sealed import RULE, old, outsider, rest, seal, write

__all__ = ["old"]  # a fixture
pytestmark = pytest.mark.django_db(transaction=True)


def test_sealed_events_are_in_the_file_and_verification_goes_on_from_the_seal(old, tmp_path, audrey):
    file = tmp_path / "2020.jsonl"
    out = seal(file, actor=audrey.email)
    for said in ("8 events before 2021-01-01, up to #8", "Exported: 8 events", "Sealed by event #13", "Removed: 8"):
        assert said in out
    assert list(AuditEvent.objects.order_by("seq").values_list("seq", flat=True)) == [9, 10, 11, 12, 13]
    event, made = AuditEvent.objects.latest("seq"), seals.newest()
    assert (event.kind, event.actor_id) == ("audit.sealed", audrey.pk)
    said = detail(event)
    assert (said["first"], said["through"], said["events"], said["export_name"]) == (1, 8, 8, "2020.jsonl")
    assert said["export_sha256"] == made.export_sha256 == sealing.sha256_of(file)
    assert file.stat().st_mode & 0o777 == 0o600
    report = verify()
    assert (report.exit_code, report.events, report.warnings) == (0, 5, [])
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert out.getvalue().splitlines() == [
        f"sealed: events up to 8 on {event.at.date().isoformat()} in event #13, "
        f"export 2020.jsonl with SHA-256 {made.export_sha256}",
        "5 events, 0 erased texts: clean",
    ]
    out = StringIO()
    call_command("verify_audit", stdout=out, json=True)
    assert json.loads(out.getvalue())["sealed"]["through"] == 8


def test_an_outsider_verifies_file_and_rest_as_one_chain(old, tmp_path):
    file, others = tmp_path / "2020.jsonl", tmp_path / "rest.jsonl"
    seal(file)
    code, lines = outsider(file, rest(others))
    assert (code, lines[-1]) == (0, "13 events, 0 gaps (left out by a filter), 0 texts erased: intact")
    assert lines[0] == "event 13: seals the events up to 8, in the file 2020.jsonl, which is the one given here"
    code, lines = outsider(others)
    assert (code, lines[0]) == (0, "event 9: is the first one here; 8 before it are elsewhere")
    assert "which is not given here" in lines[1]
    stranger = tmp_path / "stranger.jsonl"
    stranger.write_text(file.read_text().replace('"seq": 8,', '"seq": 7,'))
    assert outsider(stranger, others)[0] == 1
    code, lines = outsider(file, file)
    assert (code, lines[-1].endswith("ALTERED")) == (1, True)


def test_several_seals_are_one_chain(tmp_path):
    files = []
    for year in range(2018, 2022):
        write(3, at=datetime(year, 5, 1, tzinfo=UTC))
        files.append(tmp_path / f"{year}.jsonl")
        if year < 2021:
            with time_machine.travel(datetime(year + 1, 4, 1, tzinfo=UTC), tick=False):
                seal(files[-1], before=f"{year + 1}-01-01")
    seal(files[-1], before="2022-01-01")
    assert AuditSeal.objects.count() == 4
    assert AuditEvent.objects.count() == 1
    assert verify().exit_code == 0
    code, lines = outsider(*files, rest(tmp_path / "rest.jsonl"))
    assert (code, lines[-1].split(",")[0]) == (0, "16 events")
    assert sum("which is the one given here" in line for line in lines) == 4


def test_thousands_of_events_go_in_batches(tmp_path, monkeypatch):
    monkeypatch.setattr(sealing, "BATCH", 100)
    monkeypatch.setattr(export_file, "STEP", 100)
    write(450)
    seen = []
    plan = sealing.planned(datetime(2021, 1, 1, tzinfo=UTC))
    exported = sealing.export(plan, str(tmp_path / "file"), progress=seen.append)
    made = sealing.seal(plan, sealing.verified(plan), exported, actor=None, reason=RULE)
    assert sealing.remove(made, progress=seen.append) == 450
    assert seen == [100, 200, 300, 400, 100, 200, 300, 400, 450]
    assert (AuditEvent.objects.count(), AuditText.objects.exclude(event=451).count(), verify().exit_code) == (1, 0, 0)


class Killed(BaseException):
    """Stands for a kill of the process."""


def test_killed_at_any_step_it_goes_on_and_nothing_is_lost(tmp_path, monkeypatch):
    """Before each statement that writes, and around each step of the file."""
    monkeypatch.setattr(sealing, "BATCH", 3)
    write(8)
    write(1, at=datetime.now(UTC))
    file, left, killed = tmp_path / "2020.jsonl", 0, 0

    def count(*_args):
        nonlocal left
        left -= 1
        if left == 0:
            raise Killed

    def writes(execute, sql, params, many, context):
        if sql.startswith(("INSERT", "DELETE")):
            count()
        return execute(sql, params, many, context)

    replace = sealing.Path.replace

    def replaces(*args):
        count()
        replace(*args)
        count()

    monkeypatch.setattr(sealing.Path, "replace", replaces)
    for step in range(1, 40):
        left = step
        with connection.execute_wrapper(writes):
            try:
                seal(file)
                break
            except Killed:
                killed += 1
        kept = set(AuditEvent.objects.filter(seq__lte=8).values_list("seq", flat=True))
        held = {json.loads(line)["seq"] for line in file.read_text().splitlines()} if file.exists() else set()
        assert kept | held == set(range(1, 9)), step
        assert verify().exit_code == 0, step
    print(f"killed {killed} times, events lost 0")
    assert killed > 5
    assert AuditEvent.objects.filter(seq__lte=8).count() == 0
    assert [AuditSeal.objects.count(), AuditEvent.objects.filter(kind="audit.sealed").count()] == [1, 1]
    assert outsider(file, rest(tmp_path / "rest.jsonl"))[0] == 0


def stopped_before_the_end(tmp_path, monkeypatch):
    remove = sealing.remove
    monkeypatch.setattr(sealing, "remove", lambda *args, **options: 0)
    seal(tmp_path / "2020.jsonl")
    monkeypatch.setattr(sealing, "remove", remove)


def test_an_unfinished_removal_is_said_and_goes_on_with_its_own_file_alone(old, tmp_path, monkeypatch):
    stopped_before_the_end(tmp_path, monkeypatch)
    assert verify().warnings == [(8, "8 sealed events are still there: run seal_audit again")]
    assert "still there" in seal(tmp_path / "none", dry_run=True)
    (tmp_path / "other.jsonl").write_text("{}\n")
    with pytest.raises(CommandError, match="is not the file that was exported: pass"):
        seal(tmp_path / "other.jsonl")
    assert AuditEvent.objects.count() == 13
    assert "Removed: 8 events" in seal(tmp_path / "2020.jsonl")
    assert (AuditEvent.objects.count(), AuditSeal.objects.count()) == (5, 1)


def test_a_sealed_event_that_is_left_over_is_still_looked_at(old, tmp_path, monkeypatch):
    stopped_before_the_end(tmp_path, monkeypatch)
    triggers.drop(connection)
    AuditEvent.objects.filter(seq=3).update(outcome="failed")
    triggers.create(connection)
    assert verify().altered == [(3, "its fields were altered")]


FORGED = {
    "another hash": {"entry_hash": "0" * 64},
    "another file": {"export_sha256": "0" * 64},
    "more events": {"through_seq": 10},
    "another event": {"sealed_by_id": 12},
    "no event": {"sealed_by_id": 99},
    "another key": {"used_keys": "k7"},
}


@pytest.mark.parametrize("what", FORGED)
def test_a_seal_that_is_not_the_one_of_its_event_is_not_believed(old, tmp_path, what):
    seal(tmp_path / "file")
    triggers.drop(connection)
    AuditSeal.objects.update(**FORGED[what])
    triggers.create(connection)
    report = verify()
    assert report.exit_code == 1
    assert (9, "events 1 to 8 are missing") in report.altered


def test_a_seal_that_can_not_be_read_is_not_believed(old, tmp_path):
    if connection.vendor == "postgresql":
        pytest.skip("its columns hold nothing else")
    seal(tmp_path / "file")
    triggers.drop(connection)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE audit_auditseal SET through_at = 'never'")
    triggers.create(connection)
    assert (1, "the seal can't be read") in verify().altered


def test_events_removed_without_a_seal_are_missing_and_behind_it_altered(old, tmp_path):
    seal(tmp_path / "file")
    triggers.drop(connection)
    AuditText.objects.filter(event=9).delete()
    AuditEvent.objects.filter(seq=9).delete()
    triggers.create(connection)
    assert (10, "events 9 to 9 are missing") in verify().altered


def test_on_a_terminal_it_says_how_far_it_is(old, tmp_path, monkeypatch):
    monkeypatch.setattr(sealing, "BATCH", 5)
    monkeypatch.setattr(export_file, "STEP", 5)
    terminal = StringIO()
    terminal.isatty = lambda: True
    seal(tmp_path / "file", stderr=terminal)
    assert terminal.getvalue() == "\r5\r5\r8"


def test_an_altered_log_is_not_sealed(old, tmp_path):
    triggers.drop(connection)
    AuditEvent.objects.filter(seq=3).update(outcome="failed")
    triggers.create(connection)
    with pytest.raises(CommandError, match="The log was altered"):
        seal(tmp_path / "file")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"reason": " "}, "Say which rule of retention"),
        ({"before": "soon"}, "soon is not a date"),
        ({"before": "2999-01-01"}, "Events of the last 30 days stay"),
        ({"actor": "nobody@harbour.example"}, "Nobody active has the address"),
        ({"kinds": ["audit.restored"]}, "audit.restored is no kind whose texts can be removed"),
        ({"kinds": ["made.up"]}, "made.up is no kind"),
        ({"yes": False}, "Nothing was changed"),
    ],
)
def test_nothing_is_removed_unless_it_is_meant(old, tmp_path, monkeypatch, options, sentence):
    monkeypatch.setattr("builtins.input", lambda _: "7")
    with pytest.raises(CommandError, match=sentence):
        seal(tmp_path / "file", **options)
    assert "Nothing was changed" in seal(tmp_path / "file", dry_run=True)
    assert (AuditEvent.objects.count(), list(tmp_path.iterdir())) == (12, [])


def test_a_confirmed_seal_is_carried_out(old, tmp_path, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda _: "8")
    assert "Removed: 8 events" in seal(tmp_path / "file", yes=False)
    assert "nothing to do" in seal(tmp_path / "next")


def test_without_old_events_there_is_nothing_to_do(tmp_path):
    assert "nothing to do" in seal(tmp_path / "file")
    write(1, at=datetime.now(UTC))
    assert "nothing to do" in seal(tmp_path / "file")


def test_files_of_others_are_not_overwritten_and_lost_writes_are_seen(old, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("the only copy of something")
    with pytest.raises(CommandError, match="exists already"):
        seal(tmp_path / "file")
    assert [(tmp_path / "file").read_text(), len(list(tmp_path.iterdir()))] == ["the only copy of something", 1]
    with pytest.raises(CommandError, match="The export can't be written"):
        seal(tmp_path / "none" / "file")
    monkeypatch.setattr(sealing, "sha256_of", lambda path: "0" * 64)
    with pytest.raises(CommandError, match="does not contain what was written"):
        seal(tmp_path / "other")
    assert AuditEvent.objects.count() == 12


def test_who_owns_no_table_seals_nothing(old, tmp_path, monkeypatch):
    def refused(*args, **options):
        raise DatabaseError("permission denied for table audit_auditseal")

    monkeypatch.setattr(AuditSeal, "save", refused)
    with pytest.raises(CommandError, match=r"Run this again, as the owner of the tables.*permission denied"):
        seal(tmp_path / "file")
    assert (AuditEvent.objects.count(), AuditSeal.objects.count()) == (12, 0)
