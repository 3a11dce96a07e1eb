"""Search by folded names: however a name is typed or stored, whatever stored it."""

import unicodedata
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.models import Value
from django.urls import reverse

from accounts.models import JobProfile, User
from accounts.models.folding import fold_missing, folded, readings
from accounts.user_import.applying.apply import store
from accounts.user_import.planning.plan import Update
from tests.support.assumed import sign_in
from tests.support.factories import UserFactory

pytestmark = pytest.mark.django_db
MIGRATION = import_module("accounts.migrations.0030_folded_names")


def found(text):
    return [f"{user.first_name} {user.last_name}" for user in User.objects.matching(text)]


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("Lena Sørensen", "lena sorensen soerensen"), ("Max Kjær", "max kjaer"),
        ("Jörg Müller", "jorg muller joerg mueller"),
        ("Åse Ångström", "ase angstrom aase aangstroem"), ("Groß", "gross"), ("GROẞ", "gross"),
        ("İlker Işık", "ilker isik"),
        ("Łukasz Đặng", "lukasz dang"), ("Þóra O’Neil", "thora o'neil"), ("Ελένη", "ελενη"), ("Семён", "семен"),
        ("王 Wu", "王 wu"), ("", ""),
    ],
)  # fmt: skip
def test_a_name_is_folded_to_plain_letters(name, stored):
    assert folded(name) == folded(unicodedata.normalize("NFD", name)) == folded(name.upper()) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "sorensen",
        "soerensen",
        "SØRENSEN",
        "Sørensen",
        "SORENSEN",
        unicodedata.normalize("NFD", "Sørensén"),
        "rens",
        "lena so",
    ],
)
def test_a_person_is_found_however_the_name_is_typed(lena, max_, typed):
    assert found(typed) == ["Lena Sørensen"]


@pytest.mark.parametrize("typed", ["muller", "mueller", "Müller", "MÜLLER", unicodedata.normalize("NFD", "müller")])
def test_a_letter_written_as_one_or_two_is_found_either_way(company, typed):
    for number, name in enumerate(("Müller", "Mueller", "Møller")):
        UserFactory(first_name=str(number), last_name=name, email=f"{number}@x.example", department=company)
    expected = {"muller": ["0 Müller"], "mueller": ["0 Müller", "1 Mueller"]}.get(typed, ["0 Müller", "1 Mueller"])
    assert found(typed) == expected


def test_a_mark_alone_finds_nobody(lena):
    assert found("\u0301") == []
    assert found("lena \u0301") == []


def test_short_words_are_folded_too(company):
    UserFactory(first_name="Bø", last_name="Qü", email="b@x.example", department=company)
    assert found("bo") == found("qu") == found("bø") == found("q") == ["Bø Qü"]


def changes(user):
    """Yield ways in which the platform stores another name, each with the name."""

    def save(name):
        user.last_name = name
        user.save()

    def save_one_field(name):
        user.last_name = name
        user.save(update_fields=["last_name"])

    def save_few_columns(name):
        few = User.objects.only("last_name", "email").get(pk=user.pk)
        few.last_name = name
        few.save()

    def bulk(name):
        user.last_name = name
        User.objects.bulk_update([user], ["last_name"])

    def update(name):
        User.objects.filter(pk=user.pk).update(last_name=name)

    def imported(name):
        store([Update(user.pk, 1, "Lena", {"last_name": (user.last_name, name)})], {user.pk: user}, {})

    return {each.__name__: each for each in (save, save_one_field, save_few_columns, bulk, update, imported)}


@pytest.mark.parametrize("way", ["save", "save_one_field", "save_few_columns", "bulk", "update", "imported"])
def test_whatever_changes_a_name_keeps_the_search_right(lena, way):
    changes(lena)[way]("Bæk")
    assert found("sorensen") == []
    assert found("Bæk") == ["Lena Bæk"]
    fold_missing(User.objects.all())
    assert found("baek") == ["Lena Bæk"]
    assert User.objects.get(pk=lena.pk).name_folded == "lena baek"


@pytest.mark.postgresql
def test_a_server_of_the_version_before_leaves_no_old_letters(lena):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_user SET first_name = first_name, last_name = 'Bæk' WHERE id = %s", [lena.pk])
    assert found("sorensen") == []
    assert found("bæk") == ["Lena Bæk"]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_user SET last_login = now() WHERE id = %s", [lena.pk])
        cursor.execute("UPDATE accounts_user SET name_folded = 'x', last_name = 'X' WHERE id = %s", [lena.pk])
    assert User.objects.get(pk=lena.pk).name_folded == "x"


def test_who_has_no_folded_name_yet_is_found_as_before_until_the_sweep(lena, max_):
    User.objects.update(name_folded=None)
    assert found("Lena sør") == found("lena@harbour") == ["Lena Sørensen"]
    assert found("sorensen") == []
    call_command("sweep", verbosity=0)
    assert found("sorensen") == ["Lena Sørensen"]
    assert not User.objects.filter(name_folded=None).exists()


def test_the_migration_folds_everybody_and_stores_nfc(lena, max_, monkeypatch):
    apart = unicodedata.normalize("NFD", "Andrée")
    User.objects.filter(pk=max_.pk).update(first_name=Value(apart), name_folded=None, external_id=Value(apart))
    JobProfile.objects.create(name="Andrée")
    other = JobProfile.objects.create(name="B")
    JobProfile.objects.filter(pk=other.pk).update(name=Value(apart))
    User.objects.filter(pk=lena.pk).update(name_folded=None)
    monkeypatch.setattr(MIGRATION, "BATCH", 1)
    editor = SimpleNamespace(connection=connection)
    MIGRATION.fold_names(apps, editor)
    MIGRATION.normalise_other_names(apps, editor)
    max_.refresh_from_db()
    assert (max_.first_name, max_.external_id) == ("Andrée", "Andrée")
    assert not User.objects.filter(name_folded=None).exists()
    assert found("sorensen") == ["Lena Sørensen"]
    other.refresh_from_db()
    assert other.name == apart, "the name is taken, so it stays"


def test_names_are_stored_and_looked_up_in_nfc(company):
    apart = unicodedata.normalize("NFD", "Andrée")
    user = User(first_name=apart, last_name=apart, email="a@x.example")
    user.save()
    assert user.first_name == "Andrée", "what is written without the ORM's fields, as by an import, too"
    User.objects.bulk_create([User(first_name=apart, email="b@x.example")])
    assert set(User.objects.values_list("first_name", flat=True)) == {"Andrée"}
    assert User.objects.filter(first_name=apart).count() == 2
    User.objects.update(last_name=apart)
    assert set(User.objects.values_list("last_name", flat=True)) == {"Andrée"}


def test_hidden_people_are_not_found_by_folded_letters(client, rita, lena, max_):
    sign_in(client, rita)
    listed = [person.pk for person in client.get(reverse("user_list"), {"q": "kjaer"}).context["page"]]
    assert listed == []
    assert [each.pk for each in client.get(reverse("user_list"), {"q": "sorensen"}).context["page"]] == [lena.pk]


def test_a_word_has_few_readings():
    assert readings("sørensen") == ["sorensen", "soerensen", "sørensen"]
    assert readings("lena") == ["lena"]
