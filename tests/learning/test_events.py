"""Registering for events, and leaving them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, connections
from django.urls import reverse
from django.utils import timezone

from learning.models import Event, Registration, RegistrationRefusal, RegistrationRefused
from tests.support.assumed import detail, events, log_in_as, sign_in
from tests.support.factories import UserFactory
from tests.support.learning_factories import make_event

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def register(client, event):
    return client.post(reverse("event_register", args=[event.pk]))


def leave(client, event):
    return client.post(reverse("event_leave", args=[event.pk]))


def guests(event):
    return {registration.user.first_name for registration in event.registrations.select_related("user")}


def test_lena_registers_and_leaves(client, lena):
    event = make_event(capacity=2)
    sign_in(client, lena)
    assert register(client, event).url == reverse("event_list")
    assert guests(event) == {"Lena"}
    page = client.get(reverse("event_list")).content.decode()
    assert "You registered for “Latte art night”." in page
    assert "1 place left" in page
    assert reverse("event_leave", args=[event.pk]) in page
    assert reverse("event_register", args=[event.pk]) not in page
    leave(client, event)
    assert guests(event) == set()


def test_registering_twice_takes_one_place(client, lena):
    event = make_event(capacity=1)
    sign_in(client, lena)
    register(client, event)
    assert register(client, event).status_code == 302
    assert Registration.objects.count() == 1


def test_the_last_place_is_given_once(client, lena, max_):
    event = make_event(capacity=1)
    event.register(lena)
    sign_in(client, max_)
    response = register(client, event)
    assert response.status_code == 409
    assert response.content.decode().count("Every place is taken.") == 2  # the message, and the event's badge
    assert guests(event) == {"Lena"}
    event.leave(lena)
    assert register(client, event).status_code == 302
    assert guests(event) == {"Max"}


@pytest.mark.django_db(transaction=True)
def test_of_eight_who_want_the_last_two_places_at_once_two_get_one(company):
    event = make_event(capacity=2)
    people = [UserFactory(department=company) for _ in range(8)]

    def take_part(person):
        try:
            Event.objects.get(pk=event.pk).register(person)
            return "a place"
        except RegistrationRefused as refused:
            return str(refused.refusal.value)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(take_part, people))
    assert sorted(answers) == ["a place"] * 2 + ["full"] * 6
    assert Registration.objects.count() == 2


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"starts_at": -HOUR, "ends_at": HOUR}, RegistrationRefusal.BEGUN),
        ({"registration_closes_at": -HOUR}, RegistrationRefusal.CLOSED),
        ({"registration_opens_at": HOUR}, RegistrationRefusal.NOT_OPEN),
    ],
)
def test_outside_the_time_for_it_nobody_registers(client, lena, fields, refusal):
    event = make_event(**{name: timezone.now() + offset for name, offset in fields.items()})
    sign_in(client, lena)
    response = register(client, event)
    assert response.status_code == 409
    assert str(refusal.label) in response.content.decode()
    assert not Registration.objects.exists()
    with pytest.raises(RegistrationRefused) as refused:
        event.register(lena)
    assert refused.value.refusal == refusal


def test_who_takes_part_stays_once_the_event_has_begun(client, lena):
    event = make_event()
    event.register(lena)
    event.starts_at = timezone.now() - HOUR
    event.save()
    sign_in(client, lena)
    assert leave(client, event).status_code == 409
    assert guests(event) == {"Lena"}
    page = client.get(reverse("event_list")).content.decode()
    assert "Registered" in page
    assert reverse("event_leave", args=[event.pk]) not in page


def test_an_event_that_is_over_is_not_listed(client, lena):
    make_event("Last week", starts_at=timezone.now() - 3 * HOUR, ends_at=timezone.now() - HOUR)
    make_event("Next week")
    sign_in(client, lena)
    page = client.get(reverse("event_list")).content.decode()
    assert "Next week" in page
    assert "Last week" not in page


def test_what_lena_took_part_in_stays_listed_for_her_alone(client, lena, max_):
    past = make_event("First aid")
    past.register(lena)
    Event.objects.update(starts_at=timezone.now() - 3 * HOUR, ends_at=timezone.now() - HOUR)
    for person, listed in {lena: True, max_: False}.items():
        sign_in(client, person)
        page = client.get(reverse("event_list")).content.decode()
        assert ("First aid" in page, "You took part" in page) == (listed, listed)
    Event.objects.update(is_published=False)
    sign_in(client, lena)
    assert "First aid" not in client.get(reverse("event_list")).content.decode()


def test_max_cannot_register_for_what_is_not_for_him(client, max_, copenhagen):
    event = make_event("Latte art night", {"department": copenhagen})
    sign_in(client, max_)
    assert register(client, event).status_code == 404
    assert leave(client, event).status_code == 404
    assert not Registration.objects.exists()


@pytest.mark.parametrize("name", ["event_register", "event_leave"])
def test_following_a_link_changes_nothing(client, lena, name):
    event = make_event()
    sign_in(client, lena)
    assert client.get(reverse(name, args=[event.pk])).status_code == 405
    assert not Registration.objects.exists()


def test_sam_registers_lena_on_her_behalf_and_a_refusal_is_on_record_as_one(client, sam, lena, max_):
    event, full = make_event(), make_event("Full", capacity=1)
    full.register(max_)
    log_in_as(client, sam, lena)
    assert register(client, event).status_code == 302
    assert register(client, full).status_code == 409
    assert (guests(event), guests(full)) == ({"Lena"}, {"Max"})
    outcomes = [(each.outcome, detail(each)["status"]) for each in events("assumed_session.outcome")]
    assert outcomes == [("done", 302), ("refused", 409)]


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"ends_at": timezone.now()}, "event_takes_time"),
        ({"capacity": 0}, "event_has_a_place_or_more"),
        (
            {"registration_opens_at": timezone.now(), "registration_closes_at": timezone.now() - HOUR},
            "event_registration_closes_after_it_opens",
        ),
    ],
)
def test_what_no_event_can_be_is_refused_by_the_database(db, fields, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        make_event(**fields)
