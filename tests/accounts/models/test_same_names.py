"""Names without regard to capitals and accents, as both databases compare them."""

from importlib import import_module

import pytest
from django.db import connection
from django.db.models import Value

from accounts.models import User
from accounts.models.same_names import LETTERS, PAIRS, PLAIN_NAME, Plain, is_called, plain
from tests.support.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Søren", "Ågård"), ("soren", "AGARD")),
        (("Ægir", "Weiß"), ("Aegir", "WEISS")),
        (("José", "Núñez"), ("Jose", "Nunez")),
        (("Łukasz", "Żółć"), ("lukasz", "zolc")),
    ],
)
def test_the_same_name_in_other_letters(one, other):
    user = UserFactory(first_name=one[0], last_name=one[1], email="one@harbour.example")
    assert list(User.objects.filter(is_called(*other))) == [user]
    assert list(User.objects.filter(is_called(*one))) == [user]


def test_another_name_is_another():
    UserFactory(first_name="Søren", last_name="Ågård", email="one@harbour.example")
    assert not User.objects.filter(is_called("Sören", "Agar")).exists()
    assert not User.objects.filter(is_called("Agard", "Soren")).exists()


def test_both_databases_spell_each_letter_alike(company):
    letters = LETTERS + "".join(PAIRS) + "".join(LETTERS).lower().replace("i̇", "") + "æœßþ 'x’-.中"
    stored = User.objects.create_user("one@harbour.example", first_name="One")
    spelled = User.objects.filter(pk=stored.pk).values_list(Plain(Value(letters)), flat=True).get()
    assert spelled == plain(letters)
    assert set(plain(LETTERS)) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def test_the_index_spells_a_name_as_the_search_does():
    migration = import_module("accounts.migrations.0020_account_state")
    assert migration.PLAIN_NAME == PLAIN_NAME


@pytest.mark.postgresql
def test_the_index_is_there():
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'user_by_plain_name'")
        assert "translate(" in cursor.fetchone()[0]
