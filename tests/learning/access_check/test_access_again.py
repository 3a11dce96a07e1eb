"""A question of the access check is on record once: looking at its answer again asks nothing."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from tests.support.access_check import FROM_OUR_PAGE, ask, titles, words
from tests.support.assumed import events, sign_in
from tests.support.learning_factories import make_module

pytestmark = pytest.mark.django_db
AGAIN = {
    "reload, back, forward": FROM_OUR_PAGE,
    "restored with the window": {"Sec-Fetch-Site": "none"},
    "says nothing": {},
}
LATER = "This was asked some time ago"


@pytest.fixture
def asked(client, sam, lena):
    """Sam's browser, and the address of an answer."""
    make_module("Food safety basics")
    sign_in(client, sam)
    [(address, status)] = ask(client, lena, q="food").redirect_chain
    assert status == 302
    return client, address


@pytest.mark.parametrize("how", AGAIN)
def test_looking_again_shows_the_answer_and_records_nothing(asked, how):
    client, address = asked
    for _ in range(3):
        assert titles(client.get(address, headers=AGAIN[how])) == ["Food safety basics"]
    assert len(events("access.checked")) == 1


def test_what_a_browser_fetches_in_advance_is_neither_answered_nor_recorded(asked):
    client, address = asked
    response = client.get(address, headers=FROM_OUR_PAGE | {"Sec-Purpose": "prefetch"})
    assert titles(response) == []
    assert len(events("access.checked")) == 1


def test_after_ten_minutes_it_has_to_be_asked_again(asked):
    client, address = asked
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=11)):
        response = client.get(address, headers=FROM_OUR_PAGE)
    assert LATER in words(response)
    assert titles(response) == []
    assert len(events("access.checked")) == 1


def test_the_mark_shows_no_other_answer_and_nobody_elses(asked, sam, rita, lena, max_):
    client, address = asked
    mark = address.rpartition("asked=")[2]
    for person, query in ((lena, "food safety"), (max_, "food"), (lena, "")):
        other = reverse("user_access", args=[person.pk])
        assert titles(client.get(other, {"q": query, "asked": mark}, headers=FROM_OUR_PAGE)) == []
    for who in (rita, sam):
        stranger = Client()
        sign_in(stranger, who)
        assert titles(stranger.get(address, headers=FROM_OUR_PAGE)) == []
    for made_up in ("x", "x" * 22, "\0" * 22, "é" * 22):
        assert titles(client.get(reverse("user_access", args=[lena.pk]), {"q": "food", "asked": made_up})) == []
    assert len(events("access.checked")) == 1


def test_the_same_question_asked_once_more_is_on_record_once_more(asked, lena):
    client, _address = asked
    assert titles(ask(client, lena, q="food")) == ["Food safety basics"]
    assert len(events("access.checked")) == 2
