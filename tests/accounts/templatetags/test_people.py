"""The rows of User Management: the answers that the policy would give about each person alone."""

from types import SimpleNamespace

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from accounts.models import User
from accounts.templatetags.people import (
    CHANGE,
    DANGER,
    LIST,
    LOOK,
    OFFERS,
    breakable,
    is_offered,
    person_menu,
    rows_for,
)
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
        expected = [
            (reverse(offer.address_name, args=[person.pk]), str(offer.label), offer.verb, offer.sends)
            for offer in OFFERS
            if LIST in offer.on and is_offered(offer, actor, person) and (offer.part == LOOK or not assumed_session)
        ]
        assert row.menu + row.danger == expected
        assert {entry.verb for entry in row.danger} <= {"change_status"}


@pytest.mark.parametrize("assumed_session", [None, object()])
@pytest.mark.parametrize("who", ["sam", "rita", "mona", "owner", "lena"])
def test_the_page_of_a_person_offers_what_their_row_does_and_more(request, people, who, assumed_session):
    actor = User.objects.get(pk=request.getfixturevalue(who).pk)
    asked = SimpleNamespace(user=actor, assumed_session=assumed_session)
    for row in rows_for(people, asked):
        menu = person_menu({"request": asked}, User.objects.get(pk=row.person.pk))
        more = dict(menu.more)
        there = {entry for part in (menu.main, menu.edit, *more.values()) for entry in map(tuple_of, part)}
        assert {tuple_of(entry) for entry in row.menu + row.danger if entry.label != "View profile"} <= there
        assert [entry.verb for entry in more.get(DANGER, [])] == [entry.verb for entry in row.danger]
        assert len(menu.edit) <= 1
        assert len(menu.main) <= 1
        assert not menu.main or row.refusal, "one main action, and it is not Login as User"
        if assumed_session:
            assert (menu.main, menu.edit, list(more)) == ([], [], [LOOK])


def tuple_of(entry):
    return entry.address, entry.label


def test_the_parts_of_the_menu_of_a_person_stand_in_their_order(owner, ina, lena):
    User.objects.filter(pk=lena.pk).update(last_login=None)
    asked = SimpleNamespace(user=User.objects.get(pk=owner.pk), assumed_session=None)

    def labels(person):
        menu = person_menu({"request": asked}, User.objects.get(pk=person.pk))
        return {part: [entry.label for entry in entries] for part, entries in menu.more}, [
            entry.label for entry in menu.main
        ]

    look = ["Check access", "Who can log in as this person?", "Accounts that this person can open"]
    more, main = labels(lena)
    assert list(more) == [LOOK, CHANGE, DANGER]
    assert more == {
        LOOK: look,
        CHANGE: ["Permission types", "Send an invitation", "Protect this account"],
        DANGER: ["Deactivate…"],
    }
    assert main == []
    User.objects.filter(pk=lena.pk).update(is_protected=True)
    assert labels(lena)[0][CHANGE] == ["Permission types", "Send an invitation", "Lift the protection"]
    more, main = labels(ina)
    assert more == {LOOK: look, CHANGE: ["Permission types", "Protect this account"]}
    assert main == ["Reactivate"]


def test_only_links_are_in_the_menus_of_a_list():
    """A form in each row would be most of the list's weight."""
    assert all(offer.sends is None for offer in OFFERS if LIST in offer.on)


def test_a_long_address_breaks_before_its_signs_and_stays_text():
    assert breakable("lena@harbour.example") == "lena@harbour.example"
    assert breakable("maximilian@copenhagen.harbour.example") == (
        "maximilian<wbr>@copenhagen<wbr>.harbour<wbr>.example"
    )
    assert breakable('"<b>somebody long</b>"@harbour.example') == (
        "&quot;&lt;b&gt;somebody long&lt;/b&gt;&quot;<wbr>@harbour<wbr>.example"
    )


def test_oneself_is_asked_about_apart_from_people_with_the_same_facts(sam):
    twin = UserFactory(department=sam.department)
    twin.groups.set(sam.groups.all())
    both = User.objects.with_standing().filter(pk__in=[sam.pk, twin.pk]).order_by("pk")
    rows = list(rows_for(both, SimpleNamespace(user=User.objects.get(pk=sam.pk), assumed_session=None)))
    assert [str(row.refusal) for row in rows] == ["self", "None"]
