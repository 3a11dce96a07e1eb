"""Steps in any order: no place is given twice, none stays free while somebody waits, and turns are kept."""

from contextlib import suppress
from dataclasses import dataclass

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.authorization.changes import NotAllowed
from accounts.models import User
from learning.models import Event, RegistrationRefused
from learning.places.actions import fill_free_places, give_place, take_back_place, take_off_list
from tests.support.factories import UserFactory, permission_type
from tests.support.learning_factories import make_event
from tests.support.waiting import set_active

pytestmark = pytest.mark.django_db
PEOPLE = 6


@dataclass
class World:
    """An event with a waiting list, the people who take part, and the editor."""

    event: Event
    people: list[User]
    editor: User

    def now(self):
        return Event.objects.get(pk=self.event.pk)

    def seats(self):
        return list(self.event.registrations.order_by("pk").values_list("user", flat=True))

    def line(self):
        return list(self.event.waiting.values_list("user", flat=True))

    def fit(self):
        """Return the users who may have a place, as the learner's pages say."""
        active = User.objects.filter(is_active=True, pk__in=[each.pk for each in self.people])
        return {each.pk for each in active if Event.objects.visible_to(each).filter(pk=self.event.pk).exists()}


def by_the_person(method):
    def act(world, person):
        if person.pk in world.fit():
            getattr(world.now(), method)(person)

    return act


def give(world, person):
    give_place(actor=world.editor, event=world.event, user=person, reason="By hand")


def take_back(world, person):
    if place := world.event.registrations.filter(user=person).first():
        take_back_place(actor=world.editor, registration=place, reason="By hand")


def take_off(world, person):
    if entry := world.event.waiting.filter(user=person).first():
        take_off_list(actor=world.editor, entry=entry, reason="By hand")


def active(value):
    def act(world, person):
        set_active(person, value)
        fill_free_places()

    return act


def excluded(value):
    def act(world, person):
        world.event.exclusions.filter(person=person).delete()
        if value:
            world.event.exclusions.create(person=person)
        fill_free_places()

    return act


def more_places(by):
    def act(world, person):
        Event.objects.update(capacity=max(1, world.now().capacity + by))
        fill_free_places()

    return act


ACTS = {
    "register": by_the_person("register"),
    "wait": by_the_person("wait"),
    "stop waiting": by_the_person("stop_waiting"),
    "leave": by_the_person("leave"),
    "give": give,
    "take back": take_back,
    "take off": take_off,
    "deactivate": active(False),
    "reactivate": active(True),
    "exclude": excluded(True),
    "include": excluded(False),
    "raise": more_places(1),
    "lower": more_places(-1),
}
# Acts that the person or the editor chose for this person, so that the order of the list has no say.
CHOSEN = {"give", "take off", "stop waiting", "register", "wait"}
STEPS = st.lists(st.tuples(st.sampled_from(sorted(ACTS)), st.integers(0, PEOPLE - 1)), max_size=25)


@pytest.fixture
def world(carl):
    carl.groups.add(permission_type("Sees people", "see_people"))
    event = make_event(capacity=2, has_waiting_list=True)
    people = [UserFactory(first_name=f"P{number}") for number in range(PEOPLE)]
    # Everything begins full, with somebody who waits.
    for number, person in enumerate(people[:4]):
        event.register(person) if number < 2 else event.wait(person)
    return World(event, people, User.objects.get(pk=carl.pk))


@given(steps=STEPS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_steps_in_any_order_keep_places_and_turns(world, steps):
    with transaction.atomic():
        for name, number in steps:
            seats, line, person = world.seats(), world.line(), world.people[number]
            with suppress(NotAllowed, RegistrationRefused):
                ACTS[name](world, User.objects.get(pk=person.pk))
            check(world, name, person.pk, seats, line)
        transaction.set_rollback(True)


def check(world, name, person, seats_before, line_before):
    """Check the state after one step by what was there before."""
    seats, line, fit = world.seats(), world.line(), world.fit()
    capacity = world.now().capacity
    assert len(seats) == len(set(seats)) <= max(capacity, len(seats_before)), name
    assert not set(seats) & set(line), "who has a place doesn't wait"
    taken = len(set(seats) & fit)
    assert taken >= capacity or not set(line) & fit, "a place is free while somebody waits"
    stayed = [each for each in line_before if each in line]
    assert line in (stayed, [*stayed, person]), "turns are kept"
    moved = [each for each in line_before if each in seats and not (each == person and name in CHOSEN)]
    left_behind = [each for each in stayed if each in fit]
    assert all(line_before.index(up) < line_before.index(back) for up in moved for back in left_behind), "skipped"
    gone = set(line_before) - set(line) - set(seats)
    assert gone <= ({person} if name in ("stop waiting", "take off") else set()), "a turn was lost"
    assert set(moved) <= fit
