"""My team: who needs help comes first."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from learning.team import team_views
from tests.support.access_check import words
from tests.support.assumed import data_queries, log_in_as, sign_in
from tests.support.factories import DepartmentFactory, UserFactory, permission_type
from tests.support.learning_factories import make_module

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def team(client, **query):
    return client.get(reverse("team"), query)


def named(response):
    return [member.user.first_name for member in response.context["page"]]


@pytest.fixture
def late(db):
    return make_module("Food safety basics", {"is_everyone": True, "due_at": timezone.now() - DAY})


def test_who_is_overdue_comes_first_then_who_has_not_begun(client, nora, lena, norreport, late):
    anna = UserFactory(first_name="Anna", department=norreport)
    bo = UserFactory(first_name="Bo", department=norreport)
    other = make_module("Welcome")
    late.submit_for(anna)
    late.submit_for(bo)
    other.submit_for(bo)
    sign_in(client, nora)
    response = team(client)
    assert named(response) == ["Lena", "Anna", "Bo"]
    assert [(str(label), number) for _name, label, number in response.context["filters"]] == [
        ("Everybody", 3), ("Need help", 1), ("Not started", 1), ("All done", 1),
    ]  # fmt: skip
    said = words(response)
    assert "Food safety basics" in said
    assert "Not started" in said
    assert "2 of 2" in said
    assert named(team(client, show="late")) == ["Lena"]
    assert named(team(client, show="not_begun")) == ["Lena"]
    assert named(team(client, show="done")) == ["Bo"]
    assert named(team(client, show="nonsense")) == ["Lena", "Anna", "Bo"]


def test_nora_is_not_in_her_team_nor_is_who_is_deactivated_or_elsewhere(client, nora, lena, max_, norreport):
    UserFactory(first_name="Gone", department=norreport, is_active=False)
    sign_in(client, nora)
    assert named(team(client)) == ["Lena"]
    User.objects.filter(pk=lena.pk).update(department=max_.department)
    response = team(client)
    assert response.context["count"] == 0
    assert "Nobody else is in these departments." in words(response)


def test_a_manager_who_moved_keeps_what_the_type_reaches_and_loses_it_with_the_type(client, nora, lena, aarhus):
    User.objects.filter(pk=nora.pk).update(department=aarhus)
    sign_in(client, nora)
    assert named(team(client)) == ["Lena"]
    nora.groups.clear()
    assert team(client).status_code == 404


def test_a_department_of_the_team_is_chosen_and_another_one_means_nothing(client, owner, lena, max_, norreport, aarhus):
    sign_in(client, owner)
    assert named(team(client, department=norreport.pk)) == ["Lena"]
    assert named(team(client, department=aarhus.pk)) == ["Max"]
    assert sorted(named(team(client, department=99999))) == ["Lena", "Max"]


def test_of_the_departments_only_those_of_both_rights_are_offered(client, nora, norreport, aarhus, lena):
    nora.groups.add(permission_type("Sees Aarhus", "see_people", departments=[aarhus]))
    below = DepartmentFactory(name="Kiosk", parent=norreport)
    sign_in(client, nora)
    offered = team(client).context["form"].fields["department"].rows
    assert {row.pk for row in offered.values()} == {norreport.pk, below.pk}


def test_a_team_too_large_for_one_page_is_asked_for_its_department(client, owner, lena, max_, norreport, monkeypatch):
    monkeypatch.setattr(team_views, "MOST", 1)
    sign_in(client, owner)
    response = team(client)
    assert "page" not in response.context
    assert "2 people are too many for one page: it compares at most 1." in words(response)
    assert named(team(client, department=norreport.pk)) == ["Lena"]


@pytest.mark.parametrize("who", ["lena", "mona", "chris", "carl", "audrey"])
def test_who_may_not_see_progress_by_name_has_no_team(client, request, who, company):
    person = request.getfixturevalue(who)
    sign_in(client, person)
    assert team(client).status_code == 404
    assert f'href="{reverse("team")}"' not in client.get(reverse("dashboard")).content.decode()


def test_the_navigation_leads_nora_to_her_team_and_an_assumed_session_is_closed(client, sam, nora, lena):
    sign_in(client, nora)
    assert f'href="{reverse("team")}"' in client.get(reverse("dashboard")).content.decode()
    sam.groups.add(permission_type("Progress", "see_progress"))
    log_in_as(client, sam, nora)
    assert team(client).status_code == 403
    assert f'href="{reverse("team")}"' not in client.get(reverse("dashboard")).content.decode()


def test_a_module_for_others_is_none_of_a_member(client, nora, lena, aarhus, late):
    make_module("For Aarhus", {"department": aarhus})
    make_module("Draft", is_published=False)
    sign_in(client, nora)
    [member] = team(client).context["page"]
    assert [module.title for module in member.modules] == ["Food safety basics"]


def test_nothing_overdue_is_said_kindly(client, nora, lena):
    sign_in(client, nora)
    assert "Nobody needs help right now." in words(team(client, show="late"))


def test_the_number_of_queries_does_not_grow_with_the_team(client, nora, lena, norreport, late):
    def counted():
        with CaptureQueriesContext(connection) as captured:
            assert team(client).status_code == 200
        return len(data_queries(captured))

    sign_in(client, nora)
    team(client)
    few = counted()
    for number in range(30):
        UserFactory(first_name=f"Barista{number}", department=norreport)
        make_module(f"Module {number}")
    assert (few, counted()) == (13, 13)
