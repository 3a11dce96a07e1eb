"""No search of the platform fails, whatever is typed into it."""

import pytest
from django.contrib import admin
from django.urls import reverse

from accounts.models import User
from audit.search_words import MOST_CHARACTERS, MOST_WORDS, search_words
from learning.models import Module
from tests.support.access_check import FROM_OUR_PAGE
from tests.support.assumed import sign_in
from tests.support.learning_factories import make_module

pytestmark = pytest.mark.django_db
TYPED = {
    "1,500 words": " ".join(f"word{number}" for number in range(1500)),
    "1,500 short words": " ".join(["a b"] * 750),
    "a word of 100 kB": "x" * 100_000,
    "NUL": "a\0b \0",
    "quotes": "\"one 'two \" ''' \"",
    "backslashes": "\\ \\\\ a\\ \\% %_",
    "many numbers": " ".join(f"#{number}" for number in range(1500)),
}
OURS = (
    "user_list", "who_can_log_in", "log_in_as_whom", "module_list", "event_list", "document_list", "user_access",
    "team_modules", "help_index",
)  # fmt: skip


def searches(person):
    """Every page with a search box: our own, and the list of every model that the administration shows."""
    for name in OURS:
        takes = [person.pk] if name in ("log_in_as_whom", "who_can_log_in", "user_access") else []
        yield reverse(name, args=takes)
    for model in admin.site._registry:
        yield reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


@pytest.mark.parametrize("what", TYPED)
def test_every_search_takes_whatever_is_typed(client, owner, lena, what, catalogue):
    sign_in(client, owner)
    answers = {
        address: client.get(address, {"q": TYPED[what]}, headers=FROM_OUR_PAGE, follow=True).status_code
        for address in searches(lena)
    }
    assert len(answers) >= 12
    assert answers == dict.fromkeys(answers, 200)


def test_words_are_capped_in_number_and_length():
    assert search_words(TYPED["1,500 words"]) == [f"word{number}" for number in range(MOST_WORDS)]
    assert search_words(TYPED["a word of 100 kB"]) == ["x" * MOST_CHARACTERS]
    assert search_words(" a\0b  c ") == ["ab", "c"]


def test_the_administration_still_finds_each_word(client, owner):
    for title in ("Food safety basics", "Food for thought", "Safety first"):
        make_module(title)
    sign_in(client, owner)
    response = client.get(reverse("admin:learning_module_changelist"), {"q": "food safety"})
    assert [module.title for module in response.context["cl"].result_list] == ["Food safety basics"]
    assert Module.objects.count() == 3


@pytest.fixture
def numbered(lena, max_, ina):
    """Give people HR identifiers, one of them with a space."""
    for person, identifier in ((lena, "HC-104"), (max_, "7"), (ina, "hc 200")):
        User.objects.filter(pk=person.pk).update(external_id=identifier)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("HC-104", ["Lena"]), ("hc-104", ["Lena"]), (" HC-104 ", ["Lena"]), ("HC 200", ["Ina"]), ("7", ["Max"]),
        ("HC-10", []), ("HC", []), ("HC-104 x", []), ("%", []), ("lena", ["Lena"]), ("HC-1_4", []),
    ],
)  # fmt: skip
def test_an_identifier_is_found_whole_in_capitals_or_not(numbered, text, found):
    assert [person.first_name for person in User.objects.matching(text)] == found


@pytest.mark.parametrize("text", ["an", "xu", "a", "é"])
def test_one_or_two_letters_ask_for_no_identifier(text):
    assert "external_id" not in str(User.objects.matching(text).only("pk").query).partition("WHERE")[2]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("MAX@harbour.example", ["Max"]), ("hc-104", ["Lena"]), ("Hc 200", ["Ina"]), ("max", []), ("", []),
        ("HC-104\0", []), ("x" * 301, []), ("9" * 100, []), ("٧", []),
    ],
)  # fmt: skip
def test_a_person_is_named_exactly(numbered, text, found):
    assert [person.first_name for person in User.objects.named_exactly(text)] == found


def test_an_id_names_a_person(lena):
    assert list(User.objects.named_exactly(str(lena.pk))) == [lena]
