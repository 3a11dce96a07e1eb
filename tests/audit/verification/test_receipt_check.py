"""A receipt is compared with the log: an event is in it as it was, or what is wrong is said, with an exit code."""

import json
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from audit import chain, log, triggers
from audit.context import Person
from audit.models import AuditEvent, AuditText
from audit.verification.erasure import erase
from audit.verification.receipt_check import check
from audit.verification.receipts import PASTED_AT_MOST, Receipt, receipt_of
from tests.support.assumed import data_queries

pytestmark = pytest.mark.django_db
SAM, LENA = Person(7, "Sam", "sam@harbour.example"), Person(8, "Lena", "lena@harbour.example")
AS_IT_WAS = "Event #3 is in the log as it was when the receipt was written, and so is event #5, the newest one then."
BEYOND = "is beyond the end of the log, #{}: the end was cut off, or an older copy was restored."
ANOTHER = (
    "is not the one that the receipt names: the log was rewritten, or an older copy was restored and went on, "
    "or the receipt is forged."
)


def write(number):
    with log.recording():
        for _ in range(number):
            log.record("made.up", actor=SAM, target=LENA, reason={"text": "Oven"}, detail={"n": 1})


@pytest.fixture
def receipt(db):
    """Return a receipt of the third of five events; two more were appended after it."""
    write(5)
    written = receipt_of(seq=3)
    write(2)
    return written


@pytest.fixture
def tables_owner(receipt):
    """Disable the triggers, as the owner of the tables can."""
    triggers.drop(connection)


def answer(receipt):
    """Return the exit code and the sentences about one receipt."""
    [finding] = check(receipt.text.encode(), at_most=PASTED_AT_MOST)
    return finding.exit_code, finding.sentences


def alter(seq, column, value):
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE audit_auditevent SET {column} = {value} WHERE seq = {seq}")
        assert cursor.rowcount == 1


def cut_after(seq):
    AuditText.objects.filter(event__gt=seq).delete()
    AuditEvent.objects.filter(seq__gt=seq).delete()


def rewrite_from(seq):
    """Replace the end of the log by events that are in order and signed, as who holds the key can."""
    end = AuditEvent.objects.latest("seq").seq
    cut_after(seq - 1)
    write(end - seq + 1)


def test_it_names_the_event_and_the_head_of_the_moment_when_it_is_written(receipt):
    third, fifth = AuditEvent.objects.get(seq=3), AuditEvent.objects.get(seq=5)
    assert receipt == Receipt(str(third.log_id), 3, third.entry_hash, 5, fifth.entry_hash)
    assert receipt_of(seq=99) is None


def test_an_untouched_event_is_in_the_log_as_it_was(receipt):
    assert answer(receipt) == (0, [AS_IT_WAS])
    assert answer(receipt_of(seq=7)) == (0, ["Event #7 is in the log as it was when the receipt was written."])


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", "'2001-01-01 00:00:00+00:00'"),
        ("kind", "'other'"),
        ("outcome", "'refused'"),
        ("actor_id", "99"),
        ("target_id", "NULL"),
        ("reason_commitment", f"'{'0' * 64}'"),
        ("schema", "2"),
    ],
)
def test_an_event_whose_fields_are_not_those_of_its_hash(tables_owner, receipt, column, value):
    alter(3, column, value)
    code, sentences = answer(receipt)
    assert (code, sentences[-1]) == (1, "Event #3: its fields were altered.")


@pytest.mark.parametrize("hash_of_the_new_fields", [False, True])
def test_an_event_with_another_hash(tables_owner, receipt, hash_of_the_new_fields):
    event = AuditEvent.objects.get(seq=3)
    event.actor_id = 99
    new = chain.entry_hash(chain.hashed_fields(event)) if hash_of_the_new_fields else "0" * 64
    AuditEvent.objects.filter(seq=3).update(actor_id=99, entry_hash=new)
    altered = [] if hash_of_the_new_fields else ["Event #3: its fields were altered."]
    assert answer(receipt) == (3 if hash_of_the_new_fields else 1, [*altered, f"Event #3 {ANOTHER}"])


def test_a_text_that_was_altered_or_taken_away(tables_owner, receipt):
    AuditText.objects.filter(event=3, part="reason").update(text='{"text":"Nothing"}')
    AuditText.objects.filter(event=3, part="actor").delete()
    expected = ["Event #3: its reason text was altered.", "Event #3: its actor text is gone."]
    assert answer(receipt) == (1, expected)
    in_german = ["Eintrag #3: sein Text wurde verändert (Begründung).", "Eintrag #3: sein Text fehlt (ausgeführt von)."]
    with translation.override("de"):
        assert answer(receipt) == (1, in_german)


def test_the_head_is_compared_like_the_event(tables_owner, receipt):
    alter(5, "kind", "'other'")
    assert answer(receipt) == (1, ["Event #5: its fields were altered."])


def test_an_event_that_was_removed(tables_owner, receipt):
    AuditText.objects.filter(event=3).delete()
    AuditEvent.objects.filter(seq=3).delete()
    assert answer(receipt) == (1, ["Event #3 is missing: it was removed from the log."])


@pytest.mark.parametrize(("left", "beyond"), [(4, [5]), (2, [3, 5]), (0, [3, 5])])
def test_a_log_that_was_cut_or_restored_from_an_older_copy(tables_owner, receipt, left, beyond):
    cut_after(left)
    assert answer(receipt) == (3, [f"Event #{seq} {BEYOND.format(left)}" for seq in beyond])


