"""A question of the access check comes from the platform: no other site puts words into the log in Sam's name."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from learning.access_check.access import CHECKS_A_MINUTE
from tests.support.access_check import FROM_OUR_PAGE, ask, item_name, titles, words
from tests.support.assumed import detail, events, log_in_as, sign_in
from tests.support.learning_factories import make_module

pytestmark = pytest.mark.django_db
NOTHING_YET = "nothing was checked and nothing is recorded yet"
WORDS = "Lena steals from the till"
REFERER = "http://testserver"
OUTSIDE = {
    "another site": {"Sec-Fetch-Site": "cross-site"},
    "another subdomain": {"Sec-Fetch-Site": "same-site"},
    "typed, or a bookmark": {"Sec-Fetch-Site": "none"},
    "fetched in advance": FROM_OUR_PAGE | {"Sec-Purpose": "prefetch"},
    "drawn in advance": FROM_OUR_PAGE | {"Sec-Purpose": "prefetch;prerender"},
    "fetched in advance, as it was said before": FROM_OUR_PAGE | {"Purpose": "prefetch"},
    "fetched in advance by an old Firefox": {"X-Moz": "prefetch", "Referer": f"{REFERER}/users/"},
    "says nothing": {},
    "old browser, another site": {"Referer": "https://evil.example/users/"},
    "old browser, a host that begins alike": {"Referer": "http://testserver.evil.example/"},
    "old browser, no address": {"Referer": "http://[/"},
    "old browser, hidden origin": {"Origin": "null"},
    "led on by the sign-in": FROM_OUR_PAGE | {"Referer": f"{REFERER}/accounts/login/?next=/users/"},
    "led on by the second factor": FROM_OUR_PAGE | {"Referer": f"{REFERER}/accounts/2fa/authenticate/"},
    "led on by the proof of identity": FROM_OUR_PAGE | {"Referer": "{confirm_identity}"},
    "another site, by way of ours": {"Sec-Fetch-Site": "cross-site", "Referer": f"{REFERER}/users/"},
}
INSIDE = {
    "link, form": FROM_OUR_PAGE,
    "from the list of people": FROM_OUR_PAGE | {"Referer": f"{REFERER}/users/?q=lena"},
    "old browser": {"Referer": f"{REFERER}/users/"},
    "old browser, from where nothing is": {"Referer": f"{REFERER}/nowhere/"},
    "old browser, its origin alone": {"Origin": REFERER},
}


def headers(case):
    return {name: value.format(confirm_identity=REFERER + reverse("confirm_identity")) for name, value in case.items()}


@pytest.fixture
def sams_browser(client, sam):
    sign_in(client, sam)
    return client


@pytest.mark.parametrize("where", OUTSIDE)
def test_a_link_from_outside_asks_nothing_and_is_not_on_record(sams_browser, lena, where):
    module = make_module("Food safety basics")
    address = reverse("user_access", args=[lena.pk])
    for query in ({}, {"q": WORDS}, {"q": "food", "item": item_name(module)}):
        response = sams_browser.get(address, query, headers=headers(OUTSIDE[where]))
        assert response.status_code == 200
        assert NOTHING_YET in words(response)
        assert "Food safety" not in words(response)
        for name, value in query.items():
            assert f'name="{name}" value="{value}"' in response.content.decode()
    assert events("access.checked") == []


@pytest.mark.parametrize(
    ("question", "query", "field"),
    [
        ("compare", {"with": "max@harbour.example"}, 'name="with" value="max@harbour.example"'),
        ("compare", {"with": "person-{max_.pk}"}, 'name="with" value="max@harbour.example"'),
        ("compare", {"with": "nobody@harbour.example"}, 'name="with" value="nobody@harbour.example"'),
        ("day", {"day": "2026-11-02T09:00"}, 'name="day" value="2026-11-02T09:00"'),
        ("changes", {"days": "77"}, 'name="days" value="77"'),
        ("what-if", {"if": "1", "department": "{aarhus.pk}"}, '<option value="{aarhus.pk}" selected>'),
    ],
)
def test_the_form_shows_what_a_link_from_outside_asks(sams_browser, lena, max_, aarhus, question, query, field):
    address = reverse("user_access", args=[lena.pk, question])
    query = {name: value.format(max_=max_, aarhus=aarhus) for name, value in query.items()}
    response = sams_browser.get(address, query, headers=OUTSIDE["another site"])
    assert NOTHING_YET in words(response)
    page = re.sub(r"\s+", " ", re.sub(r' (?:type|id|max\w*|min\w*)="[^"]*"', "", response.content.decode()))
    assert field.format(aarhus=aarhus) in page
    assert events("access.checked") == []


@pytest.mark.parametrize("where", INSIDE)
def test_a_question_from_our_own_page_is_answered_and_on_record(sams_browser, lena, where):
    make_module("Food safety basics")
    address, case = reverse("user_access", args=[lena.pk]), headers(INSIDE[where])
    response = sams_browser.get(address, {"q": "food"}, headers=case, follow=True)
    assert titles(response) == ["Food safety basics"]
    assert [detail(event) for event in events("access.checked")] == [{"search": "food"}]


def test_a_link_from_outside_into_an_assumed_session_asks_nothing(client, sam, lena):
    log_in_as(client, sam, lena)
    for where in ("another site", "typed, or a bookmark", "says nothing"):
        response = client.get(reverse("assumed_session_access"), {"q": WORDS}, headers=headers(OUTSIDE[where]))
        assert NOTHING_YET in words(response)
    assert events("access.checked") == []


def test_a_link_from_outside_leaves_no_refusal_on_record_either(client, mona, lena):
    sign_in(client, mona)
    response = client.get(reverse("user_access", args=[lena.pk]), {"q": WORDS}, headers=OUTSIDE["another site"])
    assert response.status_code == 403
    assert events("access.checked") == []


def test_above_the_limit_there_is_one_summary_and_no_answer(sams_browser, rita, lena):
    make_module("Food safety basics")
    with time_machine.travel(datetime.now(UTC).replace(second=1), tick=False) as clock:
        answers = [ask(sams_browser, lena, q=f"food {number}") for number in range(CHECKS_A_MINUTE + 3)]
        assert [answer.status_code for answer in answers] == [200] * CHECKS_A_MINUTE + [429] * 3
        for refused in answers[CHECKS_A_MINUTE:]:
            assert "Those were too many questions within a minute." in words(refused)
            assert "Food safety" not in words(refused)
        *each, summary = events("access.checked")
        assert [detail(event) for event in each] == [{"search": f"food {number}"} for number in range(CHECKS_A_MINUTE)]
        assert detail(summary) == {"summary": f"more than {CHECKS_A_MINUTE} access checks in this minute"}
        assert (summary.outcome, summary.actor_id) == ("refused", each[0].actor_id)
        sign_in(sams_browser, rita)
        assert ask(sams_browser, lena, q="food").status_code == 200
        clock.shift(timedelta(minutes=1))
        assert ask(sams_browser, lena, q="food").status_code == 200
