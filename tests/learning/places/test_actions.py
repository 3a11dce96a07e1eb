"""Places at events end when their reason ends: the account, or the audience of the event."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.urls import reverse
from django.utils import timezone

from accounts.models import JobProfile, User
from learning.models import Event, Registration, RegistrationRefused
from tests.support.assumed import detail, events, log_in_as, sign_in
from tests.support.factories import UserFactory
from tests.support.learning_factories import make_event
from tests.support.mail_backends import delivered

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def deactivate(person, active=False):
    person.save(update_fields=person.set_active(active))


def register(client, event):
    return client.post(reverse("event_register", args=[event.pk]))


def guests(event):
    return {registration.user.first_name for registration in event.registrations.select_related("user")}


@pytest.fixture
def full(lena):
    """Return an event with one place, which Lena has."""
    event = make_event(capacity=1)
    event.register(lena)
    return event


def place(person):
    return Registration.objects.get(user=person)


def test_the_place_of_somebody_deactivated_is_free_and_goes_when_it_is_needed(client, lena, max_, full):
    deactivate(lena)
    sign_in(client, max_)
    assert "1 place left" in page_of_events(client)
    assert register(client, full).status_code == 302
    assert guests(full) == {"Max"}
    [event] = events("registration.withdrawn")
    assert (event.actor_id, event.target_id) == (None, lena.pk), "Max has not chosen whose place it was"
    assert (detail(event)["title"], detail(event)["lapse"]) == ("Latte art night", "deactivated")
    assert not event.texts.filter(part="actor").exists(), "nor does Lena learn from which address he came"
    [message] = delivered()
    assert message.to == [lena.email]
    assert "was given to somebody else." in message.body
    assert "your account is deactivated" in message.body
    assert max_.first_name not in message.body


def page_of_events(client):
    return re.sub(r"\s+", " ", client.get(reverse("event_list")).content.decode())


def test_who_is_reactivated_before_it_is_needed_still_has_the_place(client, lena, max_, full):
    deactivate(lena)
    deactivate(lena, active=True)
    sign_in(client, max_)
    assert register(client, full).status_code == 409
    assert guests(full) == {"Lena"}
    deactivate(lena)
    register(client, full)
    deactivate(lena, active=True)
    assert guests(full) == {"Max"}
    with pytest.raises(RegistrationRefused):
        full.register(lena)


def test_the_oldest_lapsed_place_goes_first_and_no_more_than_needed(lena, max_, ina, copenhagen):
    event = make_event(capacity=3)
    for hours, person in ((3, max_), (2, lena)):
        event.register(person)
        place(person).__class__.objects.filter(user=person).update(registered_at=timezone.now() - hours * HOUR)
    event.register(UserFactory(first_name="Asta"))
    deactivate(max_)
    deactivate(lena)
    event.register(UserFactory(first_name="Bo"))
    assert guests(event) == {"Lena", "Asta", "Bo"}
    Event.objects.update(capacity=2)
    with pytest.raises(RegistrationRefused):
        Event.objects.get().register(UserFactory(first_name="Cai"))
    assert guests(event) == {"Lena", "Asta", "Bo"}
    Event.objects.update(capacity=3)
    Event.objects.get().register(UserFactory(first_name="Dan"))
    assert guests(event) == {"Asta", "Bo", "Dan"}


def left_the_department(lena, event, aarhus):
    User.objects.filter(pk=lena.pk).update(department=aarhus)


def left_the_job(lena, event, aarhus):
    event.audience.all().delete()
    event.audience.create(job_profile=JobProfile.objects.create(name="Barista"))


def taken_out_of_the_audience(lena, event, aarhus):
    event.audience.all().delete()


def excluded(lena, event, aarhus):
    event.exclusions.create(person=lena)


@pytest.mark.parametrize("leaves", [left_the_department, left_the_job, taken_out_of_the_audience, excluded])
def test_who_has_left_the_audience_has_no_place_for_ever(lena, copenhagen, aarhus, leaves):
    event = make_event("Latte art night", {"department": copenhagen}, capacity=1)
    event.register(lena)
    nora = UserFactory(first_name="Nora", department=copenhagen)
    leaves(lena, event, aarhus)
    assert Event.objects.with_registration_of(nora).get().places_left == 1
    event.audience.create(person=nora)
    event.register(nora)
    assert guests(event) == {"Nora"}
    [withdrawn] = events("registration.withdrawn")
    assert detail(withdrawn)["lapse"] == "not_meant"
    assert "no longer meant for you" in delivered()[0].body


def test_a_place_counts_exactly_while_its_person_would_see_the_event(company, copenhagen, norreport, aarhus):
    """The condition on rows says what the rules of the audience say of each person."""
    jobs = [JobProfile.objects.create(name=name) for name in ("Barista", "Baker")]
    people = [
        UserFactory(department=department, job_profile=job, is_active=number % 4 != 3)
        for number, (department, job) in enumerate(
            (department, job) for department in (company, copenhagen, norreport, aarhus, None) for job in (*jobs, None)
        )
    ]
    parts = [
        [{"is_everyone": True}], [{"department": company}], [{"department": copenhagen}], [{"department": norreport}],
        [{"job_profile": jobs[0]}], [{"person": people[4]}], [{"department": aarhus}, {"job_profile": jobs[1]}],
    ]  # fmt: skip
    for number, audience in enumerate(parts):
        event = make_event(f"Event {number}", *audience, excluded=people[number : number + 2])
        Registration.objects.bulk_create([Registration(event=event, user=person) for person in people])
        expected = {
            person.pk
            for person in User.objects.filter(pk__in=[each.pk for each in people])
            if person.is_active and Event.objects.visible_to(person).filter(pk=event.pk).exists()
        }
        counted = set(event.registrations.counted().values_list("user", flat=True))
        lapsed = set(event.registrations.lapsed().values_list("user", flat=True))
        assert counted == expected, audience
        assert lapsed == {person.pk for person in people} - expected
        assert Event.objects.with_registration_of(people[0]).get(pk=event.pk).registration_count == len(expected)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_want_the_freed_place_at_once_one_gets_it(company):
    event = make_event(capacity=1)
    leaver = UserFactory(first_name="Leaver")
    event.register(leaver)
    deactivate(leaver)
    people = [UserFactory(department=company) for _ in range(2)]

    def take_part(person):
        try:
            Event.objects.get(pk=event.pk).register(person)
            return "a place"
        except RegistrationRefused as refused:
            return str(refused.refusal.value)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(take_part, people)) == ["a place", "full"]
    assert Registration.objects.count() == 1
    assert [each.target_id for each in events("registration.withdrawn")] == [leaver.pk]


@pytest.mark.django_db(transaction=True)
def test_a_reactivation_beside_a_registration_leaves_one_place_to_one_of_them(company):
    event = make_event(capacity=1)
    leaver, other = UserFactory(first_name="Leaver"), UserFactory(first_name="Other")
    event.register(leaver)
    deactivate(leaver)

    def reactivate():
        deactivate(User.objects.get(pk=leaver.pk), active=True)

    def take_part():
        try:
            Event.objects.get(pk=event.pk).register(other)
        except RegistrationRefused:
            return

    def finished(task):
        try:
            task()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(finished, (reactivate, take_part)))
    told = bool(events("registration.withdrawn"))
    assert guests(event) == ({"Other"} if told else {"Leaver"})


def test_on_behalf_of_max_the_freed_place_is_traced_and_ina_learns_of_nobody(client, sam, max_, lena, full):
    deactivate(lena)
    log_in_as(client, sam, max_)
    assert register(client, full).status_code == 302
    assert guests(full) == {"Max"}
    assert [detail(each)["before"] is None for each in events("assumed_session.changed")] == [False, True]
    [event] = events("registration.withdrawn")
    assert (event.actor_id, event.assumed_session, event.target_id) == (None, None, lena.pk)
