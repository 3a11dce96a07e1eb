"""The number in the form of Login as User: items that are hidden from the person, for people who may check access."""

import pytest
from django.urls import reverse

from learning.access_check.access import hidden_count
from tests.support.assumed import sign_in
from tests.support.factories import permission_type
from tests.support.learning_factories import make_document, make_event, make_module

pytestmark = pytest.mark.django_db
OFFER = "You may not need to log in:"


@pytest.fixture
def items(max_):
    elsewhere = {"department": max_.department}
    make_module("For everybody")
    make_module("For Aarhus", elsewhere)
    make_event("For Aarhus", elsewhere)
    make_document("For Aarhus", elsewhere)
    make_module("A draft", elsewhere, is_published=False)


def form_of(client, lena):
    return " ".join(client.get(reverse("login_as", args=[lena.pk])).content.decode().split())


def test_published_items_that_are_hidden_are_counted_in_one_query(
    sam, carl, lena, max_, items, django_assert_num_queries
):
    hidden_count(sam, lena)  # reads the rights of both
    with django_assert_num_queries(1):
        assert hidden_count(sam, lena) == 3
    assert hidden_count(sam, max_) == 0
    assert hidden_count(carl, lena) == 3, "a draft, which its author knows, is hidden from everybody"


def test_the_form_says_how_many_and_leads_to_the_access_check(client, sam, lena, items):
    sign_in(client, sam)
    text = form_of(client, lena)
    assert f"{OFFER} 3 items are hidden from <bdi>Lena</bdi>." in text
    assert reverse("user_access", args=[lena.pk]) in text


def test_nothing_is_said_if_nothing_is_hidden(client, sam, lena):
    sign_in(client, sam)
    assert OFFER not in form_of(client, lena)


def test_nothing_is_counted_for_somebody_who_may_not_check_access(client, mona, carl, lena, items):
    mona.groups.set([permission_type("Lookers", "see_people", "look_only_on_behalf"), *carl.groups.all()])
    assert hidden_count(mona, lena) == 3
    sign_in(client, mona)
    text = form_of(client, lena)
    assert "Look only" in text
    assert OFFER not in text
