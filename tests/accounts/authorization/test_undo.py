"""The button *Undo* of messages: where it is, and that it does the exact reverse (docs/decisions/0063)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import HiddenFirstSteps, SavedView, User
from learning.models import Event
from tests.support.assumed import detail, events, log_in_as, sign_in
from tests.support.factories import UserFactory, permission_type
from tests.support.learning_factories import make_event
from tests.support.organisation import editor, page_of, reread
from tests.support.undo import open_page, undo
from tests.support.waiting import full_event, guests, line, wait

pytestmark = pytest.mark.django_db
EVENTS, DASHBOARD, PEOPLE = reverse("event_list"), reverse("dashboard"), reverse("user_list")
VIEWS, STEPS, HIDE = reverse("user_saved_views"), reverse("first_steps"), reverse("first_steps_hide")
TITLE = "<b>Latte</b> & “art”"
REGISTERED, CANCELLED = f"You registered for “{TITLE}”.", f"You cancelled your registration for “{TITLE}”."


def press(client, name, event, **data):
    return client.post(reverse(name, args=[event.pk]), data)


def address_of(name, event):
    return reverse(name, args=[event.pk])


@pytest.fixture
def lenas(client, lena):
    sign_in(client, lena)
    return client


def test_registering_is_undone_and_done_again(lenas):
    event = make_event(TITLE)
    press(lenas, "event_register", event)
    assert undo(lenas, EVENTS).url == EVENTS
    assert guests(event) == set()
    assert open_page(lenas, EVENTS) == ([CANCELLED], [(address_of("event_register", event), {})])
    assert open_page(lenas, EVENTS) == ([], []), "a message is shown once"
    press(lenas, "event_register", event)
    assert open_page(lenas, EVENTS)[0] == [REGISTERED]


def test_the_undo_leads_back_to_the_page_of_the_event(lenas):
    event = make_event(TITLE)
    press(lenas, "event_register", event, page="event")
    assert undo(lenas, event.get_absolute_url()).url == event.get_absolute_url()
    assert undo(lenas, event.get_absolute_url()).url == event.get_absolute_url()
    assert guests(event) == {"Lena"}


def test_a_place_that_the_list_took_is_not_offered_back(lenas, lena):
    event = full_event(lena, title=TITLE)
    wait(event, "Asta")
    press(lenas, "event_leave", event)
    assert open_page(lenas, EVENTS) == ([CANCELLED], [])
    assert guests(event) == {"Asta"}


def test_a_place_is_not_offered_back_after_registration_has_closed(lenas, lena):
    event = make_event(TITLE)
    event.register(lena)
    Event.objects.update(registration_closes_at=timezone.now() - timedelta(hours=1))
    press(lenas, "event_leave", event)
    assert open_page(lenas, EVENTS) == ([CANCELLED], [])


def test_the_undo_says_so_if_the_place_was_taken_meanwhile(lenas, lena, max_):
    event = make_event(TITLE, capacity=1)
    event.register(lena)
    press(lenas, "event_leave", event)
    event.register(max_)
    answer = undo(lenas, EVENTS)
    assert answer.status_code == 409
    assert [str(message) for message in answer.context["messages"]] == ["Every place is taken."]
    assert guests(event) == {"Max"}


def test_two_tabs_undo_once_and_offer_nothing_that_did_not_happen(lenas):
    event = make_event(TITLE)
    press(lenas, "event_register", event)
    _said, [(address, fields)] = open_page(lenas, EVENTS)
    press(lenas, "event_register", event)
    assert open_page(lenas, EVENTS) == ([f"You have a place at “{TITLE}”."], [])
    lenas.post(address, fields)
    assert open_page(lenas, EVENTS)[0] == [CANCELLED]
    lenas.post(address, fields)
    assert open_page(lenas, EVENTS) == ([f"You are not registered for “{TITLE}”."], [])


def test_waiting_is_undone_and_the_first_turn_is_never_lost(lenas):
    event = full_event(title=TITLE)
    press(lenas, "event_wait", event)
    assert undo(lenas, EVENTS).status_code == 302
    assert line(event) == []
    assert open_page(lenas, EVENTS) == ([f"You left the waiting list of “{TITLE}”."], []), "the turn would be the last"
    press(lenas, "event_wait", event)
    press(lenas, "event_wait", event)
    said, undos = open_page(lenas, EVENTS)
    assert (len(said), [address for address, _fields in undos]) == (2, [address_of("event_stop_waiting", event)])


def test_a_place_that_was_free_is_given_back(lenas, max_):
    event = full_event(max_, title=TITLE)
    event.leave(max_)
    press(lenas, "event_wait", event)
    press(lenas, "event_wait", event)
    said, [(address, fields)] = open_page(lenas, EVENTS)
    assert said == [f"A place at “{TITLE}” was free: it is yours.", f"You have a place at “{TITLE}”."]
    lenas.post(address, fields)
    assert guests(event) == set()


def test_the_undo_is_one_form_however_often_the_action_was_sent(client, lena):
    event = make_event(TITLE)
    sign_in(client, lena)
    token = client.get(EVENTS).context["csrf_token"]
    for _time in range(2):
        press(client, "event_register", event, csrfmiddlewaretoken=token)
    assert open_page(client, EVENTS) == ([REGISTERED], [(address_of("event_leave", event), {})])


def test_the_button_speaks_the_language_of_its_reader(client, lena):
    event = make_event(TITLE)
    User.objects.filter(pk=lena.pk).update(language="de")
    sign_in(client, lena)
    press(client, "event_register", event)
    page = client.get(EVENTS).content.decode()
    assert "Rückgängig machen<span" in page
    assert "Sie nehmen an „&lt;b&gt;Latte&lt;/b&gt; &amp; “art”“ teil." in page


def test_an_undo_on_behalf_is_on_record_like_every_change(client, sam, lena):
    event = make_event(TITLE)
    log_in_as(client, sam, lena)
    press(client, "event_register", event)
    undo(client, EVENTS)
    assert guests(event) == set()
    said = [detail(each) for each in events("assumed_session.changed")]
    assert [(each["table"], each["before"] is None) for each in said] == [
        ("learning_registration", True),
        ("learning_registration", False),
    ]


def test_who_only_looks_reads_the_message_without_the_button(client, sam, lena):
    event = make_event(TITLE)
    log_in_as(client, sam, lena)
    press(client, "event_register", event)
    client.post(reverse("assumed_session_mode"), {"mode": "look_only"})
    said, undos = open_page(client, EVENTS)
    assert (said[0], undos) == (REGISTERED, [])
    assert press(client, "event_leave", event).status_code == 403


def test_neither_message_nor_button_crosses_into_the_next_account(client, sam, lena):
    event = make_event(TITLE)
    sign_in(client, sam)
    press(client, "event_register", event)
    log_in_as(client, sam, lena)
    assert open_page(client, EVENTS) == ([], [])


def views(user):
    return set(SavedView.objects.filter(user=user).values_list("name", "query"))


def test_a_view_that_was_removed_comes_back_as_it_was(client, sam):
    sign_in(client, sam)
    kept = ('"><b>New</b> & old', "?q=lena&status=active&columns=email%2Cjob_profile&per=50")
    view = SavedView.objects.create(user=sam, name=kept[0], query=kept[1])
    client.post(VIEWS, {"remove": view.pk, "query": ""})
    assert views(sam) == set()
    assert undo(client, PEOPLE).url == PEOPLE + kept[1]
    assert views(sam) == {kept}


def test_a_view_that_was_added_or_replaced_is_as_before(client, sam):
    sign_in(client, sam)
    client.post(VIEWS, {"name": "Mine", "query": "?q=lena"})
    assert undo(client, PEOPLE).url == PEOPLE + "?q=lena"
    assert views(sam) == set()
    assert undo(client, PEOPLE).status_code == 302
    client.get(PEOPLE)
    client.post(VIEWS, {"name": "Mine", "query": "?q=max"})
    assert views(sam) == {("Mine", "?q=max")}
    undo(client, PEOPLE)
    assert views(sam) == {("Mine", "?q=lena")}


def test_nothing_is_said_of_a_view_that_was_gone(client, sam):
    sign_in(client, sam)
    client.post(VIEWS, {"remove": "7", "query": ""})
    assert open_page(client, PEOPLE) == ([], [])


def test_hidden_first_steps_come_back_where_they_were(client, owner):
    sign_in(client, owner)
    assert client.post(HIDE, {"hidden": "on"}).url == DASHBOARD
    assert undo(client, DASHBOARD).url == DASHBOARD
    assert not HiddenFirstSteps.objects.exists()
    undo(client, DASHBOARD)
    assert HiddenFirstSteps.objects.exists()
    assert client.post(HIDE, {"hidden": "off"}).url == STEPS


def test_a_protection_comes_back_and_is_not_lifted_by_an_undo(client, company, lena):
    """Protecting ends sessions in the account, so to lift it would not be the exact reverse."""
    paula = UserFactory(first_name="Paula", department=company)
    paula.groups.add(permission_type("Trusted", "see_people", "protect_people", "log_in_as_protected"))
    sign_in(client, paula)
    address, page = reverse("user_protect", args=[lena.pk]), lena.get_absolute_url()
    client.post(address, {"protected": "on"})
    assert open_page(client, page) == ([f"{lena.name}'s account was protected."], [])
    client.post(address, {"protected": "off"})
    undo(client, page)
    assert User.objects.get(pk=lena.pk).is_protected
    assert [detail(each)["after"] for each in events("user.protection_changed")] == [True, False, True]


def test_an_old_name_comes_back_unless_somebody_gave_another(client, company, copenhagen):
    sign_in(client, editor(company))
    other = Client()
    sign_in(other, editor(company, first_name="Ditte"))
    rename, page = page_of("department_rename", copenhagen), copenhagen.get_absolute_url()
    client.post(rename, {"name": "København", "seen": "Copenhagen"})
    assert undo(client, page).url == page
    assert reread(copenhagen).name == "Copenhagen"
    assert open_page(client, page)[0] == ["“København” was renamed to “Copenhagen”."]
    client.post(rename, {"name": "København", "seen": "Copenhagen"})
    other.post(rename, {"name": "Hovedstaden", "seen": "København"})
    assert undo(client, page).status_code == 409
    assert reread(copenhagen).name == "Hovedstaden"
