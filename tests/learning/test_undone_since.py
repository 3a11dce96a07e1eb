"""The access history says what became of a place or a turn since somebody changed it in Lena's place."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.dates import date_format
from audit.kinds import Kind
from audit.models import AuditErasure, AuditText, Part
from audit.verification.checker import verify
from learning.models import Registration, WaitingEntry
from learning.places.actions import give_place, take_back_place, take_off_list
from tests.support.assumed import detail, events, log_in_as
from tests.support.learning_factories import make_event
from tests.support.ledger import events_in_file, facts, page_of

from .test_ways_back import in_place_of, offered, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def event():
    starts_at = timezone.now() + timedelta(days=30)
    return make_event(starts_at=starts_at, ends_at=starts_at + timedelta(hours=2))


def changed(lena, card=0):
    """Return what a session's card says under Changed; the newest session is the first."""
    return facts(page_of(lena))[card].partition(" Changed ")[2].partition(" Notice ")[0].partition(" Undo ")[0]


def press(lena, view, event):
    assert signed_in(lena).post(reverse(view, args=[event.pk])).status_code == 302


def undone():
    return [(event.actor_id, detail(event)["is_given"]) for event in events("registration.undone")]


TODAY = date_format(timezone.localdate(), "j F Y")


def test_a_place_that_she_gave_back_says_the_day(sam, lena, event):
    in_place_of(lena, sam, "event_register", event)
    assert changed(lena) == "Registered you for Latte art night"
    with time_machine.travel(timezone.now() + timedelta(days=4)):
        day = date_format(timezone.localdate(), "j F Y")
        press(lena, "event_leave", event)
        assert changed(lena) == f"Registered you for Latte art night You gave it back on {day}."
        assert offered(lena) == []
    assert day != TODAY
    assert undone() == [(lena.pk, False)]
    assert verify().exit_code == 0


def test_a_place_that_she_took_again_says_the_day(sam, lena, event):
    event.register(lena)
    in_place_of(lena, sam, "event_leave", event)
    press(lena, "event_register", event)
    assert changed(lena) == f"Cancelled your registration for Latte art night You took it again on {TODAY}."


def test_only_the_reverse_of_what_was_done_in_her_place_is_recorded_and_once(sam, lena, max_, event):
    for _time in range(2):
        press(lena, "event_register", event)
        press(lena, "event_leave", event)
    in_place_of(lena, sam, "event_register", event)
    event.register(max_)
    event.leave(max_)
    assert undone() == []
    for _time in range(2):
        press(lena, "event_leave", event)
        press(lena, "event_register", event)
    assert undone() == [(lena.pk, False)]


def test_another_event_is_another_matter(sam, lena, event):
    other = make_event("Other night")
    in_place_of(lena, sam, "event_register", event)
    press(lena, "event_register", other)
    press(lena, "event_leave", other)
    assert undone() == []
    assert changed(lena) == "Registered you for Latte art night"


def test_a_turn_that_she_gave_back_and_took_again(sam, lena, max_):
    event = make_event(capacity=1, has_waiting_list=True)
    event.register(max_)
    in_place_of(lena, sam, "event_wait", event)
    press(lena, "event_stop_waiting", event)
    assert changed(lena) == f"Put you on the waiting list of Latte art night You gave it back on {TODAY}."
    event.wait(lena)
    in_place_of(lena, sam, "event_stop_waiting", event)
    press(lena, "event_wait", event)
    assert changed(lena) == f"Took you off the waiting list of Latte art night You took it again on {TODAY}."
    assert undone() == [(lena.pk, False), (lena.pk, True)]


def test_a_place_that_was_free_by_then_is_taken_again(sam, lena):
    event = make_event(capacity=1, has_waiting_list=True)
    event.register(lena)
    in_place_of(lena, sam, "event_leave", event)
    press(lena, "event_wait", event)
    assert changed(lena) == f"Cancelled your registration for Latte art night You took it again on {TODAY}."


