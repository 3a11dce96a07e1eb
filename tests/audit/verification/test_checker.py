"""The owner of the tables can write anything: verification finds each alteration, and names its event."""

from contextlib import suppress

import pytest
from django.db import DatabaseError, connection, transaction

from audit import chain, log, triggers
from audit.context import Person
from audit.models import AuditEvent, AuditText
from audit.verification import rows
from audit.verification.checker import verify

pytestmark = pytest.mark.django_db
SAM, LENA = Person(7, "Sam", "sam@harbour.example"), Person(8, "Lena", "lena@harbour.example")
ROWS = 20
COLUMNS = [field for field in AuditEvent._meta.concrete_fields if not field.primary_key]
SWAPS = {
    "UUIDField": ["'00000000-0000-0000-0000-000000000001'", "NULL", "''", "7"],
    "DateTimeField": ["'2001-01-01 00:00:00+00:00'", "NULL", "''", "7"],
    "SmallIntegerField": ["99", "NULL", "''", "'word'"],
    "BigIntegerField": ["99", "NULL", "''", "'word'"],
    "CharField": ["'altered'", "NULL", "''", "7"],
}


@pytest.fixture
def written(db):
    with log.recording():
        for number in range(1, ROWS + 1):
            log.record("made.up", actor=SAM, target=LENA, reason={"text": f"Case {number}"}, detail={"n": number})
    assert verify().exit_code == 0
    triggers.drop(connection)


class Undo(Exception):
    """Takes one alteration back."""


def found_after(*statements):
    """Return the report of verification after the statements, then undo them; None if the database refuses them."""
    found = None
    with suppress(Undo), transaction.atomic():
        try:
            with connection.cursor() as cursor:
                for sql in statements:
                    cursor.execute(sql, params=None)
                assert cursor.rowcount, f"nothing was altered: {statements}"
        except DatabaseError:
            raise Undo from None
        found = verify()
        raise Undo
    return found


def stored(column, seq):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM audit_auditevent WHERE seq = {seq}")
        return cursor.fetchone()[0]


def test_every_column_of_every_row(written):
    tried = refused = same = 0
    for seq in range(1, ROWS + 1):
        for field in COLUMNS:
            for value in SWAPS[field.get_internal_type()]:
                if value == "NULL" and stored(field.column, seq) is None:
                    same += 1
                    continue
                tried += 1
                report = found_after(f"UPDATE audit_auditevent SET {field.column} = {value} WHERE seq = {seq}")
                if report is None:
                    refused += 1
                    continue
                where = f"{field.column} = {value} in event {seq}"
                judged = seq > 1 or field.column not in ("schema", "key_id")
                assert report.exit_code == (1 if judged else 2), where
                assert seq in {number for number, _ in (report.altered if judged else report.unknown)}, where
    print(f"{connection.vendor}: {tried} alterations, {refused} refused by the database, {tried - refused} found")
    assert tried + same == ROWS * len(COLUMNS) * 4
    assert tried - refused > ROWS * len(COLUMNS)


# What replaces a value and looks like it; "*" stands for every column, "text" for a text's own.
ALIKE = {
    "sqlite": {
        "at": ["at || '+05:00'", "at || '.5'", "at || ' BC'"],
        "log_id": ["log_id || '-'", "' ' || log_id"],
        "*": ["CAST({} AS BLOB)", "CAST(x'FF' AS TEXT)"],
        "text": ["CAST(text AS BLOB)", "CAST(x'FF' AS TEXT)"],
    },
    "postgresql": {
        "at": ["(at::text || ' BC')::timestamptz", "'infinity'", "'-infinity'", "at + '1 microsecond'"],
        "*": [],
        "text": ["text || ' '", "overlay(text placing U&'\\00A0' from 2 for 1)"],
    },
}


