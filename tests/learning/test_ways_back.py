"""The access history offers to take back what was done in somebody's place, by the ordinary buttons of learners."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.kinds import Kind
from audit.models import AuditErasure, AuditEvent, AuditText, Part
from learning.models import Event, Registration, WaitingEntry
from learning.ways_back import ways_back
from tests.support.assumed import log_in_as
from tests.support.learning_factories import make_event
from tests.support.ledger import page_of

pytestmark = pytest.mark.django_db
CANCEL, AGAIN = "Cancel the registration for “Latte art night”", "Register for “Latte art night” again"
LEAVE = "Leave the waiting list of “Latte art night”"


def in_place_of(person, actor, view, event):
    """Send the form of an event in somebody's place, and leave."""
    client = Client()
    log_in_as(client, actor, person)
    client.post(reverse(view, args=[event.pk]))
    client.post(reverse("assumed_session_exit"))


def offered(person):
    return [word for word in (CANCEL, AGAIN, LEAVE) if word in page_of(person)]


def signed_in(person):
    client = Client()
    client.force_login(person)
    return client


def test_a_place_that_was_taken_is_given_back_with_one_click(sam, lena):
    event = make_event()
    in_place_of(lena, sam, "event_register", event)
    assert offered(lena) == [CANCEL]
    page = signed_in(lena).post(reverse("event_leave", args=[event.pk]), {"page": "event"}, follow=True)
    assert page.request["PATH_INFO"] == event.get_absolute_url()
    assert not Registration.objects.exists()
    assert offered(lena) == []


def test_a_place_that_was_given_back_is_taken_again(sam, lena):
    event = make_event()
    event.register(lena)
    in_place_of(lena, sam, "event_leave", event)
    assert offered(lena) == [AGAIN]
    signed_in(lena).post(reverse("event_register", args=[event.pk]), {"page": "event"})
    assert Registration.objects.filter(user=lena).exists()
    assert offered(lena) == []


def test_a_turn_that_was_taken_is_given_back_and_one_that_was_given_back_is_gone(sam, lena, max_):
    event = make_event(capacity=1, has_waiting_list=True)
    event.register(max_)
    in_place_of(lena, sam, "event_wait", event)
    assert offered(lena) == [LEAVE]
    in_place_of(lena, sam, "event_stop_waiting", event)
    assert not WaitingEntry.objects.exists()
    assert offered(lena) == []


def test_her_own_later_registration_is_no_matter_of_the_session(sam, lena):
    event = make_event()
    in_place_of(lena, sam, "event_register", event)
    event.leave(lena)
    event.register(lena)
    assert offered(lena) == []


def test_a_place_that_went_without_a_word_in_the_log_is_not_taken_back(sam, lena):
    """Earlier versions did not record what people undo themselves."""
    event = make_event()
    in_place_of(lena, sam, "event_register", event)
    Registration.objects.filter(user=lena).delete()
    Registration.objects.create(event=event, user=lena)
    assert offered(lena) == []


def test_what_was_taken_and_given_back_in_one_session_is_as_before(client, sam, lena):
    event = make_event()
    event.register(lena)
    log_in_as(client, sam, lena)
    client.post(reverse("event_leave", args=[event.pk]))
    client.post(reverse("event_register", args=[event.pk]))
    client.post(reverse("assumed_session_exit"))
    assert Registration.objects.filter(user=lena).exists()
    assert offered(lena) == []


@pytest.mark.parametrize(
    "change",
    [
        {"starts_at": timezone.now() - timedelta(hours=1)},
        {"is_published": False},
    ],
    ids=["begun", "unpublished"],
)
def test_nothing_is_offered_that_the_view_would_refuse(sam, lena, change):
    event = make_event()
    in_place_of(lena, sam, "event_register", event)
    Event.objects.filter(pk=event.pk).update(**change)
    assert offered(lena) == []


def test_the_buttons_of_a_busy_session_are_folded(client, sam, lena):
    events = [make_event(f"Night {number}") for number in range(9)]
    log_in_as(client, sam, lena)
    for event in events:
        client.post(reverse("event_register", args=[event.pk]))
    client.post(reverse("assumed_session_exit"))
    before, _, folded = page_of(lena).rpartition("<summary>4 more</summary>")
    assert (before.count("Cancel the registration"), folded.count("Cancel the registration")) == (5, 4)


def test_who_moves_up_or_loses_a_lapsed_place_in_her_session_changes_nothing_of_hers(sam, lena, max_, ina):
    event = make_event(capacity=1, has_waiting_list=True)
    event.register(lena)
    event.wait(max_)
    in_place_of(lena, sam, "event_leave", event)
    event.leave(max_)
    assert offered(lena) == [AGAIN]
    lapsed = make_event(capacity=1)
    lapsed.registrations.create(user=ina)  # deactivated, so that the next one takes the place
    in_place_of(lena, sam, "event_register", lapsed)
    assert not lapsed.registrations.filter(user=ina).exists()
    assert set(offered(lena)) == {CANCEL, AGAIN}


def test_a_place_that_somebody_else_has_by_now_is_not_offered(sam, lena, max_):
    event = make_event(capacity=1)
    event.register(lena)
    in_place_of(lena, sam, "event_leave", event)
    event.register(max_)
    assert offered(lena) == []


def test_an_erased_change_offers_nothing(sam, lena):
    in_place_of(lena, sam, "event_register", make_event())
    changed = AuditEvent.objects.get(kind=Kind.ASSUMED_SESSION_CHANGED)
    AuditErasure.objects.create(event=changed, part=Part.DETAIL, erased_by=changed)
    AuditText.objects.filter(event=changed, part=Part.DETAIL).delete()
    assert offered(lena) == []


@pytest.mark.parametrize(
    "detail",
    [
        None,
        "text",
        {"model": "learning.registration"},
        {"model": ["learning.registration"], "row": 1, "before": None, "after": {"event_id": 1}},
        {"model": "learning.registration", "row": "1", "before": None, "after": {"event_id": 1}},
        {"model": "learning.registration", "row": 1, "before": None, "after": {"event_id": "1"}},
        {"model": "learning.registration", "row": 1, "before": None, "after": {"event_id": 2**70}},
        {"model": "learning.registration", "row": 0, "before": None, "after": {"event_id": 1}},
        {"model": "learning.registration", "row": 1, "before": {"event_id": 1}, "after": {"event_id": 2}},
        {"model": "learning.registration", "row": 1, "before": None, "after": {"event_id": 1, "user_id": 999}},
        {"model": "learning.answer", "row": 1, "before": None, "after": {"event_id": 1}},
    ],
)
def test_a_detail_that_tells_of_no_place_asks_nothing(lena, detail, django_assert_num_queries):
    for name in ("before", "after"):
        if isinstance(detail, dict) and isinstance(detail.get(name), dict):
            detail[name] = {"user_id": lena.pk} | detail[name]
    with django_assert_num_queries(0):
        assert ways_back(lena, {7: {8: detail}}) == ({}, {})
