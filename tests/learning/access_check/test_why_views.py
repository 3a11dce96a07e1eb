"""The front door of the access check: two words lead to the page that answers."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.support.access_check import FROM_OUR_PAGE, item_name, words
from tests.support.assumed import data_queries, events, log_in_as, sign_in
from tests.support.factories import UserFactory, permission_type
from tests.support.learning_factories import make_document, make_event, make_module

pytestmark = pytest.mark.django_db


def why(client, **query):
    return client.get(reverse("why"), query, headers=FROM_OUR_PAGE)


@pytest.fixture
def night(copenhagen):
    return make_event("Latte art night", {"department": copenhagen})


def test_max_and_latte_lead_sam_to_the_answer_which_alone_is_on_record(client, sam, max_, night):
    sign_in(client, sam)
    response = why(client, person="max", item="latte")
    assert response.url == f"{reverse('user_access', args=[max_.pk])}?item={item_name(night)}"
    assert events("access.checked") == []
    answer = client.get(reverse("why"), {"person": "max", "item": "latte"}, headers=FROM_OUR_PAGE, follow=True)
    assert "Max Kjær doesn't see it." in words(answer)
    assert len(events("access.checked")) == 1


def test_a_person_alone_leads_to_everything_that_is_hidden_from_them(client, sam, max_):
    sign_in(client, sam)
    assert why(client, person="max").url == reverse("user_access", args=[max_.pk])


def test_of_several_sam_chooses_and_is_asked_nothing_twice(client, sam, max_, night, aarhus):
    other = UserFactory(first_name="Max", last_name="Bruun", email="mb@harbour.example", department=aarhus)
    make_module("Latte for beginners")
    sign_in(client, sam)
    response = why(client, person="max", item="latte")
    assert response.status_code == 200
    assert [person.pk for person in response.context["people"]] == [other.pk, max_.pk]
    assert [item.title for item in response.context["items"]] == ["Latte art night", "Latte for beginners"]
    chosen = why(client, person="max", item="latte", of=max_.pk, about=item_name(night))
    assert chosen.url == f"{reverse('user_access', args=[max_.pk])}?item={item_name(night)}"


def test_who_or_what_is_not_found_is_said_with_what_to_do(client, sam, max_):
    sign_in(client, sam)
    assert "“zzz” matches nobody whose access you may check." in words(why(client, person="zzz", item="latte"))
    assert "Nothing that is published matches “zzz”." in words(why(client, person="max", item="zzz"))
    assert "Name a person." in words(why(client))


def test_nobody_out_of_scope_and_no_draft_is_found(client, rita, sam, max_, lena, night):
    make_document("Latte secret", is_published=False)
    sign_in(client, rita)
    assert "matches nobody whose access you may check" in words(why(client, person="max", item="latte"))
    assert why(client, person="lena", of=max_.pk).context["people"] == []
    sign_in(client, sam)
    assert why(client, person="max", item="secret").context["items"] == []
    assert why(client, person="max", item="latte", about="document-1").context["items"] == []


def test_a_chosen_number_that_is_none_finds_nobody(client, sam, max_, night):
    sign_in(client, sam)
    for number in ("99999999", "9" * 40, "²"):
        assert why(client, person="zzz", of=number).context["people"] == []


@pytest.mark.parametrize("who", ["lena", "mona", "carl", "audrey"])
def test_who_may_check_nobody_has_no_front_door(client, request, who):
    sign_in(client, request.getfixturevalue(who))
    assert why(client, person="max").status_code == 404


def test_in_an_assumed_session_it_is_closed(client, sam, lena):
    log_in_as(client, sam, lena)
    assert why(client, person="max").status_code == 403


def test_the_rights_have_to_meet_at_the_person(client, chris, max_, aarhus):
    chris.groups.add(permission_type("Checks", "check_access"))
    sign_in(client, chris)
    assert why(client, person="max").status_code == 404


def test_the_number_of_queries_is_the_same_for_many(client, sam, max_, night):
    def counted():
        with CaptureQueriesContext(connection) as captured:
            assert why(client, person="jensen", item="latte").status_code == 200
        return len(data_queries(captured))

    sign_in(client, sam)
    for _number in range(2):
        UserFactory()
    why(client, person="jensen", item="latte")
    few = counted()
    for number in range(20):
        UserFactory()
        make_module(f"Latte {number}")
    # Titles are compared here, so those of each kind are read twice: of what sam knows, and of drafts.
    assert (few, counted()) == (10, 10)
