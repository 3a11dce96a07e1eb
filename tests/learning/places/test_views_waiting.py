"""The waiting list on the page of places, in the administration of events, and in the access check."""

import html
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from learning.models import Event, WaitingEntry
from tests.learning.test_admin import event_data, rows
from tests.support.access_check import ask, item_name, why
from tests.support.assumed import data_queries, events, log_in_as, sign_in
from tests.support.factories import UserFactory, permission_type
from tests.support.learning_factories import make_event
from tests.support.mail_backends import delivered
from tests.support.waiting import full_event, guests, line, set_active, wait

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
REASON = {"reason": "The course is for baristas"}


@pytest.fixture
def carla(carl):
    """Carl, who may also see people in the whole company, and check access."""
    carl.groups.add(permission_type("Sees people", "see_people", "check_access"))
    return User.objects.get(pk=carl.pk)


def page_of(client, event, **query):
    response = client.get(reverse("event_places", args=[event.pk]), query)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


def take_off_address(event):
    return reverse("waiting_take_off", args=[event.waiting.first().pk])


def test_carl_sees_who_waits_in_which_order_and_who_is_skipped(client, carla, lena, max_):
    event = full_event()
    for person in (max_, lena):
        event.wait(person)
    wait(event, "Asta")
    set_active(max_, False)
    sign_in(client, carla)
    said = page_of(client, event)
    assert "3 people wait for a place." in said
    assert re.search(r"Max Kjær .*Skipped: Deactivated .*Lena Sørensen .* 1 .*Asta Jensen .* 2 ", said)
    assert "Nobody who waits matches." in page_of(client, event, q="nobody")
    assert "Asta" not in page_of(client, event, q="lena").partition("Waiting list")[2]


def test_people_that_carl_may_not_see_are_counted_and_never_named(client, carl, lena, max_, copenhagen):
    event = full_event()
    event.wait(max_)
    sign_in(client, carl)
    said = page_of(client, event)
    assert "1 person waits for a place." in said
    assert "1 person waits and is not shown, because you may not see them." in said
    assert "Max" not in said
    carl.groups.add(permission_type("Sees Copenhagen", "see_people", departments=[copenhagen]))
    event.wait(lena)
    said = page_of(client, event)
    assert re.search(r"Lena Sørensen .* 2 ", said)
    assert "Max" not in said
    assert client.post(take_off_address(event), REASON).status_code == 404
    assert line(event) == ["Max", "Lena"]


def test_carl_takes_lena_off_the_list_with_a_reason(client, carla, lena):
    event = full_event()
    event.wait(lena)
    sign_in(client, carla)
    address = take_off_address(event)
    assert address in client.get(reverse("event_places", args=[event.pk])).content.decode()
    assert client.get(address).status_code == 200
    assert "Please write down why." in client.post(address).content.decode()
    assert line(event) == ["Lena"]
    assert client.post(address, REASON).url == reverse("event_places", args=[event.pk])
    said = page_of(client, event)
    assert "Lena Sørensen no longer waits for a place, and is told so by mail." in said
    assert "Nobody waits for a place." in said


def test_only_who_edits_events_takes_somebody_off(client, lena, sam, audrey, mona):
    event = full_event()
    event.wait(lena)
    audrey.groups.add(permission_type("Reviewer", "view_event", "see_people"))
    for person in (lena, sam, audrey, mona):
        sign_in(client, person)
        assert client.get(take_off_address(event)).status_code == 404, person
        assert client.post(take_off_address(event), REASON).status_code == 404, person
    assert line(event) == ["Lena"]


def test_in_an_assumed_session_nobody_takes_anybody_off(client, owner, carl, lena):
    event = full_event()
    event.wait(lena)
    carl.groups.add(permission_type("Sees people", "see_people"))
    log_in_as(client, owner, carl)
    assert client.get(take_off_address(event)).status_code == 403
    assert client.post(take_off_address(event), REASON).status_code == 403
    assert line(event) == ["Lena"]


def test_once_the_event_has_begun_nobody_is_taken_off(client, carla, lena):
    event = full_event()
    event.wait(lena)
    Event.objects.update(starts_at=timezone.now() - HOUR)
    sign_in(client, carla)
    said = page_of(client, event)
    assert "The event has begun, so nobody moves up any more." in said
    assert "Take off the list…" not in said
    assert client.post(take_off_address(event), REASON).status_code == 422
    assert line(event) == ["Lena"]


def test_the_page_costs_the_same_however_many_wait(client, carla):
    event = full_event()
    sign_in(client, carla)
    costs = []
    for count in (1, 60):
        people = [UserFactory() for _ in range(count)]
        WaitingEntry.objects.bulk_create([WaitingEntry(event=event, user=person) for person in people])
        with CaptureQueriesContext(connection) as captured:
            said = page_of(client, event)
        costs.append(len(data_queries(captured)))
    assert costs == [10, 10]
    assert "11 more people wait. Search for them by name." in said


