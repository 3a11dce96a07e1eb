"""A restore from a backup is declared; verification is clean from there on, and still shows the gap."""

import json
from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from audit import log, triggers
from audit.context import Person
from audit.models import AuditEvent, AuditText
from audit.verification import restores
from audit.verification.checker import verify
from audit.verification.receipts import receipt_of

pytestmark = pytest.mark.django_db(transaction=True)
SAM = Person(7, "Sam Okafor", "sam@harbour.example")
WHY = "The disk of db1 broke, backup of the night restored"


@pytest.fixture
def anchor_file(settings, tmp_path):
    settings.AUDIT_ANCHOR_FILE = str(tmp_path / "anchors")
    return tmp_path / "anchors"


def write(*numbers):
    for number in numbers:
        with log.recording():
            log.record("made.up", actor=SAM, detail={"n": number})


def roll_back(through):
    """Take the database back to the state in which it had this number of events."""
    triggers.drop(connection)
    AuditText.objects.filter(event__gt=through).delete()
    AuditEvent.objects.filter(seq__gt=through).delete()
    triggers.create(connection)


def declare(anchor_file, **options):
    out = StringIO()
    call_command("acknowledge_restore", reason=WHY, anchors=str(anchor_file), yes=True, stdout=out, **options)
    return out.getvalue()


def verified(anchor_file):
    with anchor_file.open() as lines:
        return verify(lines)


