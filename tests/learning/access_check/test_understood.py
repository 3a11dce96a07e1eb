"""A question in one sentence names a person and an item, and leads to the page that answers."""

import pytest
from django.urls import reverse

from learning.access_check.understood import understood
from tests.support.access_check import FROM_OUR_PAGE, item_name, words
from tests.support.assumed import events, log_in_as, sign_in
from tests.support.factories import UserFactory
from tests.support.learning_factories import make_document, make_event, make_module

pytestmark = pytest.mark.django_db


@pytest.fixture
def night(copenhagen):
    return make_event("Latte art night", {"department": copenhagen})


@pytest.mark.parametrize(
    "sentence",
    [
        "Why can't Max see Latte art night?",
        "why doesn't MAX find the latte art night",
        "Warum sieht Max Latte art night nicht?",
        "Max Latte",
    ],
)
def test_the_sentence_is_understood_in_any_grammar(sam, max_, lena, night, sentence):
    make_module("The art of seeing")
    [found] = understood(sam, sentence)
    assert (found.person, found.title) == (max_, "Latte art night")
    assert found.address == f"{reverse('user_access', args=[max_.pk])}?item={item_name(night)}"


def test_the_fuller_name_counts_and_of_equals_each_is_offered(sam, max_, night, aarhus):
    other = UserFactory(first_name="Max", last_name="Bruun", email="mb@harbour.example", department=aarhus)
    assert [found.person for found in understood(sam, "Why can't Max Bruun see Latte art night?")] == [other]
    assert [found.person for found in understood(sam, "Why can't Max see Latte art night?")] == [other, max_]


def test_nobody_out_of_scope_and_no_draft_is_understood(rita, sam, max_, lena, night):
    make_document("Latte secret", is_published=False)
    assert understood(rita, "Why can't Max see Latte art night?") == []
    assert understood(sam, "Why can't Max see the secret?") == []
    assert understood(sam, "Why?") == []
    assert understood(sam, "?!") == []


def test_the_help_offers_the_question_and_its_link_is_answered_and_on_record(client, sam, mona, max_, night):
    sign_in(client, sam)
    asked = {"q": "Why can't Max see Latte art night?"}
    page = client.get(reverse("help_index"), asked)
    assert "Why can't Max Kjær see “Latte art night”?" in words(page)
    assert events("access.checked") == []
    [found] = page.context["questions"]
    assert "Max Kjær doesn't see it." in words(client.get(found.address, headers=FROM_OUR_PAGE, follow=True))
    assert len(events("access.checked")) == 1
    sign_in(client, mona)
    assert client.get(reverse("help_index"), asked).context["questions"] == []


def test_in_an_assumed_session_no_question_is_offered(client, sam, rita, lena, night):
    log_in_as(client, sam, lena)
    assert client.get(reverse("help_index"), {"q": "Max Latte"}).context["questions"] == []


def test_it_takes_few_queries_however_many_match(sam, max_, night, aarhus, django_assert_num_queries):
    for number in range(5):
        make_module(f"Latte {number}")
        UserFactory(first_name="Max", last_name=f"No{number}", email=f"m{number}@harbour.example", department=aarhus)
    understood(sam, "Max Latte")
    with django_assert_num_queries(2):
        understood(sam, "Max Latte")


@pytest.mark.parametrize("sentence", ["Why can't Max Kjaer see Cafe noir?", "warum sieht KJÆR das café nicht"])
def test_names_and_titles_are_understood_in_plain_letters(sam, max_, copenhagen, sentence):
    make_event("Café noir", {"department": copenhagen})
    [found] = understood(sam, sentence)
    assert (found.person, found.title) == (max_, "Café noir")
