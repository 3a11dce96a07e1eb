"""The page of one event: who sees it, its buttons, and who of one's people takes part."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from learning.models import Event, Registration
from tests.support.access_check import words
from tests.support.assumed import data_queries, detail, events, log_in_as, sign_in
from tests.support.factories import UserFactory, permission_type
from tests.support.learning_factories import make_event

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def over(event):
    Event.objects.filter(pk=event.pk).update(starts_at=timezone.now() - 3 * HOUR, ends_at=timezone.now() - HOUR)


def press(client, name, event):
    return client.post(reverse(name, args=[event.pk]), {"page": "event"})


def test_lena_reads_when_and_where_and_how_many_places_are_left_in_her_own_time(client, lena):
    User.objects.filter(pk=lena.pk).update(time_zone="America/New_York")
    at = timezone.now().replace(month=1, day=15, hour=17, minute=0) + timedelta(days=730)
    event = make_event(place="Roastery", capacity=3, starts_at=at, ends_at=at + HOUR, description="Bring a **cup**.")
    sign_in(client, lena)
    said = words(client.get(event.get_absolute_url()))
    for part in ("12:00", "where it takes place, Europe/Copenhagen", "Roastery", "3 places left", "Bring a"):
        assert part in said, part
    assert "America/New_York" in said


def test_the_buttons_of_the_page_lead_back_to_it(client, lena, max_):
    event = make_event(capacity=1, has_waiting_list=True)
    sign_in(client, lena)
    address = event.get_absolute_url()
    assert 'name="page" value="event"' in client.get(address).content.decode()
    assert press(client, "event_register", event).url == address
    assert "Registered" in words(client.get(address))
    assert press(client, "event_leave", event).url == address
    event.register(max_)
    refused = press(client, "event_register", event)
    assert refused.status_code == 409
    assert refused.templates[0].name == "learning/event_detail.html"
    assert "Every place is taken." in words(refused)
    assert press(client, "event_wait", event).url == address
    assert "You are number 1 of the waiting list" in words(client.get(address))
    assert press(client, "event_stop_waiting", event).url == address


def test_who_does_not_see_the_event_has_no_page_and_no_calendar_file_of_it(client, max_, copenhagen):
    hidden = make_event("Latte art night", {"department": copenhagen})
    draft = make_event("Draft", is_published=False)
    sign_in(client, max_)
    for event in (hidden, draft):
        for name in ("event_detail", "event_calendar"):
            assert client.get(reverse(name, args=[event.pk])).status_code == 404
    assert client.get(f"/events/{2**70}/").status_code == 404


def test_a_past_event_is_there_for_people_who_had_a_place(client, lena, max_):
    event = make_event("First aid")
    event.register(lena)
    over(event)
    sign_in(client, max_)
    assert client.get(event.get_absolute_url()).status_code == 404
    sign_in(client, lena)
    said = words(client.get(event.get_absolute_url()))
    assert "Registered" not in said
    assert "You took part" in said
    assert "places left" not in said
    Event.objects.update(is_published=False)
    assert client.get(event.get_absolute_url()).status_code == 404


def test_the_dashboard_and_the_lists_lead_to_the_page(client, lena):
    coming, past = make_event("Coming"), make_event("Past")
    past.register(lena)
    over(past)
    sign_in(client, lena)
    link = f'href="{coming.get_absolute_url()}"'
    assert link in client.get(reverse("dashboard")).content.decode()
    page = client.get(reverse("event_list")).content.decode()
    assert link in page
    assert f'href="{past.get_absolute_url()}"' in page


def test_all_past_events_have_a_list_of_their_own(client, lena, monkeypatch):
    monkeypatch.setattr("learning.event_views.PAST_EVENTS", 1)
    for title in ("One", "Two"):
        event = make_event(title)
        event.register(lena)
        over(event)
    sign_in(client, lena)
    assert "?past=1" in client.get(reverse("event_list")).content.decode()
    said = words(client.get(reverse("event_list"), {"past": "1"}))
    assert "One" in said
    assert "Two" in said
    found_none = client.get(reverse("event_list"), {"past": "1", "q": "nothing"})
    assert "No past event matches “nothing”." in words(found_none)
    assert '<input type="hidden" name="past" value="1">' in found_none.content.decode(), "the search stays here"
    Registration.objects.all().delete()
    none = client.get(reverse("event_list"), {"past": "1"})
    assert "You have not taken part in an event yet. Upcoming events" in words(none)


def test_nora_reads_who_of_her_people_takes_part_and_lena_nothing_of_others(client, nora, lena, max_):
    event = make_event()
    event.register(lena)
    event.register(max_)
    sign_in(client, nora)
    said = words(client.get(event.get_absolute_url()))
    assert "Lena Sørensen" in said
    assert "Max" not in said
    sign_in(client, lena)
    said = words(client.get(event.get_absolute_url())).partition("About")[0]
    assert "Who of your people takes part" not in said
    assert "Max" not in said


def test_in_an_assumed_session_nobody_else_is_named_and_the_look_is_on_record(client, sam, nora, lena):
    event = make_event("Latte art night")
    event.register(lena)
    sam.groups.add(permission_type("Progress", "see_progress"))
    log_in_as(client, sam, nora)
    page = client.get(event.get_absolute_url()).content.decode()
    assert "Lena" not in page
    assert [(detail(each)["view"], detail(each)["title"]) for each in events("assumed_session.looked")] == [
        ("event_detail", "Latte art night")
    ]
    assert press(client, "event_register", event).status_code == 302
    assert event.registrations.filter(user=nora.pk).exists()


def test_the_number_of_queries_does_not_grow(client, nora, lena, norreport):
    def counted():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(event.get_absolute_url()).status_code == 200
        return len(data_queries(captured))

    event = make_event()
    event.register(lena)
    sign_in(client, nora)
    client.get(event.get_absolute_url())
    few = counted()
    for number in range(5):
        event.register(UserFactory(first_name=f"Barista{number}", department=norreport))
    assert (few, counted()) == (4, 4)
