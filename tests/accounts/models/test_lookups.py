"""The lookup for long lists of values finds what `in` finds."""

import pytest

from accounts.models import User
from tests.support.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("names", [[], ["Ann"], ["Ann", "Bo", None], ["nobody"], ["{a,b}", 'qu"ote', "Ann"]])
def test_among_finds_what_in_finds(names):
    for number, name in enumerate(("Ann", "Bo", "{a,b}", 'qu"ote')):
        UserFactory(first_name=name, email=f"p{number}@harbour.example")
    found = User.objects.filter(first_name__among=names).order_by("pk")
    assert list(found) == list(User.objects.filter(first_name__in=names).order_by("pk"))


def test_among_takes_primary_keys():
    people = [UserFactory() for _number in range(3)]
    keys = [person.pk for person in people[:2]]
    assert sorted(User.objects.filter(pk__among=keys).values_list("pk", flat=True)) == sorted(keys)
    assert User.objects.exclude(pk__among=keys).get() == people[2]
