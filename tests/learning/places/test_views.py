"""The pages on which editors of an event see who takes part, take a place back, and give one."""

import html
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.authorization.changes import NotAllowed
from accounts.models import User
from learning.models import Event, Registration
from learning.places.actions import give_place, take_back_place
from tests.support.assumed import data_queries, detail, events, log_in_as, sign_in, text
from tests.support.factories import UserFactory, permission_type
from tests.support.learning_factories import make_event
from tests.support.mail_backends import delivered

from .test_actions import deactivate, guests, place

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
REASON = {"reason": "The oven seats one less"}


def page_of(client, name, pk):
    response = client.get(reverse(name, args=[pk]))
    assert response.status_code == 200
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


@pytest.fixture
def carla(carl):
    """Carl, who may also see people in the whole company."""
    carl.groups.add(permission_type("Sees people", "see_people"))
    return User.objects.get(pk=carl.pk)


@pytest.fixture
def full(lena):
    """Return an event with one place, which Lena has."""
    event = make_event(capacity=1)
    event.register(lena)
    return event


def test_carl_sees_who_takes_part_and_since_when(client, carla, lena, max_):
    event = make_event(capacity=4)
    event.register(lena)
    event.register(max_)
    deactivate(max_)
    sign_in(client, carla)
    edit = client.get(reverse("admin:learning_event_change", args=[event.pk])).content.decode()
    assert f'href="{reverse("event_places", args=[event.pk])}"' in edit
    said = page_of(client, "event_places", event.pk)
    assert "1 of 4 places taken" in said
    assert re.search(r"Lena Sørensen .*lena@harbour\.example .*\d{4}, \d\d:\d\d .*Takes part", said)
    assert re.search(r"Max Kjær .*max@harbour\.example .*Deactivated", said)
    assert "1 person is deactivated or no longer in the audience." in said


def test_only_who_edits_events_opens_the_pages(client, lena, sam, audrey, mona, full):
    audrey.groups.add(permission_type("Reviewer", "view_event", "see_people"))
    mona.groups.add(permission_type("Edits, but is not let in", "change_event"))
    addresses = [reverse(name, args=[full.pk]) for name in ("event_places", "place_give")]
    addresses.append(reverse("place_take_back", args=[place(lena).pk]))
    for person in (lena, sam, audrey, mona):
        sign_in(client, person)
        for address in addresses:
            assert client.get(address).status_code == 404, (person, address)
            assert client.post(address, REASON).status_code in (404, 405), (person, address)
    assert guests(full) == {"Lena"}


def test_people_that_carl_may_not_see_are_counted_and_never_named(client, carl, lena, max_, copenhagen, full):
    Event.objects.update(capacity=5)
    full.register(max_)
    carl.groups.add(permission_type("Sees Copenhagen", "see_people", departments=[copenhagen]))
    sign_in(client, carl)
    said = page_of(client, "event_places", full.pk)
    assert "Lena Sørensen" in said
    assert "Max" not in said
    assert "1 person has a place and is not shown, because you may not see them." in said
    found = client.get(reverse("event_places", args=[full.pk]), {"q": "max"}).content.decode()
    assert "Nobody matches." in found
    assert client.post(reverse("place_take_back", args=[place(max_).pk]), REASON).status_code == 404
    given = [
        client.post(reverse("place_give", args=[full.pk]), REASON | {"person": email}).content.decode()
        for email in (max_.email, "nobody@harbour.example")
    ]
    assert ["You see no person with this email address." in page for page in given] == [True, True]
    assert guests(full) == {"Lena", "Max"}


def test_carl_who_may_see_nobody_reads_numbers_alone(client, carl, full):
    sign_in(client, carl)
    said = page_of(client, "event_places", full.pk)
    assert "1 of 1 place taken" in said
    assert "Lena" not in said
    assert client.get(reverse("place_give", args=[full.pk])).status_code == 403


def test_carl_takes_a_place_back_on_record_and_lena_is_told(client, carla, lena, full):
    sign_in(client, carla)
    address = reverse("place_take_back", args=[place(lena).pk])
    assert "Please write down why." in client.post(address).content.decode()
    assert guests(full) == {"Lena"}
    assert client.post(address, REASON).url == reverse("event_places", args=[full.pk])
    assert guests(full) == set()
    assert "Lena Sørensen no longer has a place, and is told so by mail." in page_of(client, "event_places", full.pk)
    [event] = events("registration.withdrawn")
    assert (event.actor_id, event.target_id) == (carla.pk, lena.pk)
    assert (text(event, "reason"), detail(event)["event"]) == ({"text": REASON["reason"]}, full.pk)
    [message] = delivered()
    assert message.to == [lena.email]
    assert "Carl Nygaard took back your place at “Latte art night”" in message.body
    assert REASON["reason"] in message.body
    hers = Client()
    sign_in(hers, lena)
    history = re.sub(r"<[^>]+>|\s+", " ", hers.get("/account/access-history/").content.decode())
    assert "Took back your place at an event Latte art night" in re.sub(r"\s+", " ", history)


