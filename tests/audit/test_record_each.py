"""Events that are handed over together equal those recorded one by one, whichever way they are stored."""

import pytest
from django.db import transaction

from audit import context, log
from audit.models import AuditEvent, AuditText
from audit.statements import COPIED
from audit.verification.checker import verify

pytestmark = pytest.mark.django_db(transaction=True)
COLUMNS = ("kind", "outcome", "assumed_session", "actor_id", "target_id", "request_id", "schema", "log_id", "key_id")
PERSON = context.Person(7, "Sør\ten \\N", "søren@harbour.example")


def calls():
    """Yield more events than are needed for a copy, with what both ways have to write alike."""
    for number in range(COPIED + 5):
        detail = {"n": number, "after": {"name": 'Tab\t, "quote", \\. back\\slash\n', "none": None, "nul": "\0"}}
        yield {"kind": "user.changed", "actor": PERSON, "target": PERSON, "detail": detail}
    yield {"kind": "user.exported"}
    yield {"kind": "user.created", "outcome": "failed", "reason": {"text": "€ \udcff"}}


def stored(first):
    """Return the events from this number on, each with its texts."""
    texts = {}
    for text in AuditText.objects.filter(event__gte=first).order_by("event_id", "part"):
        texts.setdefault(text.event_id, []).append((text.part, text.text))
    events = AuditEvent.objects.filter(seq__gte=first).order_by("seq")
    return [(*[getattr(event, column) for column in COLUMNS], texts.get(event.seq)) for event in events]


def test_events_of_an_iterable_equal_those_recorded_one_by_one():
    with context.scoped(address="192.0.2.1", user_agent="Firefox"):
        for call in calls():
            with log.recording():
                log.record(**call)
        one_by_one = stored(1)
        with log.recording():
            log.record_each(calls())
    assert len(one_by_one) == COPIED + 7
    assert stored(len(one_by_one) + 1) == one_by_one
    assert verify().exit_code == 0


def test_events_keep_their_order_and_the_context_of_their_call():
    with log.recording():
        log.record("user.imported")
        with context.scoped(address="192.0.2.7"):
            log.record_each([{"kind": "user.created"}, {"kind": "user.changed"}])
        log.record("user.exported")
    assert [row[0] for row in stored(1)] == ["user.imported", "user.created", "user.changed", "user.exported"]
    assert ["192.0.2.7" in str(row[-1]) for row in stored(1)] == [False, True, True, False]


def test_events_of_a_savepoint_that_is_undone_are_forgotten():
    with log.recording():
        log.record("user.imported")
        with pytest.raises(ZeroDivisionError), log.recording():
            log.record_each([{"kind": "user.created"}])
            _ = 1 / 0
    assert [row[0] for row in stored(1)] == ["user.imported"]


def test_no_events_at_all_are_no_error():
    with log.recording():
        log.record_each(iter(()))
    assert stored(1) == []


def test_an_error_in_the_iterable_undoes_everything():
    def broken():
        yield {"kind": "user.created"}
        raise RuntimeError("half-way")

    with pytest.raises(RuntimeError, match="half-way"), log.recording():
        log.record_each(broken())
    assert stored(1) == []


def test_events_need_a_recording():
    with pytest.raises(RuntimeError, match="needs a surrounding"), transaction.atomic():
        log.record_each([])
