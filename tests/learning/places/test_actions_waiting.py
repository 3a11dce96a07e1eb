"""A place that becomes free goes to the first who waits and still may have it."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError
from django.utils import timezone

from accounts.authorization.changes import NotAllowed
from accounts.models import Mail, User
from audit import log
from learning.models import Event, RegistrationRefused
from learning.places.actions import fill_free_places, give_place, take_back_place, take_off_list
from tests.support.assumed import detail, events, text
from tests.support.factories import UserFactory, permission_type
from tests.support.learning_factories import make_event
from tests.support.mail_backends import delivered
from tests.support.waiting import full_event, guests, line, set_active, wait

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def carla(carl):
    """Carl, who may also see people in the whole company."""
    carl.groups.add(permission_type("Sees people", "see_people"))
    return User.objects.get(pk=carl.pk)


def moved_up():
    """Return the names of the users who have moved up, in the order of the log."""
    names = dict(User.objects.values_list("pk", "first_name"))
    return [names[each.target_id] for each in events("registration.moved_up")]


def test_a_place_that_is_taken_back_goes_to_the_first_who_waits(carla, lena):
    event = full_event(lena)
    wait(event, "Asta", "Bo")
    take_back_place(actor=carla, registration=event.registrations.get(), reason="No barista")
    assert (guests(event), line(event), moved_up()) == ({"Asta"}, ["Bo"], ["Asta"])
    assert [message.subject for message in delivered()] == [
        "You no longer have a place at “Latte art night”",
        "You have a place at “Latte art night”",
    ]


def test_the_place_of_who_is_deactivated_is_given_before_the_next_mail_is_sent(lena):
    event = full_event(lena)
    wait(event, "Asta", "Bo")
    set_active(lena, False)
    assert guests(event) == {"Lena"}
    assert {tuple(message.to) for message in delivered()} == {(lena.email,), ("asta@harbour.example",)}
    assert (guests(event), line(event)) == ({"Asta"}, ["Bo"])
    [withdrawn] = events("registration.withdrawn")
    assert (withdrawn.target_id, detail(withdrawn)["lapse"]) == (lena.pk, "deactivated")


def test_who_is_reactivated_before_the_timer_runs_keeps_the_place(lena):
    event = full_event(lena)
    wait(event, "Asta")
    set_active(lena, False)
    set_active(lena, True)
    fill_free_places()
    assert (guests(event), line(event)) == ({"Lena"}, ["Asta"])


def is_deactivated(event, person):
    set_active(person, False)


def is_excluded(event, person):
    event.exclusions.create(person=person)


def has_moved(event, person):
    event.audience.all().delete()
    for each in User.objects.exclude(pk=person.pk):
        event.audience.create(person=each)


def is_back(event, person):
    set_active(person, True)
    event.exclusions.all().delete()
    event.audience.get_or_create(person=person)


@pytest.mark.parametrize("leaves", [is_deactivated, is_excluded, has_moved])
def test_who_may_not_have_the_place_is_skipped_and_keeps_the_turn(lena, max_, leaves):
    event = full_event(lena, max_)
    asta, _bo, _cai = wait(event, "Asta", "Bo", "Cai")
    leaves(event, asta)
    event.leave(lena)
    assert (guests(event), line(event)) == ({"Bo", "Max"}, ["Asta", "Cai"])
    is_back(event, asta)
    event.leave(max_)
    assert (guests(event), line(event)) == ({"Bo", "Asta"}, ["Cai"])


def test_no_more_move_up_than_fit_and_lowering_changes_nothing(lena):
    event = full_event(lena)
    wait(event, "Asta", "Bo", "Cai")
    Event.objects.update(capacity=3)
    fill_free_places()
    assert (guests(event), line(event)) == ({"Lena", "Asta", "Bo"}, ["Cai"])
    Event.objects.update(capacity=1)
    fill_free_places()
    Event.objects.get().leave(lena)
    assert (guests(event), line(event)) == ({"Asta", "Bo"}, ["Cai"])
    assert moved_up() == ["Asta", "Bo"]


def test_a_place_goes_to_the_list_after_registration_has_closed_until_the_event_begins(lena, max_):
    event = full_event(lena, max_)
    wait(event, "Asta", "Bo")
    Event.objects.update(registration_closes_at=timezone.now() - HOUR)
    event.leave(lena)
    assert (guests(event), line(event)) == ({"Max", "Asta"}, ["Bo"])
    Event.objects.update(starts_at=timezone.now() - HOUR)
    set_active(max_, False)
    fill_free_places()
    assert (guests(event), line(event)) == ({"Max", "Asta"}, ["Bo"])


HIDDEN = {
    "a draft": {"is_published": False},
    "not yet": {"published_from": timezone.now() + HOUR},
    "no longer": {"published_until": timezone.now() - HOUR},
}
SHOWN = {"is_published": True, "published_from": None, "published_until": None}


@pytest.mark.parametrize("how", HIDDEN)
def test_nobody_moves_up_while_the_event_is_hidden_and_the_first_does_once_it_is_shown(lena, how):
    event = full_event(lena)
    wait(event, "Asta")
    Event.objects.update(**HIDDEN[how])
    Event.objects.get().leave(lena)
    fill_free_places()
    assert (guests(event), line(event)) == (set(), ["Asta"])
    Event.objects.update(**SHOWN)
    fill_free_places()
    assert (guests(event), line(event)) == ({"Asta"}, [])


def test_the_list_of_a_past_event_is_dropped_without_a_mail(lena):
    past, coming = full_event(lena), full_event(lena, title="Cupping")
    for event in (past, coming):
        event.wait(UserFactory())
    Event.objects.filter(pk=past.pk).update(starts_at=timezone.now() - 3 * HOUR, ends_at=timezone.now() - HOUR)
    assert delivered() == []
    assert (len(line(past)), len(line(coming))) == (0, 1)


def test_a_list_that_is_closed_for_more_people_still_moves_up(lena, max_):
    event = full_event(lena)
    wait(event, "Asta")
    Event.objects.update(has_waiting_list=False)
    with pytest.raises(RegistrationRefused):
        event.wait(max_)
    event.leave(lena)
    assert (guests(event), line(event)) == ({"Asta"}, [])


def test_who_is_deleted_leaves_the_list_and_their_place_goes_on(lena):
    event = full_event(lena)
    asta, _bo = wait(event, "Asta", "Bo")
    User.objects.filter(pk=asta.pk).delete()
    User.objects.filter(pk=lena.pk).delete()
    fill_free_places()
    assert (guests(event), line(event)) == ({"Bo"}, [])
    event.delete()


def test_a_waiting_list_without_a_number_of_places_is_refused_by_the_database(db):
    with pytest.raises(IntegrityError, match="event_with_waiting_list_has_a_number_of_places"):
        make_event(has_waiting_list=True)


def test_nobody_waits_twice(lena):
    event = full_event()
    event.waiting.create(user=lena)
    with pytest.raises(IntegrityError):
        event.waiting.create(user=lena)


def test_who_gets_a_place_by_hand_no_longer_waits_and_comes_before_the_list(carla, lena, max_):
    event = full_event(lena)
    wait(event, "Asta")
    event.wait(max_)
    set_active(lena, False)
    give_place(actor=carla, event=event, user=max_, reason="He holds the course")
    assert (guests(event), line(event)) == ({"Max"}, ["Asta"])
    assert (moved_up(), len(events("registration.given"))) == ([], 1)
    Event.objects.update(capacity=3)
    give_place(actor=carla, event=event, user=UserFactory(first_name="Cai"), reason="She holds it too")
    assert (guests(event), line(event)) == ({"Max", "Asta", "Cai"}, [])


def test_who_is_taken_off_the_list_is_told_and_it_is_on_record(carla, lena):
    event = full_event()
    event.wait(lena)
    take_off_list(actor=carla, entry=event.waiting.get(), reason="The course is for baristas")
    assert line(event) == []
    [taken] = events("registration.taken_off_list")
    assert (taken.actor_id, taken.target_id) == (carla.pk, lena.pk)
    assert text(taken, "reason") == {"text": "The course is for baristas"}
    [message] = delivered()
    assert message.to == [lena.email]
    assert "Carl Nygaard took you off the waiting list of “Latte art night”" in message.body
    assert "The course is for baristas" in message.body


def test_taking_somebody_off_is_asked_again_where_it_is_made(carl, sam, lena):
    event = full_event()
    event.wait(lena)
    entry = event.waiting.get()
    for actor in (carl, sam):  # who may see nobody, and who may edit no event
        with pytest.raises(NotAllowed):
            take_off_list(actor=actor, entry=entry, reason="Greed")
    carl.groups.add(permission_type("Sees people", "see_people"))
    Event.objects.update(starts_at=timezone.now() - HOUR)
    with pytest.raises(RegistrationRefused, match="has begun"):
        take_off_list(actor=carl, entry=entry, reason="Too late")
    Event.objects.update(starts_at=timezone.now() + HOUR)
    assert line(event) == ["Lena"]
    event.stop_waiting(lena)
    with pytest.raises(NotAllowed, match="no longer on the waiting list"):
        take_off_list(actor=carl, entry=entry, reason="Twice")
    assert (events("registration.taken_off_list"), delivered()) == ([], [])


def test_an_event_that_fails_stops_neither_the_others_nor_the_mail(lena, max_, monkeypatch):
    first, second = full_event(lena), full_event(lena, title="Cupping")
    for event in (first, second):
        event.wait(max_)
    set_active(lena, False)
    move_up = Event.move_up

    def fails_at_first(event):
        if event.pk == first.pk:
            raise DatabaseError
        move_up(event)

    monkeypatch.setattr(Event, "move_up", fails_at_first)
    assert [message.subject for message in delivered()] == [
        "You no longer have a place at “Cupping”",
        "You have a place at “Cupping”",
    ]
    assert (guests(first), guests(second)) == ({"Lena"}, {"Max"})


def test_without_a_record_nobody_moves_up(lena, max_, monkeypatch):
    event = full_event(lena)
    event.wait(max_)
    set_active(lena, False)

    def is_full(entries):
        raise log.NotRecorded

    monkeypatch.setattr(log, "append", is_full)
    fill_free_places()
    assert (guests(event), line(event), Mail.objects.count()) == ({"Lena"}, ["Max"], 0)
