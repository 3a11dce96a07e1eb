"""What a user can cause at will fills no log: each event up to a limit, then one summary."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.cache.backends.dummy import DummyCache

from audit import limits
from audit.context import Person
from audit.kinds import Kind
from audit.limits import record_within_limit
from tests.support.assumed import detail, events

pytestmark = pytest.mark.django_db
SAM = Person(7, "Sam", "sam@harbour.example")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def cause(by="sam@harbour.example", **changed):
    asked = {"what": "failed sign-ins", "most": 3, "outcome": "failed", "detail": {"cause": "wrong"}} | changed
    return record_within_limit(Kind.ACCESS_CHECKED, by=by, **asked)


def test_above_the_limit_one_summary_and_then_nothing_is_recorded():
    with time_machine.travel(NOON, tick=False):
        assert [cause() for _ in range(6)] == [True, True, True, False, False, False]
    *each, summary = events("access.checked")
    assert [detail(event) for event in each] == [{"cause": "wrong"}] * 3
    assert detail(summary) == {"summary": "more than 3 failed sign-ins in this minute"}
    assert {event.outcome for event in (*each, summary)} == {"failed"}


def test_the_next_minute_another_person_and_another_name_have_their_own_count():
    with time_machine.travel(NOON, tick=False) as clock:
        assert [cause() for _ in range(5)].count(True) == 3
        assert cause(by="rita@harbour.example")
        assert cause(what="refused starts")
        clock.shift(timedelta(minutes=1))
        assert cause()


def test_the_summary_can_have_another_outcome():
    with time_machine.travel(NOON, tick=False):
        for _ in range(2):
            cause(most=1, outcome="done", summary_outcome="refused")
    assert [event.outcome for event in events("access.checked")] == ["done", "refused"]


@pytest.mark.parametrize("by", ["x" * 5000, "NUL \0 and space", "half \ud83d a pair", 7, ""])
def test_any_text_names_who_is_counted(by):
    assert cause(by=by)


def test_a_cache_that_keeps_nothing_limits_nothing_and_loses_no_event(monkeypatch):
    monkeypatch.setattr(limits, "cache", DummyCache("", {}))
    assert [cause() for _ in range(5)] == [True] * 5
    assert len(events("access.checked")) == 5
