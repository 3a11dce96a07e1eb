"""Selections: evaluated on the server, within what the actor sees, whatever the browser sends."""

import pytest
from django.http import QueryDict

from accounts.users.bulk.selection import MOST_NAMED, Selection
from tests.support.bulk import crowd
from tests.support.factories import permission_type

pytestmark = pytest.mark.django_db


def names(actor, query):
    return sorted(person.first_name for person in Selection(QueryDict(query), actor=actor).users())


def test_ticked_people_of_a_page_and_all_that_match(rita, norreport, aarhus):
    people = crowd(3, norreport)
    away = crowd(1, aarhus, first="Away")
    first, second, third = (person.pk for person in people)
    assert names(rita, f"who=ticked&person={first}&person={third}&person={away[0].pk}") == ["Guest0", "Guest2"]
    assert names(rita, f"person={first}&q=nobody") == ["Guest0"], "ticked people count whatever was searched since"
    assert names(rita, f"who=page&shown={first},{second}&person={third}") == ["Guest0", "Guest1"]
    assert names(rita, "who=all&q=guest1") == ["Guest1"]
    assert names(rita, "who=all") == ["Guest0", "Guest1", "Guest2", "Rita"]
    assert names(rita, f"who=all&department={norreport.pk}") == ["Guest0", "Guest1", "Guest2"]


@pytest.mark.parametrize("query", ["", "who=ticked", "who=page&shown=", "who=nobody&person=1", "who=page&shown=a,-1,²"])
def test_a_query_string_without_people_selects_nobody(owner, query):
    assert names(owner, query) == []


def test_hostile_numbers_are_ignored(owner, lena):
    assert names(owner, f"person={'9' * 400}&person=x&person=1%00&person=-1&person={lena.pk}") == ["Lena"]


def test_a_long_list_of_ids_is_cut(owner, norreport):
    people = crowd(MOST_NAMED + 5, norreport)
    query = "who=page&shown=" + ",".join(str(person.pk) for person in people)
    assert len(names(owner, query)) == MOST_NAMED


def test_only_what_the_selection_needs_is_kept(owner):
    kept = Selection(QueryDict("who=all&q=a&status=active&sort=email&after=5&person=1&shown=1,2&x=y"), actor=owner)
    assert kept.kept() == "who=all&q=a&status=active"
    assert (
        Selection(QueryDict("who=ticked&q=a&person=1&person=2"), actor=owner).kept() == "who=ticked&person=1&person=2"
    )
    assert Selection(QueryDict("who=page&q=a&shown=1,2"), actor=owner).kept() == "who=page&shown=1%2C2"


def test_a_selection_is_said_in_words(owner, norreport):
    said = {
        query: Selection(QueryDict(query), actor=owner).said()
        for query in ("who=all", f"who=all&q=an&department={norreport.pk}", "person=1", "who=page&shown=1")
    }
    assert list(said.values()) == [
        "All people you can see",
        "All people who match “an, Nørreport”",
        "The people you ticked",
        "The people of the page",
    ]


def test_a_filter_that_means_nothing_selects_nobody_instead_of_everybody(rita, norreport, aarhus):
    crowd(2, norreport)
    held = permission_type("Temporary", "see_people")
    for query in (f"department={aarhus.pk}", "department=999999", f"type={held.pk}", "status=x", "id=x", "q=%00"):
        assert names(rita, f"who=all&{query}") == [], query
    assert len(names(rita, "who=all")) == 3
