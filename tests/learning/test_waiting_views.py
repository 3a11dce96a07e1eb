"""Learners wait for a place at an event that is full, see their number, and leave the list."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from learning.models import Event, RegistrationRefused, WaitingEntry
from tests.support.assumed import data_queries, detail, events, log_in_as, sign_in
from tests.support.factories import UserFactory
from tests.support.learning_factories import make_event
from tests.support.mail_backends import delivered
from tests.support.waiting import full_event, guests, line, set_active, wait

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def press(client, name, event):
    return client.post(reverse(name, args=[event.pk]))


def page_of(client, name="event_list"):
    return re.sub(r"\s+", " ", client.get(reverse(name)).content.decode())


def test_lena_waits_sees_her_number_and_leaves_the_list(client, lena):
    event = full_event()
    wait(event, "Asta", "Bo")
    sign_in(client, lena)
    page = page_of(client)
    assert reverse("event_wait", args=[event.pk]) in page
    assert "Every place is taken." in page
    assert "Full" not in page
    assert "places left" not in page
    assert "<dd> Full </dd>" in re.sub(r"\s+", " ", client.get(event.get_absolute_url()).content.decode())
    assert "2 people wait" in page
    assert press(client, "event_wait", event).url == reverse("event_list")
    page = page_of(client)
    assert "You are on the waiting list of “Latte art night”. You get a mail once you have a place." in page
    assert "You are number 3 of the waiting list" in page
    assert "> Full </span>" in page
    assert reverse("event_wait", args=[event.pk]) not in page
    assert "Number 3 of the waiting list" in page_of(client, "dashboard")
    assert press(client, "event_stop_waiting", event).url == reverse("event_list")
    assert "You left the waiting list of “Latte art night”." in page_of(client)
    assert line(event) == ["Asta", "Bo"]
    press(client, "event_stop_waiting", event)
    assert "You are no longer on the waiting list" in page_of(client)


def test_waiting_twice_keeps_the_first_turn(client, lena):
    event = full_event()
    event.wait(lena)
    wait(event, "Asta")
    sign_in(client, lena)
    press(client, "event_wait", event)
    assert line(event) == ["Lena", "Asta"]


def test_who_leaves_makes_the_first_who_waits_move_up(client, lena, max_):
    event = full_event(lena)
    event.wait(max_)
    wait(event, "Asta")
    sign_in(client, lena)
    assert press(client, "event_leave", event).status_code == 302
    assert (guests(event), line(event)) == ({"Max"}, ["Asta"])
    [moved] = events("registration.moved_up")
    assert (moved.actor_id, moved.target_id, detail(moved)["title"]) == (None, max_.pk, "Latte art night")
    assert not moved.texts.filter(part="actor").exists(), "Max learns neither who left nor from which address"
    [message] = delivered()
    assert (message.to, message.subject) == ([max_.email], "You have a place at “Latte art night”")
    assert "One became free, and it is yours." in message.body
    assert "Lena" not in message.body
    his = Client()
    sign_in(his, max_)
    assert "Gave you a place at an event that you waited for" in his.get("/account/access-history/").content.decode()


def test_who_waits_where_a_place_is_free_by_now_gets_it(client, lena, max_):
    event = full_event(max_)
    event.leave(max_)
    sign_in(client, lena)
    press(client, "event_wait", event)
    assert "A place at “Latte art night” was free: it is yours." in page_of(client)
    assert (guests(event), line(event)) == ({"Lena"}, [])
    assert events("registration.moved_up") == []


def test_nobody_overtakes_the_list_by_registering(client, lena, max_):
    """Max's place has lapsed, so one looks free; it is Asta's, and Lena may wait behind Bo."""
    event = full_event(max_)
    wait(event, "Asta", "Bo")
    set_active(max_, False)
    sign_in(client, lena)
    response = press(client, "event_register", event)
    assert response.status_code == 409
    assert reverse("event_wait", args=[event.pk]) in response.content.decode()
    assert (guests(event), line(event)) == ({"Asta"}, ["Bo"])
    press(client, "event_wait", event)
    assert line(event) == ["Bo", "Lena"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"has_waiting_list": False}, "Every place is taken."),
        ({"registration_closes_at": -HOUR}, "Registration has closed."),
        ({"registration_opens_at": HOUR}, "Registration has not opened yet."),
        ({"starts_at": -HOUR}, "The event has begun."),
    ],
)
def test_who_could_not_register_can_not_wait(client, lena, fields, said):
    event = full_event()
    changed = {name: timezone.now() + each if isinstance(each, timedelta) else each for name, each in fields.items()}
    Event.objects.update(**changed)
    sign_in(client, lena)
    assert reverse("event_wait", args=[event.pk]) not in page_of(client)
    response = press(client, "event_wait", event)
    assert (response.status_code, said in response.content.decode()) == (409, True)
    assert line(event) == []
    with pytest.raises(RegistrationRefused):
        event.wait(lena)


def test_max_waits_for_nothing_that_is_not_for_him(client, max_, lena, copenhagen):
    event = full_event(lena)
    event.audience.all().delete()
    event.audience.create(department=copenhagen)
    sign_in(client, max_)
    assert press(client, "event_wait", event).status_code == 404
    assert press(client, "event_stop_waiting", event).status_code == 404
    assert line(event) == []


@pytest.mark.parametrize("name", ["event_wait", "event_stop_waiting"])
def test_following_a_link_changes_nothing(client, lena, name):
    event = full_event()
    sign_in(client, lena)
    assert client.get(reverse(name, args=[event.pk])).status_code == 405
    assert line(event) == []


def test_once_the_event_has_begun_no_number_is_shown(client, lena):
    event = full_event()
    event.wait(lena)
    Event.objects.update(starts_at=timezone.now() - HOUR)
    sign_in(client, lena)
    for name in ("event_list", "dashboard"):
        assert "of the waiting list" not in page_of(client, name)
    assert "The event has begun." in page_of(client)


def test_sam_waits_and_leaves_on_lenas_behalf_with_every_row_on_record(client, sam, lena, max_):
    event = full_event(lena)
    event.wait(max_)
    other = full_event(title="Cupping")
    log_in_as(client, sam, lena)
    press(client, "event_wait", other)
    press(client, "event_leave", event)
    assert (guests(event), line(other)) == ({"Max"}, ["Lena"])
    said = [detail(each) for each in events("assumed_session.changed")]
    rows = sorted((each["table"], each["before"] is None, each["about"]) for each in said)
    assert rows == [
        ("learning_registration", False, "Latte art night"),
        ("learning_registration", True, "Latte art night"),
        ("learning_waitingentry", False, "Latte art night"),
        ("learning_waitingentry", True, "Cupping"),
    ]
    [moved] = events("registration.moved_up")
    assert (moved.actor_id, moved.assumed_session, moved.target_id) == (None, None, max_.pk)


def test_who_only_looks_can_not_wait(client, sam, lena):
    event = full_event()
    log_in_as(client, sam, lena, mode="look_only")
    assert press(client, "event_wait", event).status_code == 403
    assert line(event) == []


@pytest.mark.parametrize("count", [2, 60])
def test_the_pages_cost_the_same_however_many_wait(client, lena, count):
    for number in range(3):
        event = full_event(UserFactory(), title=f"Event {number}")
        people = [UserFactory() for _ in range(count)]
        WaitingEntry.objects.bulk_create([WaitingEntry(event=event, user=each) for each in [*people, lena]])
    make_event("Without a list")
    sign_in(client, lena)
    for name, expected in {"event_list": 5, "dashboard": 6}.items():
        with CaptureQueriesContext(connection) as captured:
            page = page_of(client, name)
        assert page.count(f"umber {count + 1} of the waiting list") == 3
        assert len(data_queries(captured)) == expected
