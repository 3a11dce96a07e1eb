"""The database refuses to alter the log, and verification sees what a stronger hand altered."""

import json
from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from audit import chain, log, triggers
from audit.context import Person
from audit.models import AuditErasure, AuditEvent, AuditSeal, AuditText
from audit.verification.checker import verify

pytestmark = pytest.mark.django_db

SAM = Person(7, "Sam Okafor", "sam@harbour.example")


@pytest.fixture
def events(db):
    with log.recording():
        for number in range(1, 6):
            log.record("user.imported", actor=SAM, detail={"number": number})
    return list(AuditEvent.objects.order_by("seq"))


def run(sql):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@contextmanager
def stronger_hand():
    """Somebody who owns the database and takes the triggers away for a moment."""
    triggers.drop(connection)
    yield
    triggers.create(connection)


COLUMNS = "log_id, schema, at, kind, outcome, key_id, mac"
AFTER_THE_LAST = f"""INSERT INTO audit_auditevent (seq, prev_hash, entry_hash, {COLUMNS})
    SELECT %d, 'x', 'x', {COLUMNS} FROM audit_auditevent WHERE seq = 5"""
FORBIDDEN = {
    "alter an event": "UPDATE audit_auditevent SET outcome = 'done' WHERE seq = 2",
    "remove an event": "DELETE FROM audit_auditevent WHERE seq = 5",
    "leave a gap": AFTER_THE_LAST % 7,
    "write a number twice": AFTER_THE_LAST % 5,
    "alter a text": "UPDATE audit_audittext SET text = '{}' WHERE event_id = 2",
    "remove a text that nobody erased": "DELETE FROM audit_audittext WHERE event_id = 2",
}
ONLY_ON = {
    "sqlite": {
        "replace an event": "INSERT OR REPLACE INTO audit_auditevent SELECT * FROM audit_auditevent WHERE seq = 2",
        "replace a text": "INSERT OR REPLACE INTO audit_audittext SELECT * FROM audit_audittext WHERE event_id = 2",
    },
    "postgresql": {
        "empty the events": "TRUNCATE audit_auditevent CASCADE",
        "empty the texts": "TRUNCATE audit_audittext",
        "leave a gap behind a temporary log": f"""
            CREATE TEMPORARY TABLE audit_auditevent AS SELECT 6::bigint AS seq;
            INSERT INTO public.audit_auditevent (seq, prev_hash, entry_hash, {COLUMNS})
            SELECT 7, 'x', 'x', {COLUMNS} FROM public.audit_auditevent WHERE seq = 5""",
        "remove an event behind a temporary seal": """
            CREATE TEMPORARY TABLE audit_auditseal AS SELECT 4::bigint AS through_seq, 5::bigint AS sealed_by_id;
            CREATE TEMPORARY TABLE audit_auditevent AS SELECT 5::bigint AS seq, 'audit.sealed' AS kind;
            DELETE FROM public.audit_auditevent WHERE seq = 1""",
        "remove a text behind a temporary erasure": """
            CREATE TEMPORARY TABLE audit_auditerasure AS SELECT event_id, part FROM audit_audittext;
            DELETE FROM audit_audittext WHERE event_id = 2""",
        "record a seal behind a temporary log": """
            CREATE TEMPORARY TABLE audit_auditevent AS
                SELECT 4::bigint AS seq, 'x' AS entry_hash, 'audit.sealed' AS kind UNION SELECT 5, 'x', 'audit.sealed';
            INSERT INTO audit_auditseal (through_seq, through_at, entry_hash, export_name, export_sha256, used_keys,
                sealed_by_id) VALUES (4, now(), 'x', 'x', 'x', '', 5)""",
        "remove as a replica": "SET session_replication_role = replica; DELETE FROM audit_auditevent WHERE seq = 5",
    },
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_the_database_refuses_to(events, what):
    with pytest.raises(DatabaseError, match="append-only"):
        run(FORBIDDEN[what])
    assert verify().exit_code == 0


def test_the_database_refuses_its_own_ways_too(events):
    for what, sql in ONLY_ON[connection.vendor].items():
        with pytest.raises(DatabaseError, match="append-only"):
            run(sql)
            pytest.fail(f"was able to {what}")
    assert verify().exit_code == 0


def test_replacing_is_refused_even_where_triggers_are_not_recursive(events):
    if connection.vendor == "sqlite":
        run("PRAGMA recursive_triggers = OFF")
    try:
        test_the_database_refuses_its_own_ways_too(events)
    finally:
        if connection.vendor == "sqlite":
            run("PRAGMA recursive_triggers = ON")


def made_seal(through, entry_hash, sealed_by):
    with transaction.atomic():
        return AuditSeal.objects.create(
            through_seq=through, entry_hash=entry_hash, through_at=timezone.now(), export_name="x",
            export_sha256="x", used_keys="", sealed_by_id=sealed_by,
        )  # fmt: skip


def test_a_seal_needs_its_event_and_the_event_that_records_it(events):
    with log.recording():
        log.record("audit.sealed", detail={"through": 2})
    hashes = [event.entry_hash for event in events]
    for through, entry_hash, sealed_by in ((2, hashes[2], 6), (9, hashes[1], 6), (2, hashes[1], 5), (2, hashes[1], 9)):
        with pytest.raises(DatabaseError, match="append-only"):
            made_seal(through, entry_hash, sealed_by)
    made_seal(2, hashes[1], 6)


def test_a_seal_lets_go_what_it_covers_and_nothing_else(events):
    with log.recording():
        log.record("audit.sealed", detail={"through": 2})
    made_seal(2, events[1].entry_hash, 6)
    for table, column in (("audit_audittext", "event_id"), ("audit_auditevent", "seq")):
        with pytest.raises(DatabaseError, match="append-only"):
            run(f"DELETE FROM {table} WHERE {column} <= 3")
        run(f"DELETE FROM {table} WHERE {column} <= 2")
    assert AuditEvent.objects.order_by("seq").first().seq == 3


def test_erasures_and_seals_are_append_only_too(events):
    erasure = AuditErasure.objects.create(event=events[2], part="actor", erased_by=events[4])
    with log.recording():
        log.record("audit.sealed", detail={"through": 2})
    seal = made_seal(2, events[1].entry_hash, 6)
    for row in (erasure, seal):
        for change in (row.delete, row.save):
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                change()


def test_a_text_can_go_once_its_erasure_is_there(events):
    with log.recording():
        log.record("audit.erased", target=SAM)
    AuditErasure.objects.create(event=events[1], part="actor", erased_by_id=6)
    assert AuditText.objects.filter(event=events[1], part="actor").delete()[0] == 1
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditText.objects.filter(event=events[1], part="detail").delete()
    report = verify()
    assert (report.exit_code, report.erased) == (0, 1)


def resigned(event):
    """Write what an attacker with the key writes: the fields, hashed and signed again."""
    event.entry_hash = chain.entry_hash(chain.hashed_fields(event))
    event.key_id, event.mac = chain.sign(event.entry_hash)
    return event


def alter_event(seq, **fields):
    AuditEvent.objects.filter(seq=seq).update(**fields)


def remove_event(seq):
    AuditText.objects.filter(event=seq).delete()
    AuditEvent.objects.filter(seq=seq).delete()


def alter_and_sign_again():
    event = AuditEvent.objects.get(seq=2)
    event.actor_id = 99
    resigned(event).save()


HER_TEXT = {"event": 2, "part": "actor"}
ALTERATIONS = {
    "altered": (lambda: alter_event(2, actor_id=99), 2, "its fields were altered"),
    "altered time": (lambda: alter_event(3, at="2020-01-01T00:00Z"), 3, "its fields were altered"),
    "altered text": (lambda: AuditText.objects.filter(**HER_TEXT).update(text="{}"), 2, "its actor text was altered"),
    "removed text": (lambda: AuditText.objects.filter(**HER_TEXT).delete(), 2, "its actor text is gone"),
    "removed event": (lambda: remove_event(3), 4, "events 3 to 3 are missing"),
    "signed with another key": (lambda: alter_event(2, mac="0" * 64), 2, "its signature is wrong"),
    "altered and signed again": (alter_and_sign_again, 3, "does not follow the event before it"),
}


@pytest.mark.parametrize("what", ALTERATIONS)
def test_verification_names_the_event_and_what_is_wrong(events, what):
    alter, seq, problem = ALTERATIONS[what]
    with stronger_hand():
        alter()
    report = verify()
    assert report.exit_code == 1
    assert (seq, problem) in report.altered


def cut_the_tail():
    with stronger_hand():
        AuditText.objects.filter(event=5).delete()
        AuditEvent.objects.filter(seq=5).delete()


def test_a_cut_tail_verifies_alone_and_shows_against_the_anchors(events, tmp_path):
    from audit import anchors

    file = tmp_path / "anchors"
    file.write_text(anchors.line(events[4]) + "\n")
    cut_the_tail()
    assert verify().exit_code == 0
    out = StringIO()
    with pytest.raises(SystemExit) as exit_:
        call_command("verify_audit", anchors=str(file), stdout=out)
    assert exit_.value.code == 3
    assert "event 5: was anchored and is gone" in out.getvalue()


def test_anchors_that_are_not_there_can_not_be_judged(events, tmp_path):
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(CommandError, match="The anchors can't be read") as error:
            call_command("verify_audit", anchors=str(path))
        assert error.value.returncode == 2


def test_an_unknown_key_can_not_be_judged(events, settings):
    settings.AUDIT_KEYS = {"k9": "another key altogether"}
    out = StringIO()
    with pytest.raises(SystemExit) as exit_:
        call_command("verify_audit", json=True, stdout=out)
    assert exit_.value.code == 2
    assert json.loads(out.getvalue())["unknown"][0] == [1, "key 'k1' is unknown"]


def test_neighbours_with_the_same_fault_are_one_line(events, settings):
    settings.AUDIT_KEYS = {"k1": "not the key that it was"}
    with stronger_hand():
        alter_event(3, actor_id=99)
        AuditText.objects.filter(event=5).delete()
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("verify_audit", stdout=out)
    assert out.getvalue().splitlines() == [
        "altered: events 1 to 5: its signature is wrong",
        "altered: event 3: its fields were altered",
        "altered: event 5: its actor text is gone",
        "altered: event 5: its detail text is gone",
        "5 events, 0 erased texts: ALTERED",
    ]


def test_an_older_key_still_verifies(events, settings):
    settings.AUDIT_KEYS = {"k2": "the next key, current"} | settings.AUDIT_KEYS
    with log.recording():
        log.record("user.imported", actor=SAM)
    assert AuditEvent.objects.get(seq=6).key_id == "k2"
    assert verify().exit_code == 0


def test_a_clean_log_is_said_to_be_clean(events):
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert out.getvalue() == "5 events, 0 erased texts: clean\n"


class Terminal(StringIO):
    def isatty(self):
        return True


def test_on_a_terminal_verification_says_how_far_it_is(events):
    out, terminal = StringIO(), Terminal()
    call_command("verify_audit", stdout=out, stderr=terminal)
    assert terminal.getvalue() == "\r5 of 5 events\n"
    assert out.getvalue() == "5 events, 0 erased texts: clean\n"
    quiet = StringIO()
    call_command("verify_audit", stdout=out, stderr=quiet)
    assert quiet.getvalue() == ""