def test_values_that_look_like_what_they_replace(written):
    ways, tried = ALIKE[connection.vendor], 0
    for field in COLUMNS:
        if stored(field.column, 7) is None:
            continue
        for value in ways.get(field.column, []) + ways["*"]:
            sql = f"{field.column} = {value.format(field.column)}"
            report = found_after(f"UPDATE audit_auditevent SET {sql} WHERE seq = 7")
            assert 7 in {seq for seq, _ in report.altered}, sql
            tried += 1
    for value in ways["text"]:
        report = found_after(f"UPDATE audit_audittext SET text = {value} WHERE event_id = 7 AND part = 'actor'")
        assert report.altered == [(7, "its actor text was altered")], value
        tried += 1
    print(f"{connection.vendor}: {tried} values alike, all found")


def test_every_row_that_is_gone(written):
    anchors = [line_of(ROWS)]
    for seq in range(1, ROWS + 1):
        statements = [
            f"DELETE FROM audit_audittext WHERE event_id = {seq}",
            f"DELETE FROM audit_auditevent WHERE seq = {seq}",
        ]
        report = found_after(*statements)
        if seq < ROWS:
            assert (report.exit_code, report.altered[0][0]) == (1, seq + 1)
        else:
            assert report.exit_code == 0  # the tail, which only an anchor misses
            with transaction.atomic():
                with connection.cursor() as cursor:
                    for sql in statements:
                        cursor.execute(sql)
                assert verify(anchors).truncated == [(ROWS, "was anchored and is gone")]
                assert verify(anchors).exit_code == 3
                transaction.set_rollback(True)


def line_of(seq):
    from audit import anchors

    return anchors.line(AuditEvent.objects.get(seq=seq))


def test_an_older_copy_that_went_on_is_seen_by_its_anchor(written):
    anchor = line_of(ROWS)
    AuditText.objects.filter(event=ROWS).delete()
    AuditEvent.objects.filter(seq=ROWS).delete()
    with log.recording():
        log.record("made.up", actor=SAM)
    assert verify().exit_code == 0
    rolled_back = [(ROWS, "is not what the anchor saw: the log was rolled back and went on")]
    assert verify([anchor]).truncated == rolled_back
    assert verify([anchor, line_of(ROWS)]).truncated == rolled_back  # the anchor of what stands there now hides nothing
    assert verify([anchor]).exit_code == 3


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{}",
        "[]",
        "seq",
        '{"seq": "x"}',
        '{"seq": 1e99, "entry_hash": ""}',
        '{"seq": Infinity, "entry_hash": 0}',
        "\ufffd",
    ],
)
def test_a_line_that_is_no_anchor_is_told(written, line):
    report = verify([line_of(3), line])
    assert (report.exit_code, report.unknown) == (2, [(0, "anchor line 2 can't be read")])


@pytest.mark.parametrize("seq", range(1, ROWS))
def test_neighbours_that_changed_places(written, seq):
    mine, other = (AuditEvent.objects.get(seq=number) for number in (seq, seq + 1))
    AuditEvent.objects.filter(seq=seq).update(kind="a", at=other.at, entry_hash=other.entry_hash, mac=other.mac)
    AuditEvent.objects.filter(seq=seq + 1).update(at=mine.at, entry_hash=mine.entry_hash, mac=mine.mac)
    assert {seq, seq + 1} <= {number for number, _ in verify().altered}


def forged(**changes):
    """Return an event behind the head, with a right hash; signed with whatever is given."""
    head = AuditEvent.objects.latest("seq")
    event = AuditEvent(
        seq=head.seq + 1, log_id=head.log_id, schema=1, at=head.at, kind="made.up", outcome="done",
        prev_hash=head.entry_hash, key_id=head.key_id, mac="0" * 64,
    )  # fmt: skip
    for name, value in changes.items():
        setattr(event, name, value)
    event.entry_hash = chain.entry_hash(chain.hashed_fields(event))
    return event


def test_a_forged_event_without_the_key(written):
    forged().save(force_insert=True)
    assert verify().altered == [(21, "its signature is wrong")]


def test_an_event_of_another_log(written):
    event = forged(log_id="00000000-0000-0000-0000-000000000001")
    event.mac = chain.mac(event.key_id, event.entry_hash)
    event.save(force_insert=True)
    assert verify().altered == [(21, "belongs to another log")]