@pytest.mark.parametrize(("since", "others"), [(5, [5]), (4, [5]), (3, [3, 5]), (1, None)])
def test_a_log_that_went_on_from_an_older_copy_or_was_rewritten_by_who_holds_the_key(
    tables_owner, receipt, since, others
):
    rewrite_from(since)
    code, sentences = answer(receipt)
    if others is None:  # the whole log: it has another id
        assert (code, "The receipt is of another log" in sentences[0]) == (2, True)
    else:
        assert (code, sentences) == (3, [f"Event #{seq} {ANOTHER}" for seq in others])


def test_a_receipt_of_another_log_names_both(receipt):
    other = Receipt(str(uuid4()), receipt.event, receipt.event_hash, receipt.head, receipt.head_hash)
    [finding] = check(other.text.encode(), at_most=PASTED_AT_MOST)
    assert (finding.exit_code, finding.is_stored) == (2, False)
    said = f"({other.log_id}; this one is {receipt.log_id}): of another platform, or this log was replaced."
    assert finding.sentences == [f"The receipt is of another log {said}"]


@pytest.mark.parametrize(
    ("changes", "code", "sentences"),
    [
        ({"event_hash": "0" * 64}, 3, [f"Event #3 {ANOTHER}"]),
        ({"head_hash": "0" * 64}, 3, [f"Event #5 {ANOTHER}"]),
        ({"event": 4}, 3, [f"Event #4 {ANOTHER}"]),
        ({"head": 3}, 3, [f"Event #3 {ANOTHER}"]),
        ({"head": 1000}, 3, [f"Event #1000 {BEYOND.format(7)}"]),
    ],
)
def test_a_forged_receipt_agrees_with_no_event(receipt, changes, code, sentences):
    fields = {name: getattr(receipt, name) for name in Receipt.__slots__}
    assert answer(Receipt(**fields | changes)) == (code, sentences)


@pytest.mark.django_db(transaction=True)
def test_erasure_takes_texts_alone_so_that_the_event_stays_proven():
    write(5)
    receipt = receipt_of(seq=3)
    erase(person_id=LENA.id, legal_basis="Article 17")
    erase(person_id=SAM.id, legal_basis="Article 17")
    assert AuditText.objects.filter(event=3).count() == 2  # reason, and a detail that is no change of her data
    assert answer(receipt) == (0, [AS_IT_WAS])


def test_values_that_the_database_should_not_hold_are_altered_and_no_error(tables_owner, receipt):
    values = {"sqlite": ["CAST(x'FF' AS TEXT)", "x'00'", "7"], "postgresql": ["'x'"]}[connection.vendor]
    for value in values:
        alter(3, "kind", value)
        assert answer(receipt) == (1, ["Event #3: its fields were altered."]), value


def test_many_receipts_cost_the_same_queries_as_one(receipt):
    counts = []
    for receipts in ([receipt], [receipt_of(seq=seq) for seq in range(1, 8)]):
        with CaptureQueriesContext(connection) as captured:
            check("\n".join(each.text for each in receipts).encode(), at_most=PASTED_AT_MOST)
        counts.append(len(data_queries(captured)))
    assert counts == [7, 7]  # the end of the log; events, texts, erasures; seal, and restores with it


def verify_receipt(tmp_path, content, **options):
    """Return the exit code of the command."""
    file = tmp_path / "notice.eml"
    file.write_bytes(content)
    with pytest.raises(SystemExit) as ended:
        call_command("verify_audit", receipt=str(file), **options)
    return ended.value.code


def test_the_command_says_that_a_receipt_agrees(receipt, tmp_path, capsys):
    file = tmp_path / "notice.eml"
    file.write_bytes(receipt.text.encode())
    call_command("verify_audit", receipt=str(file))
    assert capsys.readouterr().out == f"clean: {AS_IT_WAS}\n"


def test_the_command_answers_for_each_receipt_and_ends_with_the_gravest(tables_owner, receipt, tmp_path, capsys):
    other = Receipt(str(uuid4()), 1, "0" * 64, 1, "0" * 64).text
    beyond = Receipt(receipt.log_id, 8, "0" * 64, 8, "0" * 64).text
    content = "\n".join([receipt.text, other, receipt.text[:100]])
    assert verify_receipt(tmp_path, content.encode()) == 2
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["clean", "unknown", "unknown"]
    assert verify_receipt(tmp_path, f"{content}\n{beyond}".encode()) == 3
    assert f"truncated: Event #8 {BEYOND.format(7)}" in capsys.readouterr().out
    alter(3, "kind", "'other'")
    assert verify_receipt(tmp_path, f"{content}\n{beyond}".encode(), json=True) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["exit_code"] == 1
    assert [found["receipt"] and found["receipt"]["event"] for found in report["receipts"]] == [3, 1, None, 8]
    assert report["receipts"][0]["problems"] == [[1, "Event #3: its fields were altered."]]


@pytest.mark.parametrize("content", [b"", b"Hello Lena"])
def test_the_command_cannot_judge_what_holds_no_receipt(receipt, tmp_path, content):
    file = tmp_path / "notice.eml"
    file.write_bytes(content)
    with pytest.raises(CommandError, match="No receipt was found") as error:
        call_command("verify_audit", receipt=str(file))
    assert error.value.returncode == 2


def test_the_command_cannot_judge_a_file_that_is_not_there(receipt, tmp_path):
    with pytest.raises(CommandError, match="The receipt can't be read") as error:
        call_command("verify_audit", receipt=str(tmp_path / "none.eml"))
    assert error.value.returncode == 2


def test_the_command_records_no_verification_of_the_whole_log_for_a_receipt(receipt):
    with pytest.raises(CommandError, match="not allowed with argument"):
        call_command("verify_audit", "--record", "--receipt", "x.eml")