def test_carl_gives_a_place_on_record_and_max_is_told(client, carla, max_):
    event = make_event(capacity=1)
    sign_in(client, carla)
    assert "Give a place" in page_of(client, "event_places", event.pk)
    address = reverse("place_give", args=[event.pk])
    response = client.post(address, REASON | {"person": " MAX@harbour.example"})
    assert response.url == reverse("event_places", args=[event.pk])
    assert guests(event) == {"Max"}
    [given] = events("registration.given")
    assert (given.actor_id, given.target_id, detail(given)["title"]) == (carla.pk, max_.pk, "Latte art night")
    [message] = delivered()
    assert message.to == [max_.email]
    assert "Carl Nygaard gave you a place at “Latte art night”" in message.body


def no_place_left(event, person):
    Event.objects.update(capacity=1)


def begun(event, person):
    Event.objects.update(starts_at=timezone.now() - HOUR)


def is_deactivated(event, person):
    deactivate(person)


def is_for_others(event, person):
    event.exclusions.create(person=person)


def has_one(event, person):
    event.register(person)


@pytest.mark.parametrize(
    ("spoils", "said"),
    [
        (no_place_left, "Every place is taken."),
        (begun, "The event has begun."),
        (is_deactivated, "This account is deactivated."),
        (is_for_others, "Max Kjær does not see this event."),
        (has_one, "Max Kjær has a place already."),
    ],
    ids=["full", "begun", "deactivated", "for others", "has one"],
)
def test_a_place_is_given_by_the_rules_that_hold_for_everybody(client, carla, max_, full, spoils, said):
    Event.objects.update(capacity=5)
    full.refresh_from_db()
    spoils(full, max_)
    before = guests(full)
    sign_in(client, carla)
    response = client.post(reverse("place_give", args=[full.pk]), REASON | {"person": max_.email})
    assert response.status_code == 422
    assert said in html.unescape(response.content.decode())
    assert guests(full) == before
    assert (events("registration.given"), delivered()) == ([], [])


def test_who_took_part_stays_on_record_once_the_event_has_begun(client, carla, lena, full):
    begun(full, lena)
    sign_in(client, carla)
    said = page_of(client, "event_places", full.pk)
    assert "Take back…" not in said
    assert "Give a place" not in said
    response = client.post(reverse("place_take_back", args=[place(lena).pk]), REASON)
    assert (response.status_code, "The event has begun." in response.content.decode()) == (422, True)
    assert guests(full) == {"Lena"}


def test_each_change_of_places_is_asked_again_where_it_is_made(carl, sam, lena, max_, full):
    """The pages ask first; by the time the button is pressed, rights and places have changed."""
    for actor in (carl, sam):  # who may see nobody, and who may edit no event
        with pytest.raises(NotAllowed):
            take_back_place(actor=actor, registration=place(lena), reason="Greed")
        with pytest.raises(NotAllowed):
            give_place(actor=actor, event=make_event(), user=max_, reason="Greed")
    carl.groups.add(permission_type("Sees people", "see_people"))
    registration = place(lena)
    full.leave(lena)
    with pytest.raises(NotAllowed, match="no longer has a place"):
        take_back_place(actor=carl, registration=registration, reason="Twice")
    assert (events("registration.withdrawn"), delivered()) == ([], [])


def test_in_an_assumed_session_nobody_looks_at_places(client, owner, carl, lena, full):
    carl.groups.add(permission_type("Sees people", "see_people"))
    log_in_as(client, owner, carl)
    for name, pk in (("event_places", full.pk), ("place_give", full.pk), ("place_take_back", place(lena).pk)):
        assert client.get(reverse(name, args=[pk])).status_code == 403
        assert client.post(reverse(name, args=[pk]), REASON).status_code == 403
    assert guests(full) == {"Lena"}


def test_the_page_of_places_costs_the_same_however_many_take_part(client, carla):
    event = make_event()
    sign_in(client, carla)
    costs = []
    for count in (1, 60):
        people = [UserFactory() for _ in range(count)]
        Registration.objects.bulk_create([Registration(event=event, user=person) for person in people])
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("event_places", args=[event.pk])).status_code == 200
        costs.append(len(data_queries(captured)))
    assert costs == [8, 8]
