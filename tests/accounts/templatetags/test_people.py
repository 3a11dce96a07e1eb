"""The rows of User Management: the answers that the policy would give about each person alone."""

from types import SimpleNamespace

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from accounts.models import User
from accounts.templatetags.people import OFFERS, is_offered, rows_for
from accounts.users.views import why_not
from tests.support.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(sam, rita, mona, lena, max_, ina, owner, copenhagen, norreport, aarhus):
    """Return people of every kind: two of each department, protected, deactivated, staff, and with each right."""
    for department in (copenhagen, norreport, aarhus, None):
        for more in ({}, {}, {"is_protected": True}, {"is_active": False}, {"is_staff": True}):
            UserFactory(department=department, **more)
        for group in Group.objects.all():
            UserFactory(department=department).groups.add(group)
    return list(User.objects.with_standing())


@pytest.mark.parametrize("assumed_session", [None, object()])
@pytest.mark.parametrize("who", ["sam", "rita", "mona", "owner", "lena"])
def test_rows_say_what_the_policy_says_about_each_person(request, people, who, assumed_session):
    actor = User.objects.get(pk=request.getfixturevalue(who).pk)
    asked = SimpleNamespace(user=actor, assumed_session=assumed_session)
    rows = list(rows_for(people, asked))
    assert [row.person for row in rows] == people
    for row in rows:
        person = User.objects.get(pk=row.person.pk)
        assert row.refusal == why_not(asked, person)
        assert row.login_as == reverse("login_as", args=[person.pk])
        expected = [(person.get_absolute_url(), "View profile", "see")]
        expected += [
            (reverse(offer.address_name, args=[person.pk]), str(offer.label), offer.verb)
            for offer in OFFERS
            if is_offered(offer.verb, actor, person) and (offer.verb == "check_access" or not assumed_session)
        ]
        assert row.menu + row.danger == expected
        assert {entry.verb for entry in row.danger} <= {"change_status"}


def test_oneself_is_asked_about_apart_from_people_with_the_same_facts(sam):
    twin = UserFactory(department=sam.department)
    twin.groups.set(sam.groups.all())
    both = User.objects.with_standing().filter(pk__in=[sam.pk, twin.pk]).order_by("pk")
    rows = list(rows_for(both, SimpleNamespace(user=User.objects.get(pk=sam.pk), assumed_session=None)))
    assert [str(row.refusal) for row in rows] == ["self", "None"]
