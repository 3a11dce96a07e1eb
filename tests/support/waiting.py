"""Waiting lists in tests: who has a place, who waits, and events whose places are all taken."""

from accounts.models import User
from learning.models import Waited

from .factories import UserFactory
from .learning_factories import make_event


def full_event(*guests, title="Latte art night", **fields):
    """Return an event with a waiting list whose places are all taken by the guests; by one stranger without any."""
    guests = guests or [UserFactory(first_name="Guest")]
    event = make_event(title, **{"capacity": len(guests), "has_waiting_list": True} | fields)
    for guest in guests:
        event.register(guest)
    return event


def guests(event):
    return {each.user.first_name for each in event.registrations.select_related("user")}


def line(event):
    """Return the first names of the users who wait, in their order, also those that are skipped."""
    return [each.user.first_name for each in event.waiting.select_related("user")]


def wait(event, *names):
    """Let new users with these first names wait for a place, and return them."""
    people = [UserFactory(first_name=name) for name in names]
    for person in people:
        assert event.wait(person) is Waited.GOT_ENTRY
    return people


def set_active(person, active):
    person = User.objects.get(pk=person.pk)
    person.save(update_fields=person.set_active(active))