def change(client, event, **fields):
    """Save the form of an event in the administration with these fields."""
    address = reverse("admin:learning_event_change", args=[event.pk])
    page = client.get(address)
    [audience, _exclusions] = [formset.formset for formset in page.context["inline_admin_formsets"]]
    parts = [{"id": form.instance.pk, "item": event.pk, "is_everyone": "on"} for form in audience.initial_forms]
    start, end = timezone.localtime(event.starts_at), timezone.localtime(event.ends_at)
    times = {"starts_at_0": f"{start:%Y-%m-%d}", "starts_at_1": f"{start:%H:%M:%S}"}
    times |= {"ends_at_0": f"{end:%Y-%m-%d}", "ends_at_1": f"{end:%H:%M:%S}"}
    data = event_data(**times | rows("audience", *parts, initial=len(parts)))
    data |= {"has_waiting_list": "on", "capacity": event.capacity}
    data |= {"seen": page.context["adminform"].form.initial["seen"]} | fields
    return client.post(address, {name: value for name, value in data.items() if value is not None})


def test_a_higher_number_of_places_moves_up_as_many_as_fit(client, carla):
    event = full_event()
    wait(event, "Asta", "Bo", "Cai")
    sign_in(client, carla)
    assert change(client, event, capacity=3).status_code == 302
    assert (guests(event), line(event)) == ({"Guest", "Asta", "Bo"}, ["Cai"])
    assert [event.actor_id for event in events("registration.moved_up")] == [None, None]
    assert [message.to for message in delivered()] == [["asta@harbour.example"], ["bo@harbour.example"]]
    assert change(client, Event.objects.get(), capacity=1).status_code == 302
    assert (len(guests(event)), line(event)) == (3, ["Cai"])


def test_places_without_limit_move_up_everybody(client, carla):
    event = full_event()
    wait(event, "Asta", "Bo")
    sign_in(client, carla)
    assert change(client, event, capacity="", has_waiting_list=None).status_code == 302
    assert (guests(event), line(event)) == ({"Guest", "Asta", "Bo"}, [])


def test_who_is_excluded_in_the_administration_makes_the_first_move_up(client, carla, lena):
    event = full_event(lena)
    wait(event, "Asta")
    sign_in(client, carla)
    assert change(client, event, **rows("exclusions", {"person": lena.email})).status_code == 302
    assert (guests(event), line(event)) == ({"Asta"}, [])


def test_a_waiting_list_without_a_number_of_places_is_refused_in_words(client, carla):
    event = full_event()
    sign_in(client, carla)
    response = change(client, event, capacity="")
    assert response.status_code == 200
    assert "A waiting list needs a number of places." in response.content.decode()
    assert Event.objects.get().capacity == 1


def test_the_access_check_says_who_waits_at_which_number_and_who_is_skipped(client, sam, lena, max_, copenhagen):
    sign_in(client, sam)
    event = full_event(UserFactory(), UserFactory())
    assert "All 2 places are taken; there is a waiting list, with nobody on it." in why(client, lena, event)
    for person in (max_, lena):
        event.wait(person)
    assert "The person is number 2 of the waiting list." in why(client, lena, event)
    stranger = UserFactory(first_name="Nora", department=copenhagen)
    said = why(client, stranger, event)
    assert "All 2 places are taken; there is a waiting list, with 2 people." in said
    assert "of the waiting list." not in said
    event.exclusions.create(person=max_)
    assert "is on the waiting list and is skipped, because they are not in the audience." in why(client, max_, event)
    said = why(client, lena, event)
    assert "The person is number 1 of the waiting list." in said
    assert "there is a waiting list, with 1 person." in said
    set_active(lena, False)
    assert "is on the waiting list and is skipped, because they are deactivated." in why(client, lena, event)
    one = full_event(title="Cupping")
    assert "The one place is taken; there is a waiting list, with nobody on it." in why(client, max_, one)
    assert "All" not in why(client, max_, make_event(capacity=2)).partition("Registering for it")[2]


def test_no_setting_is_offered_for_a_number_of_the_waiting_list(client, carla, lena):
    event = full_event()
    event.wait(lena)
    sign_in(client, carla)
    page = ask(client, lena, item=item_name(event)).content.decode()
    assert page.count("Open the setting") == 1
    assert "#id_capacity" in page


def test_the_preview_has_no_buttons_of_the_waiting_list(client, carla):
    event = full_event()
    sign_in(client, carla)
    page = client.get(reverse("item_preview", args=["event", event.pk])).content.decode()
    assert "Every place is taken." in page
    assert reverse("event_wait", args=[event.pk]) not in page
