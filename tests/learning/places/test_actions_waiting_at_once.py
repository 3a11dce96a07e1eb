"""Waiting lists while people act at the same time: no place is given twice, and nobody loses a turn."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from accounts.models import Mail
from learning.models import Event, RegistrationRefused, Waited
from learning.places.actions import fill_free_places
from tests.support.factories import UserFactory
from tests.support.waiting import full_event, guests, line, set_active, wait

from .test_actions_waiting import moved_up


def at_once(*tasks):
    """Run all tasks at the same time, each with a connection of its own; a refusal to register is no error."""

    def run(task):
        try:
            return task()
        except RegistrationRefused as refused:
            return refused.refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))


def on_event(event, method, person):
    return lambda: getattr(Event.objects.get(pk=event.pk), method)(person)


@pytest.mark.django_db(transaction=True)
def test_of_three_who_leave_and_three_who_register_at_once_the_first_three_who_wait_profit(company):
    leaving = [UserFactory() for _ in range(3)]
    event = full_event(*leaving)
    wait(event, "Asta", "Bo", "Cai", "Dan")
    strangers = [UserFactory() for _ in range(3)]
    tasks = [on_event(event, "leave", each) for each in leaving]
    tasks += [on_event(event, "register", each) for each in strangers]
    assert sorted(map(str, at_once(*tasks))) == ["True"] * 3 + ["full"] * 3
    assert (guests(event), line(event), moved_up()) == ({"Asta", "Bo", "Cai"}, ["Dan"], ["Asta", "Bo", "Cai"])
    assert Mail.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_two_timers_at_once_give_one_place_once(company):
    guest = UserFactory()
    event = full_event(guest)
    wait(event, "Asta", "Bo")
    set_active(guest, False)
    at_once(fill_free_places, fill_free_places, fill_free_places)
    assert (guests(event), line(event), moved_up()) == ({"Asta"}, ["Bo"], ["Asta"])


@pytest.mark.django_db(transaction=True)
def test_of_four_who_wait_twice_at_once_each_has_one_turn(company):
    event = full_event()
    people = [UserFactory() for _ in range(4)]
    answers = at_once(*[on_event(event, "wait", each) for each in people * 2])
    assert [answers.count(each) for each in (Waited.GOT_ENTRY, Waited.HAD_ENTRY)] == [4, 4]
    assert sorted(line(event)) == sorted(each.first_name for each in people)
    numbers = [entry.number for entry in event.waiting.with_number()]
    assert numbers == [1, 2, 3, 4]


@pytest.mark.django_db(transaction=True)
def test_a_deactivation_beside_a_place_that_becomes_free_loses_no_place(company):
    guest = UserFactory()
    event = full_event(guest)
    asta, _bo = wait(event, "Asta", "Bo")
    at_once(on_event(event, "leave", guest), lambda: set_active(asta, False))
    fill_free_places()
    assert event.registrations.counted().get().user.first_name == "Bo"


@pytest.mark.django_db(transaction=True)
def test_who_leaves_the_list_while_a_place_becomes_free_has_a_place_or_no_turn(company):
    guest = UserFactory()
    event = full_event(guest)
    asta, _bo = wait(event, "Asta", "Bo")
    _left, was_waiting = at_once(on_event(event, "leave", guest), on_event(event, "stop_waiting", asta))
    expected = ({"Bo"}, []) if was_waiting else ({"Asta"}, ["Bo"])
    assert (guests(event), line(event)) == expected
