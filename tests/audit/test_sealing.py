"""Retention: old events are exported, sealed and deleted; verification goes on from the seal, and nothing is lost."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection

from audit import keys, log, sealing, seals, triggers
from audit.admin.summary import summary
from audit.context import Person
from audit.errors import NotRecorded
from audit.export import json_lines
from audit.models import AuditErasure, AuditEvent, AuditSeal, AuditText
from audit.verification import undeclared
from audit.verification.checker import verify
from audit.verification.receipt_check import check
from audit.verification.receipts import receipt_of
from config.settings import BASE_DIR
from tests.support.assumed import detail, sign_in

pytestmark = pytest.mark.django_db(transaction=True)
SAM, LENA = Person(7, "Sam Okafor", "sam@harbour.example"), Person(8, "Lena Sørensen", "lena@harbour.example")
RULE = "Events are kept for a year"
OUTSIDER = BASE_DIR / "docs" / "reference" / "verify_export.py"
LONG_AGO = datetime(2020, 5, 1, 9, tzinfo=UTC)
LIST = "/admin/audit/auditevent/"


def write(count, *, at=LONG_AGO, kind="user.changed"):
    with time_machine.travel(at, tick=False), log.recording():
        for number in range(count):
            log.record(kind, actor=SAM, target=LENA, reason={"text": f"Case {number}"}, detail={"n": number})


@pytest.fixture
def old(db):
    """Eight events of 2020, then four of today."""
    write(8)
    write(4, at=datetime.now(UTC))


def seal(file, **options):
    out = StringIO()
    options = {"before": "2021-01-01", "reason": RULE, "yes": True} | options
    call_command("seal_audit", export=str(file), stdout=out, **options)
    return out.getvalue()


def outsider(*files):
    done = subprocess.run([sys.executable, "-I", OUTSIDER, *files], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


def rest(file):
    file.write_text(
        "".join(json_lines(AuditEvent.objects.prefetch_related("texts"), AuditEvent.objects.latest("seq").seq))
    )
    return file


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
    with pytest.raises(CommandError, match="is there already"):
        seal(tmp_path / "file")
    assert [(tmp_path / "file").read_text(), len(list(tmp_path.iterdir()))] == ["the only copy of something", 1]
    with pytest.raises(CommandError, match="The export can't be written"):
        seal(tmp_path / "none" / "file")
    monkeypatch.setattr(sealing, "sha256_of", lambda path: "0" * 64)
    with pytest.raises(CommandError, match="does not hold what was written"):
        seal(tmp_path / "other")
    assert AuditEvent.objects.count() == 12


def test_who_owns_no_table_seals_nothing(old, tmp_path, monkeypatch):
    def refused(*args, **options):
        raise DatabaseError("permission denied for table audit_auditseal")

    monkeypatch.setattr(AuditSeal, "save", refused)
    with pytest.raises(CommandError, match=r"Run this again, as the owner of the tables.*permission denied"):
        seal(tmp_path / "file")
    assert (AuditEvent.objects.count(), AuditSeal.objects.count()) == (12, 0)


def test_erasure_goes_on_after_a_seal_and_what_was_erased_before_is_not_in_the_file(old, tmp_path):
    call_command("erase_user", str(LENA.id), legal_basis="Article 17", yes=True)
    assert AuditErasure.objects.filter(event__lte=8).count() == 16
    seal(tmp_path / "file")
    assert "Lena" not in (tmp_path / "file").read_text()
    assert not AuditErasure.objects.filter(event__lte=8).exists()
    call_command("erase_user", str(SAM.id), legal_basis="Article 17", yes=True)
    assert verify().exit_code == 0
    code, lines = outsider(tmp_path / "file", rest(tmp_path / "rest"))
    assert (code, "intact" in lines[-1]) == (0, True)


def test_a_key_that_only_sealed_events_used_can_go_and_never_signs_again(settings, tmp_path):
    first = settings.AUDIT_KEYS
    write(2)
    settings.AUDIT_KEYS = {"k2": "the second secret of all"} | first
    with time_machine.travel(LONG_AGO + timedelta(days=1), tick=False):
        call_command("rotate_audit_key")
    settings.AUDIT_KEYS = {"k3": "the third secret of them"} | settings.AUDIT_KEYS
    with pytest.raises(CommandError, match="Run rotate_audit_key first"):
        seal(tmp_path / "file")
    settings.AUDIT_KEYS = {"k2": "the second secret of all"} | first
    seal(tmp_path / "file")
    assert (keys.rotated_to(), keys.used_keys()) == ("k2", {"k1", "k2"})
    settings.AUDIT_KEYS = {"k2": "the second secret of all"}
    assert verify().exit_code == 0
    settings.AUDIT_KEYS = first
    with pytest.raises(NotRecorded, match="was rotated to the key 'k2'"):
        write(1, at=datetime.now(UTC))
    settings.AUDIT_KEYS = {"k3": "the third secret of them", "k2": "the second secret of all"}
    call_command("rotate_audit_key")
    assert (verify().exit_code, keys.rotated_to()) == (0, "k3")
    assert detail(AuditEvent.objects.latest("seq")) == {"before": "k2", "after": "k3"}


def test_a_key_that_was_retired_before_the_seal_stays_retired_behind_it(settings, tmp_path):
    first = settings.AUDIT_KEYS
    write(2)
    settings.AUDIT_KEYS = {"k2": "the second secret of all"} | first
    with time_machine.travel(LONG_AGO + timedelta(days=1), tick=False):
        call_command("rotate_audit_key")
    seal(tmp_path / "file")
    settings.AUDIT_KEYS = first | {"k2": "the second secret of all"}
    monkey = pytest.MonkeyPatch()
    monkey.setattr(keys, "refuse_retired", lambda *args, **options: None)
    write(1, at=datetime.now(UTC))
    monkey.undo()
    assert (5, "is signed with a key that was retired before it") in verify().altered


def test_anchors_and_receipts_of_sealed_events(settings, old, tmp_path):
    anchors = tmp_path / "anchors"
    settings.AUDIT_ANCHOR_FILE = str(anchors)
    write(1, at=datetime.now(UTC))
    hashes = dict(AuditEvent.objects.values_list("seq", "entry_hash"))
    receipts = {seq: receipt_of(seq=seq) for seq in (3, 8, 10)}
    seal(tmp_path / "2020.jsonl")
    kept = anchors.read_text()
    lines = [json.dumps({"seq": seq, "entry_hash": hashes[seq]}) for seq in range(1, 14)]
    report = verify(lines)
    assert (report.exit_code, report.sealed_anchors) == (0, 7)
    assert verify([json.dumps({"seq": 8, "entry_hash": "0" * 64})]).exit_code == 3
    anchors.write_text(lines[2])
    assert undeclared.undeclared() is None
    anchors.write_text(kept)
    out = StringIO()
    anchors.write_text("\n".join(lines))
    call_command("verify_audit", anchors=str(anchors), stdout=out)
    assert "sealed: 7 anchors are of sealed events" in out.getvalue()
    found = {seq: check(each.text.encode(), at_most=10_000)[0] for seq, each in receipts.items()}
    assert {seq: each.exit_code for seq, each in found.items()} == {3: 2, 8: 0, 10: 0}
    assert "compare the receipt with the file 2020.jsonl" in found[3].sentences[0]


def test_a_sealed_declaration_of_a_restore_still_counts(settings, tmp_path):
    file = tmp_path / "anchors"
    settings.AUDIT_ANCHOR_FILE = str(file)
    for _ in range(9):
        write(1)
    triggers.drop(connection)
    AuditText.objects.filter(event__gt=3).delete()
    AuditEvent.objects.filter(seq__gt=3).delete()
    triggers.create(connection)
    with time_machine.travel(LONG_AGO + timedelta(days=1), tick=False):
        call_command("acknowledge_restore", reason="Disk", anchors=str(file), yes=True, stdout=StringIO())
    seal(tmp_path / "2020.jsonl")
    with file.open() as lines:
        report = verify(lines)
    assert (report.exit_code, report.lost_anchors, report.sealed_anchors) == (0, 6, 3)
    assert [(each["lost_from"], each["lost_through"]) for each in report.restores] == [(4, 9)]
    code, lines = outsider(tmp_path / "2020.jsonl")
    assert (code, lines[0].split(",")[0]) == (0, "event 4: declares that events 4 to 9 were lost in a restore")


def test_texts_of_old_events_of_some_kinds_go_and_their_events_stay(old, tmp_path, audrey):
    write(2, kind="sign_in.failed", at=datetime.now(UTC))
    out = seal(tmp_path / "texts.jsonl", kinds=["user.changed"], actor=audrey.email)
    assert "Removed: 32 texts" in out
    report = verify()
    assert (report.exit_code, report.events, report.erased) == (0, 15, 32)
    event = AuditEvent.objects.latest("seq")
    assert (event.kind, event.actor_id, detail(event)["through"]) == ("audit.texts_removed", audrey.pk, 8)
    assert "Removed: 0 texts" in seal(tmp_path / "texts.jsonl", kinds=["user.changed"])
    (tmp_path / "other").touch()
    with pytest.raises(CommandError, match="is not the file that was exported"):
        seal(tmp_path / "other", kinds=["user.changed"])
    assert AuditText.objects.filter(event__lte=8).count() == 0
    assert AuditText.objects.filter(event__gt=8, event__lte=14).count() == 24


def test_a_removal_of_texts_that_stopped_goes_on_under_the_same_event(old, tmp_path, monkeypatch):
    monkeypatch.setattr(sealing, "BATCH", 5)
    delete, calls = sealing.remove_texts, []

    def stops(*args, **options):
        def progress(reached):
            calls.append(reached)
            if len(calls) == 2:
                raise OSError("no space left")

        return delete(*args, progress=progress)

    monkeypatch.setattr(sealing, "remove_texts", stops)
    file = tmp_path / "texts.jsonl"
    with pytest.raises(CommandError):
        seal(file, kinds=["user.changed"])
    assert (AuditText.objects.filter(event__lte=8).count(), verify().exit_code) == (22, 0)
    assert "Removed: 22 texts" in seal(file, kinds=["user.changed"])
    assert AuditEvent.objects.filter(kind="audit.texts_removed").count() == 1
    assert verify().exit_code == 0


@pytest.mark.parametrize(
    "told", [{"kinds": ["sign_in.failed"], "through": 8}, {"kinds": ["user.changed"], "through": 1}, {}]
)
def test_a_removal_allows_what_it_names_and_nothing_else(old, told):
    with log.recording():
        log.record("audit.texts_removed", detail=told or {"kinds": 1, "through": "x"})
    AuditErasure.objects.create(event_id=2, part="actor", erased_by_id=13)
    AuditText.objects.filter(event=2, part="actor").delete()
    assert (2, "its actor text has an erasure that no event allows") in verify().altered


def test_pages_say_what_was_cut_off(old, tmp_path, client, audrey, lena):
    seal(tmp_path / "2020.jsonl")
    sign_in(client, audrey)
    page = client.get(LIST).content.decode()
    for said in (
        "Events up to #8, the last one of 2020-05-01, were exported and removed",
        "2020.jsonl",
        "5 audit events",
    ):
        assert said in page
    assert client.get(f"{LIST}?q=%233").status_code == 200
    assert client.get(f"{LIST}3/change/").status_code == 302
    found = summary(weeks=52, now=datetime(2020, 6, 1, tzinfo=UTC))
    assert found.begins_at == seals.newest().through_at
    assert "were exported and removed" not in client.get(f"{LIST}summary/").content.decode()
    sign_in(client, lena)
    page = client.get("/account/access-history/").content.decode()
    assert "Events until 1 May 2020 were removed" in page


def test_a_timeline_without_its_beginning_says_so(tmp_path, client, audrey):
    from uuid import uuid4

    session = uuid4()
    for at, kind in ((LONG_AGO, "assumed_session.started"), (datetime.now(UTC), "assumed_session.ended")):
        with time_machine.travel(at, tick=False), log.recording():
            log.record(kind, actor=SAM, target=LENA, assumed_session=session)
    sign_in(client, audrey)
    assert "exported and removed" not in client.get(f"{LIST}session/{session}/").content.decode()
    seal(tmp_path / "file")
    page = client.get(f"{LIST}session/{session}/").content.decode()
    assert "The beginning of this session was exported and removed" in page


def test_the_summary_says_what_it_counts_no_more(tmp_path, client, audrey):
    write(2, at=datetime.now(UTC) - timedelta(days=60), kind="assumed_session.started")
    seal(tmp_path / "file", before=(datetime.now(UTC) - timedelta(days=40)).date().isoformat())
    sign_in(client, audrey)
    assert "they are not counted" in client.get(f"{LIST}summary/").content.decode()
    assert "they are not counted" not in client.get(f"{LIST}summary/?weeks=4").content.decode()
