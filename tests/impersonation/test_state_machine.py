"""Anything, in any order, in three browsers: the platform and a simple model of it never disagree."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.support.learning_factories import make_event
from tests.support.session_machine import TYPES, Platform

COMMON = {
    "started", "start refused", "looked", "looked on behalf", "written", "written on behalf",
    "answered late", "old key", "sent twice", "exit sent twice", "another machine",
    "exit", "superseded", "idle", "actor_deactivated", "actor_password_changed", "target_password_changed",
}  # fmt: skip


@pytest.fixture
def world(sam, rita, mona, lena, max_, copenhagen, norreport, aarhus, settings):
    """Five people, their permission types, three departments, and an event that everybody may register for."""
    people = {"sam": sam, "rita": rita, "mona": mona, "lena": lena, "max": max_}
    groups = {group.name: group for person in people.values() for group in person.groups.all()}
    assert set(groups) == set(TYPES)
    places = {place.name: place for place in (copenhagen, norreport, aarhus)}
    event = make_event(starts_at=datetime(2040, 1, 1, tzinfo=UTC), ends_at=datetime(2040, 1, 2, tzinfo=UTC))
    return people, groups, places, event


def run(world, examples, **options):
    machine = type("Running", (Platform,), {"world": world, "seen": Counter()})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=50,
            deadline=None,
            database=None,
            phases=[
                Phase.generate
            ],  # the steps that led there are printed; minutes of shortening them are not worth it
            suppress_health_check=list(HealthCheck),
            **options,
        ),
    )
    return machine.seen


@pytest.mark.django_db
def test_a_thousand_steps_in_any_order(world):
    seen = run(world, 34, derandomize=True)
    assert seen["steps"] > 1000
    assert set(seen) >= COMMON


@pytest.mark.long
@pytest.mark.django_db
def test_ten_thousand_steps_in_any_order(world):
    assert run(world, 260)["steps"] > 10_000
