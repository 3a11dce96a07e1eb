"""What goes on when old events or their texts are gone: erasure, keys, anchors, receipts, pages."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection

from audit import keys, log, sealing, seals, triggers
from audit.admin.summary import summary
from audit.errors import NotRecorded
from audit.models import AuditErasure, AuditEvent, AuditText
from audit.verification import undeclared
from audit.verification.checker import verify
from audit.verification.receipt_check import check
from audit.verification.receipts import receipt_of
from tests.support.assumed import detail, sign_in
from tests.support.sealed import LENA, LIST, LONG_AGO, SAM, old, outsider, rest, seal, write

__all__ = ["old"]  # a fixture
pytestmark = pytest.mark.django_db(transaction=True)


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
    assert "Removed: 0 texts" in seal(tmp_path / "sign-ins.jsonl", kinds=["sign_in.failed"])
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
        "Events up to #8, the last one of 1 May 2020, were exported and removed",
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