def test_what_others_did_since_is_said_as_theirs(sam, owner, lena, max_):
    event = make_event(capacity=1, has_waiting_list=True)
    in_place_of(lena, sam, "event_register", event)
    place = Registration.objects.get()
    take_back_place(actor=owner, registration=place, reason="Too many")
    assert changed(lena) == f"Registered you for Latte art night Taken back on {TODAY}."
    event.register(max_)
    in_place_of(lena, sam, "event_wait", event)
    take_off_list(actor=owner, entry=WaitingEntry.objects.get(), reason="Closed")
    assert changed(lena) == f"Put you on the waiting list of Latte art night Taken back on {TODAY}."
    in_place_of(lena, sam, "event_wait", event)
    event.leave(max_)
    assert changed(lena) == f"Put you on the waiting list of Latte art night You moved up to a place on {TODAY}."


def test_a_place_that_an_editor_gave_again_is_said(sam, owner, lena, event):
    event.register(lena)
    in_place_of(lena, sam, "event_leave", event)
    give_place(actor=owner, event=event, user=lena, reason="Mistake")
    assert changed(lena) == f"Cancelled your registration for Latte art night Given to you again on {TODAY}."
    assert undone() == []


def test_a_turn_ends_with_a_place_that_an_editor_gives(sam, owner, lena, max_):
    event = make_event(capacity=1, has_waiting_list=True)
    event.register(max_)
    in_place_of(lena, sam, "event_wait", event)
    type(event).objects.update(capacity=2)
    give_place(actor=owner, event=event, user=lena, reason="She teaches")
    assert changed(lena) == f"Put you on the waiting list of Latte art night You moved up to a place on {TODAY}."
    take_back_place(actor=owner, registration=Registration.objects.get(user=lena), reason="Too many")
    type(event).objects.update(capacity=1)
    event.wait(lena)
    event.stop_waiting(lena)
    assert undone() == []


def test_a_later_session_counts_and_an_earlier_one_does_not(sam, lena, event):
    in_place_of(lena, sam, "event_register", event)
    in_place_of(lena, sam, "event_leave", event)
    in_place_of(lena, sam, "event_register", event)
    assert [changed(lena, card) for card in (2, 1, 0)] == [
        f"Registered you for Latte art night Taken back on {TODAY}.",
        f"Cancelled your registration for Latte art night Given to you again on {TODAY}.",
        "Registered you for Latte art night",
    ]
    assert undone() == []


def test_nothing_is_said_that_the_log_does_not_say(sam, lena, event):
    in_place_of(lena, sam, "event_register", event)
    Registration.objects.all().delete()
    assert changed(lena) == "Registered you for Latte art night"
    assert offered(lena) == []


def test_an_erased_or_altered_event_says_nothing(sam, lena, event):
    in_place_of(lena, sam, "event_register", event)
    press(lena, "event_leave", event)
    [told] = events("registration.undone")
    AuditErasure.objects.create(event=told, part=Part.DETAIL, erased_by=told)
    AuditText.objects.filter(event=told, part=Part.DETAIL).delete()
    assert changed(lena) == "Registered you for Latte art night"
    assert "Undid what was done in your name at an event" in page_of(lena)


def test_it_costs_one_query_for_many_sessions(sam, lena):
    counts = []
    for nights in (1, 4):
        for _night in range(nights):
            event = make_event()
            in_place_of(lena, sam, "event_register", event)
            press(lena, "event_leave", event)
        with CaptureQueriesContext(connection) as captured:
            page_of(lena)
        counts.append(len(captured))
        assert sum('"model":"learning' in query["sql"] for query in captured) == 1
    assert counts[0] == counts[1]


def test_the_file_tells_her_own_undo_and_the_log_has_a_sentence(sam, lena, event):
    in_place_of(lena, sam, "event_register", event)
    press(lena, "event_leave", event)
    [row] = [row for row in events_in_file(lena) if row["kind"] == Kind.REGISTRATION_UNDONE]
    assert (row["what"], row["about"]) == ("Undid what was done in your name at an event", "Latte art night")
    assert (row["group"], row["by_you"], row["changes"]) == ("changes", True, [])


def test_leaving_costs_one_query_more_and_a_session_none(client, sam, lena, event):
    event.register(lena)
    with CaptureQueriesContext(connection) as captured:
        event.leave(lena)
    assert sum('"model":"learning' in query["sql"] for query in captured) == 1
    log_in_as(client, sam, lena)
    with CaptureQueriesContext(connection) as captured:
        client.post(reverse("event_register", args=[event.pk]))
    assert sum('"model":"learning' in query["sql"] for query in captured) == 0
