"""The tabs of a person, and the one of what happened to them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.users import activity
from audit import log
from audit.kinds import Kind
from tests.support.access_check import words
from tests.support.assumed import data_queries, log_in_as, sign_in
from tests.support.factories import permission_type

pytestmark = pytest.mark.django_db


def activity_of(client, person, **query):
    return client.get(reverse("user_activity", args=[person.pk]), query)


def record(kind, actor, target):
    with log.recording():
        log.record(kind, actor=actor.as_person(), target=target.as_person(), detail={"note": "a secret detail"})


def labels(response):
    return [tab["label"] for tab in response.context["tabs"]] if "tabs" in response.context else []


def test_each_tab_is_a_page_with_an_address_and_says_where_one_is(client, nora, lena):
    sign_in(client, nora)
    names = {"user_detail": "Overview", "user_learning": "Learning", "user_account_access": "Access"}
    for name, label in (names | {"user_activity": "Activity"}).items():
        page = client.get(reverse(name, args=[lena.pk])).content.decode()
        assert f'<a href="{reverse(name, args=[lena.pk])}" aria-current="page">{label}</a>' in page
        for other in names:
            assert reverse(other, args=[lena.pk]) in page


def test_a_tab_that_is_closed_to_the_reader_is_not_offered(client, mona, lena):
    sign_in(client, mona)
    page = client.get(lena.get_absolute_url()).content.decode()
    assert reverse("user_learning", args=[lena.pk]) not in page
    assert reverse("user_activity", args=[lena.pk]) in page


def test_the_owner_reads_what_everybody_did_and_opens_the_event(client, owner, sam, lena):
    record(Kind.ACCESS_CHECKED, sam, lena)
    record(Kind.USER_CHANGED, owner, lena)
    sign_in(client, owner)
    response = activity_of(client, lena)
    assert [(act.what, act.who) for act in response.context["acts"]] == [
        ("Person edited", "You"), ("Access checked", "Sam Okafor"),
    ]  # fmt: skip
    assert "/admin/audit/auditevent/" in response.content.decode()
    assert "secret detail" not in response.content.decode()


def test_who_does_not_read_the_log_reads_what_they_did_themselves(client, sam, mona, lena):
    record(Kind.ACCESS_CHECKED, sam, lena)
    record(Kind.USER_CHANGED, mona, lena)
    sign_in(client, sam)
    response = activity_of(client, lena)
    assert [(act.what, act.who) for act in response.context["acts"]] == [("Access checked", "You")]
    assert "Mona" not in response.content.decode()
    assert "/admin/" not in response.content.decode().partition("<main")[2]
    assert "Auditors see what everybody did." in words(response)


def test_a_right_to_read_the_log_shows_nobody_that_one_may_not_see(client, audrey, lena):
    sign_in(client, audrey)
    assert activity_of(client, lena).status_code == 404


def test_older_pages_follow_and_the_first_says_if_there_is_nothing(client, owner, lena, monkeypatch):
    monkeypatch.setattr(activity, "PER_PAGE", 2)
    sign_in(client, owner)
    assert "Nothing is recorded about Lena Sørensen yet." in words(activity_of(client, lena))
    for _time in range(3):
        record(Kind.USER_CHANGED, owner, lena)
    first = activity_of(client, lena)
    second = activity_of(client, lena, before=first.context["older"])
    assert [len(each.context["acts"]) for each in (first, second)] == [2, 1]
    assert second.context["older"] is None
    assert "Nothing older is recorded." in words(activity_of(client, lena, before=1))
    assert len(activity_of(client, lena, before="²nonsense").context["acts"]) == 2


def test_in_an_assumed_session_the_tabs_are_gone_and_the_pages_closed(client, sam, nora, lena):
    sam.groups.add(permission_type("Progress", "see_progress"))
    log_in_as(client, sam, nora)
    page = client.get(lena.get_absolute_url())
    assert page.status_code == 200
    assert reverse("user_activity", args=[lena.pk]) not in page.content.decode()
    assert activity_of(client, lena).status_code == 403


def test_the_number_of_queries_does_not_grow(client, owner, sam, lena):
    def counted():
        with CaptureQueriesContext(connection) as captured:
            assert activity_of(client, lena).status_code == 200
        return len(data_queries(captured))

    sign_in(client, owner)
    record(Kind.USER_CHANGED, sam, lena)
    activity_of(client, lena)
    few = counted()
    for _time in range(5):
        record(Kind.USER_CHANGED, sam, lena)
    assert (few, counted()) == (5, 5)