def test_an_event_played_again(written):
    old = AuditEvent.objects.get(seq=5)
    event = forged()
    for name in ("kind", "at", "actor_id", "entry_hash", "mac"):
        setattr(event, name, getattr(old, name))
    event.save(force_insert=True)
    assert {number for number, _ in verify().altered} == {21}


@pytest.mark.parametrize("part", ["actor", "target", "reason", "detail"])
def test_every_text_altered_removed_or_with_another_nonce(written, part):
    for seq in range(1, ROWS + 1):
        where = f"WHERE event_id = {seq} AND part = '{part}'"
        for column, value in (("text", "'{}'"), ("nonce", f"'{'0' * 64}'"), ("text", "''")):
            report = found_after(f"UPDATE audit_audittext SET {column} = {value} {where}")
            assert report.altered == [(seq, f"its {part} text was altered")]
        report = found_after(f"DELETE FROM audit_audittext {where}")
        assert report.altered == [(seq, f"its {part} text is gone")]


def test_a_text_of_no_part_is_told_as_a_terminal_can_show_it(written):
    values = "7, 'x\x1b[2J', nonce, text"
    columns = "event_id, part, nonce, text"
    sql = f"INSERT INTO audit_audittext ({columns}) SELECT {values} FROM audit_audittext WHERE event_id = 7 LIMIT 1"
    assert found_after(sql).altered == [(7, r"its 'x\x1b[2J' text was altered")]


# An erasure that somebody put there, and then the text away: of which event and part, and said by which event.
BY_HAND = {
    "said by an event that erases nothing": (7, "target", 8),
    "said by an event before it": (22, "target", 21),
    "said by no event": (7, "target", 99),
    "of the other person": (7, "actor", 21),
    "of a reason": (7, "reason", 21),
    "of what was not changed": (7, "detail", 21),
}


@pytest.mark.parametrize("what", BY_HAND)
def test_an_erasure_that_no_event_allows(written, what):
    with log.recording():
        log.record("audit.erased", target=LENA)
        log.record("made.up", actor=SAM, target=LENA)
    seq, part, erased_by = BY_HAND[what]
    report = found_after(
        *(["SET CONSTRAINTS ALL DEFERRED"] if connection.vendor == "postgresql" else []),
        f"INSERT INTO audit_auditerasure (event_id, part, erased_by_id) VALUES ({seq}, '{part}', {erased_by})",
        f"DELETE FROM audit_audittext WHERE event_id = {seq} AND part = '{part}'",
    )
    assert report.altered == [
        (seq, f"its {part} text has an erasure that no event allows"),
        (seq, f"its {part} text is gone"),
    ]


COPIED = ", ".join(field.column for field in COLUMNS)
OUT_OF_PLACE = "has a number that is not its own"
BESIDE = "1 more in the log have numbers of others, or none"
NUMBERS = {"0": (0, OUT_OF_PLACE), "-5": (-5, OUT_OF_PLACE), "7": (7, OUT_OF_PLACE), "20": (20, OUT_OF_PLACE)}
ODD_NUMBERS = {"'word'": (20, BESIDE), "x'01'": (20, BESIDE), "6.5": (6.5, OUT_OF_PLACE)}


@pytest.mark.parametrize("chunk", [2000, 7, 20])
def test_a_row_with_a_number_that_is_not_its_own(written, monkeypatch, chunk):
    """The table's owner drops its keys, and puts a copy of an event anywhere; at the border of a chunk, too."""
    monkeypatch.setattr(rows, "CHUNK", chunk)
    for number, found in (NUMBERS | (ODD_NUMBERS if connection.vendor == "sqlite" else {})).items():
        report = found_after(
            "CREATE TABLE bare AS SELECT * FROM audit_auditevent",
            f"INSERT INTO bare (seq, {COPIED}) SELECT {number}, {COPIED} FROM bare WHERE seq = 7",
            "ALTER TABLE audit_auditevent RENAME TO proper",
            "ALTER TABLE bare RENAME TO audit_auditevent",
        )
        at_border = chunk == int(number) if number.isdecimal() else False
        assert report.exit_code == 1
        assert (found if not at_border else (20, BESIDE)) in report.altered, number
