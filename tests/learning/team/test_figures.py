"""The figures of a list of modules: those of each module's own page, in a number of queries that stays the same."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from learning.models import EarlierSubmission, Status
from learning.team import module_views
from tests.support.access_check import words
from tests.support.assumed import data_queries, sign_in
from tests.support.factories import UserFactory, permission_type
from tests.support.learning_factories import add_interaction, make_module

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def modules(norreport, aarhus, lena, max_):
    """Return modules of each kind of audience, due or not, one of which waits for another."""
    now = timezone.now()
    food = make_module("Food safety", {"is_everyone": True, "due_at": now - DAY}, valid_for=300 * DAY, pass_mark=80)
    steam = make_module("Steam", {"department": norreport}, {"person": max_, "due_at": now - DAY}, excluded=[lena])
    swan = make_module("Swan", {"department": norreport, "due_at": now + DAY})
    swan.prerequisites.add(steam)
    step = add_interaction(food, "Clean hands")
    anna, bo = (UserFactory(first_name=name, department=norreport) for name in ("Anna", "Bo"))
    for user in (anna, bo, max_):
        food.keep_answers(user, {step: True})
    food.submit_for(anna)
    long_ago = {"started_at": now - 400 * DAY, "submitted_at": now - 400 * DAY, "tries_used": 1}
    EarlierSubmission.objects.create(user=lena, module=food, right_count=0, question_count=0, **long_ago)
    return [food, steam, swan]


def listed(client, **query):
    """Return the figures of each listed module as the context of the page has them."""
    return {module.title: figures for module, figures in client.get(reverse("team_modules"), query).context["rows"]}


def own_page(client, module):
    context = client.get(reverse("module_people", args=[module.pk])).context
    return context["assigned_count"], context["counts"], context["deadlines"]


@pytest.mark.parametrize("who", ["nora", "chris"])
def test_each_module_shows_the_figures_of_its_own_page(client, request, who, modules):
    sign_in(client, request.getfixturevalue(who))
    found = listed(client)
    assert list(found) == ["Food safety", "Steam", "Swan"]
    for module in modules:
        figures = found[module.title]
        assert (figures.assigned, figures.progress, figures.deadlines) == own_page(client, module)
    assert any(number for _status, number in found["Food safety"].deadlines)


def test_the_numbers_are_of_the_readers_team_and_lead_to_its_people(client, nora, modules):
    food, *_others = modules
    sign_in(client, nora)
    assert listed(client)["Food safety"].in_short == [(Status.IN_PROGRESS, 1), (Status.DONE, 1), (Status.OVERDUE, 2)]
    response = client.get(reverse("team_modules"))
    assert "Module Assigned In progress Done Overdue Food safety 4 1 In progress: Food safety" in words(response)
    address = f"{reverse('module_people', args=[food.pk])}?state=overdue"
    assert f'href="{address}" class="badge" data-tone="danger">2<' in response.content.decode()
    assert [each.first_name for each in client.get(address).context["page"]] == ["Bo", "Nora"]


def test_a_wider_right_gives_greater_numbers(client, nora, modules):
    nora.groups.add(permission_type("More numbers", "see_progress"))
    sign_in(client, nora)
    found = listed(client)
    assert (found["Food safety"].assigned, found["Steam"].deadlines[0]) == (5, (Status.OVERDUE, 1))


def test_a_draft_is_assigned_to_nobody(client, nora, carl):
    make_module("Secret plan", {"is_everyone": True}, is_published=False)
    carl.groups.add(permission_type("Numbers", "see_progress"))
    sign_in(client, carl)
    figures = listed(client)["Secret plan"]
    assert (figures.assigned, figures.in_short[-1]) == (0, (Status.OVERDUE, 0))


def test_without_a_module_the_page_says_so(client, nora):
    sign_in(client, nora)
    response = client.get(reverse("team_modules"))
    assert "No module is open for the people whose progress you may see." in words(response)
    assert "<table" not in response.content.decode()


def test_too_many_people_are_counted_on_the_page_of_a_module_alone(client, nora, modules, monkeypatch):
    sign_in(client, nora)
    monkeypatch.setattr(module_views, "MOST_COUNTED", 4)
    assert "own page" not in words(client.get(reverse("team_modules")))
    monkeypatch.setattr(module_views, "MOST_COUNTED", 3)
    response = client.get(reverse("team_modules"))
    assert "With more than 3 people, each module shows its numbers on its own page." in words(response)
    assert "Overdue" not in words(response)
    assert "Food safety" in words(response)


def test_the_number_of_queries_does_not_grow_with_the_modules(client, nora, norreport, modules):
    def counted():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("team_modules")).status_code == 200
        return len(data_queries(captured))

    sign_in(client, nora)
    counted()
    few = counted()
    for number in range(15):
        more = make_module(f"Module {number}", {"department": norreport, "due_at": timezone.now() + number * DAY})
        more.prerequisites.add(*modules[: number % 3])
    assert (few, counted()) == (9, 9)