def said(anchor_file, code=0, **options):
    out = StringIO()
    if code:
        with pytest.raises(SystemExit) as stopped:
            call_command("verify_audit", anchors=str(anchor_file), stdout=out, **options)
        assert stopped.value.code == code
    else:
        call_command("verify_audit", anchors=str(anchor_file), stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def restored(anchor_file):
    write(*range(1, 11))
    roll_back(6)
    return anchor_file


def test_a_declared_restore_verifies_and_still_shows_the_gap(restored, audrey, caplog):
    assert verified(restored).exit_code == 3
    out = declare(restored, actor=audrey.email)
    assert "events 7 to 10: 4 anchors show it" in out
    assert "A restore was declared: audit events 7 to 10 are lost" in caplog.text
    event = AuditEvent.objects.latest("seq")
    assert (event.seq, event.kind, event.actor_id) == (7, "audit.restored", audrey.pk)
    day = event.at.date().isoformat()
    lines = said(restored).splitlines()
    assert lines == [
        f"restored: events 7 to 10 were lost in the restore of {day}, declared by {audrey.name} in event #7: {WHY}",
        "restored: 4 anchors are of lost events",
        "7 events, 0 erased texts: clean",
    ]
    told = json.loads(said(restored, json=True))
    assert (told["exit_code"], told["lost_anchors"]) == (0, 4)
    assert [(each["lost_from"], each["lost_through"]) for each in told["restores"]] == [(7, 10)]
    lost = json.loads(restored.read_text().splitlines()[9])
    assert told["restores"][0]["anchored_hash"] == lost["entry_hash"]


def test_new_events_take_the_lost_numbers_and_are_anchored_as_usual(restored):
    declare(restored)
    write(11, 12, 13, 14, 15)
    report = verified(restored)
    assert (report.exit_code, report.lost_anchors, report.head) == (0, 4, 12)


@pytest.mark.parametrize("through", [7, 8, 9])
def test_what_is_cut_off_after_the_declaration_is_not_covered_by_it(restored, through):
    declare(restored)
    write(8, 9, 10)
    roll_back(through)
    assert {seq for seq, _ in verified(restored).truncated} == set(range(through + 1, 11))


def test_a_declaration_that_is_cut_off_covers_nothing(restored):
    declare(restored)
    roll_back(6)
    report = verified(restored)
    assert (report.exit_code, {seq for seq, _ in report.truncated}) == (3, {7, 8, 9, 10})
    assert report.restores == []


def test_a_log_that_went_on_before_the_declaration(restored):
    write(*range(21, 24))
    report = verified(restored)
    assert [seq for seq, _ in report.truncated] == [7, 8, 9, 10]
    assert "events 7 to 10: 4 anchors" in declare(restored)
    write(24)
    report = verified(restored)
    assert (report.exit_code, report.lost_anchors, report.head) == (0, 4, 11)


def test_two_restores(restored):
    declare(restored)
    write(*range(31, 36))
    roll_back(9)
    assert [seq for seq, _ in verified(restored).truncated] == [10, 11, 12]
    assert "events 10 to 12: 3 anchors" in declare(restored)
    write(41)
    report = verified(restored)
    assert (report.exit_code, report.lost_anchors) == (0, 7)
    assert [each["seq"] for each in report.restores] == [7, 10]


def test_a_restore_that_takes_the_declaration_of_another_along(restored):
    declare(restored)
    write(*range(31, 36))
    roll_back(4)
    assert "events 5 to 12: 12 anchors" in declare(restored)
    report = verified(restored)
    assert (report.exit_code, report.lost_anchors) == (0, 12)
    assert [each["seq"] for each in report.restores] == [5]


def test_a_restore_to_an_empty_log(anchor_file):
    write(1, 2, 3)
    roll_back(0)
    assert "events 1 to 3: 3 anchors" in declare(anchor_file)
    assert verified(anchor_file).exit_code == 0


def test_anchors_that_begin_within_the_loss(restored):
    """A rotated file knows less: the loss begins behind the end of the log."""
    restored.write_text("".join(restored.read_text().splitlines(keepends=True)[8:]))
    assert "events 7 to 10: 2 anchors" in declare(restored)
    assert verified(restored).exit_code == 0


def test_anchors_of_the_declared_range_that_agree_stay_agreed(anchor_file):
    """A forged declaration that is too wide hides nothing: what it names is there, and what comes later is compared."""
    write(*range(1, 6))
    wide = restores.Loss(anchors=1, lost_from=1, lost_through=10**9, anchored_hash="0" * 64)
    restores.acknowledge(wide, reason="Nothing was restored")
    write(6, 7, 8)
    report = verified(anchor_file)
    assert (report.exit_code, report.lost_anchors) == (0, 0)
    assert report.warnings == [(6, "declares lost events that no anchor here shows")]
    roll_back(7)
    assert [seq for seq, _ in verified(anchor_file).truncated] == [8, 9]


@pytest.mark.parametrize(
    "wrong",
    [
        {"lost_from": 0},
        {"lost_from": 8, "lost_through": 7},
        {"lost_through": 2**63},
        {"lost_from": "x"},
        {"anchors": None},
    ],
)
def test_a_declaration_that_the_command_would_not_write_covers_nothing(restored, wrong):
    right = {"anchors": 4, "lost_from": 7, "lost_through": 10, "anchored_hash": "0" * 64}
    with log.recording():
        log.record("audit.restored", detail=right | wrong, reason={"text": WHY})
    report = verified(restored)
    assert (report.exit_code, report.restores) == (3, [])


def test_a_declaration_covers_its_range_alone(restored):
    restores.acknowledge(restores.Loss(anchors=2, lost_from=7, lost_through=8, anchored_hash="0" * 64), reason=WHY)
    assert [seq for seq, _ in verified(restored).truncated] == [9, 10]


def test_only_what_contradicts_is_declared(anchor_file, tmp_path, monkeypatch):
    write(1, 2)
    with pytest.raises(CommandError, match="There is nothing to declare"):
        declare(anchor_file)
    with pytest.raises(CommandError, match="Only anchors show what was lost"):
        declare("")
    with pytest.raises(CommandError, match="The anchors can't be read"):
        declare(tmp_path / "none")
    roll_back(1)
    with pytest.raises(CommandError, match="Say why a backup was restored"):
        call_command("acknowledge_restore", reason=" ", anchors=str(anchor_file))
    with pytest.raises(CommandError, match="Nobody active has the address"):
        declare(anchor_file, actor="nobody@harbour.example")
    assert "Nothing was changed" in declare(anchor_file, dry_run=True)
    monkeypatch.setattr("builtins.input", lambda _: "1")
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("acknowledge_restore", reason=WHY, anchors=str(anchor_file))
    assert AuditEvent.objects.count() == 1
    monkeypatch.setattr("builtins.input", lambda _: "2")
    call_command("acknowledge_restore", reason=WHY, anchors=str(anchor_file))
    assert "declared by nobody named" in said(anchor_file)


def test_lines_that_can_not_be_read_are_said_and_declare_nothing(restored):
    restored.write_text("nonsense\n" + restored.read_text())
    declare(restored)
    report = verified(restored)
    assert (report.exit_code, report.unknown) == (2, [(0, "anchor line 1 can't be read")])


def test_the_receipt_of_a_lost_event_says_so(restored, audrey, tmp_path):
    write(7)
    file = tmp_path / "mail"
    lost = receipt_of(seq=7)
    kept = replace(receipt_of(seq=6), head=6, head_hash=AuditEvent.objects.get(seq=6).entry_hash)
    roll_back(6)
    declare(restored, actor=audrey.email)
    write(8, 9)
    day = AuditEvent.objects.get(seq=7).at.date().isoformat()
    file.write_text(lost.text)
    out = StringIO()
    with pytest.raises(SystemExit) as stopped:
        call_command("verify_audit", receipt=str(file), stdout=out)
    assert stopped.value.code == 3
    assert f"Event #7 was lost in the restore of {day}, declared by {audrey.name} in event #7." in out.getvalue()
    file.write_text(kept.text)
    call_command("verify_audit", receipt=str(file), stdout=out)
    assert "Event #6 is in the log as it was" in out.getvalue()
