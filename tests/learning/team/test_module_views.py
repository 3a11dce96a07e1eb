"""How far people are with one module: numbers, names within two rights, and the file."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit.models import AuditEvent
from learning.models import Status
from tests.support.access_check import words
from tests.support.assumed import data_queries, detail, events, log_in_as, sign_in
from tests.support.factories import UserFactory, permission_type
from tests.support.learning_factories import add_interaction, make_module
from tests.support.valid_html import html_of, what_is_wrong

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def page_of(client, module, **query):
    return client.get(reverse("module_people", args=[module.pk]), query)


def numbers(response):
    counts = {status: number for status, number in response.context["counts"] if number}
    return response.context["assigned_count"], counts


def deadlines(response):
    return dict(response.context["deadlines"])


def named(response):
    return [person.first_name for person in response.context["page"]]


@pytest.fixture
def module(norreport, lena, max_):
    """Return a module for everyone that was due yesterday; of Nørreport, Anna has done it, and Bo has begun."""
    module = make_module("Food safety basics", {"is_everyone": True, "due_at": timezone.now() - DAY})
    step = add_interaction(module, "Clean hands")
    anna, bo = (UserFactory(first_name=name, department=norreport) for name in ("Anna", "Bo"))
    module.keep_answers(anna, {step: True})
    module.submit_for(anna)
    module.keep_answers(bo, {step: True})
    return module


def test_each_number_leads_to_its_people(client, nora, module):
    sign_in(client, nora)
    response = page_of(client, module)
    assert numbers(response) == (4, {Status.NOT_STARTED: 2, Status.IN_PROGRESS: 1, Status.DONE: 1})
    assert deadlines(response) == {Status.OVERDUE: 3, Status.DUE_SOON: 0}
    assert named(response) == ["Anna", "Bo", "Lena", "Nora"]
    assert named(page_of(client, module, state="overdue")) == ["Bo", "Lena", "Nora"]
    assert named(page_of(client, module, state="done")) == ["Anna"]
    assert named(page_of(client, module, state="overdue", q="len")) == ["Lena"]
    assert named(page_of(client, module, state="not_started")) == ["Lena", "Nora"]
    assert named(page_of(client, module, state="in_progress")) == ["Bo"]
    assert "Nobody is in this list" in words(page_of(client, module, state="due_soon"))
    assert named(page_of(client, module, state="nonsense")) == ["Anna", "Bo", "Lena", "Nora"]


def test_who_has_not_begun_is_counted_so_whatever_the_due_date(client, nora, lena, norreport):
    module = make_module("Food safety basics", {"is_everyone": True, "due_at": timezone.now() + DAY})
    sign_in(client, nora)
    response = page_of(client, module)
    assert numbers(response) == (2, {Status.NOT_STARTED: 2})
    assert deadlines(response) == {Status.OVERDUE: 0, Status.DUE_SOON: 2}
    assert named(page_of(client, module, state="due_soon")) == named(page_of(client, module, state="not_started"))
    assert "Lena Sørensen Nørreport Not started Due soon" in words(response)
    team = client.get(reverse("team"))
    not_begun = {name: number for name, _label, number in team.context["filters"]}["not_begun"]
    assert not_begun == 2 - 1  # Nora is no member of her team


def test_a_cell_without_a_value_is_empty_so_that_a_phone_shows_no_label(client, nora, lena):
    module = make_module("Welcome")
    sign_in(client, nora)
    page = html_of(page_of(client, module))
    assert '<td data-label="Due date"></td>' in page
    assert what_is_wrong(page) == []


def test_chris_reads_numbers_of_the_company_and_no_name(client, chris, module):
    sign_in(client, chris)
    response = page_of(client, module)
    assert numbers(response) == (5, {Status.NOT_STARTED: 3, Status.IN_PROGRESS: 1, Status.DONE: 1})
    assert deadlines(response) == {Status.OVERDUE: 4, Status.DUE_SOON: 0}
    assert "You see numbers. Names need the right to see people as well" in words(response)
    for name in ("Anna", "Lena", "Max"):
        assert name not in response.content.decode()
    assert "page" not in response.context
    assert f'href="{reverse("team_modules")}"' in client.get(reverse("dashboard")).content.decode()


def test_who_is_counted_and_not_seen_is_not_named(client, nora, module, max_):
    nora.groups.add(permission_type("More numbers", "see_progress"))
    sign_in(client, nora)
    response = page_of(client, module)
    assert response.context["assigned_count"] == 5
    assert named(response) == ["Anna", "Bo", "Lena", "Nora"]
    assert "1 more person is counted above. You may not see their name." in words(response)
    assert named(page_of(client, module, q="max")) == []


def test_who_waits_for_another_module_is_counted_apart(client, nora, lena, module):
    swan = make_module("The swan", {"person": lena})
    swan.prerequisites.add(module)
    sign_in(client, nora)
    response = page_of(client, swan)
    assert numbers(response) == (0, {})
    assert response.context["waiting_count"] == 1
    assert named(page_of(client, swan, state="waiting")) == ["Lena"]


def test_a_deactivated_person_is_neither_counted_nor_named(client, nora, lena, module):
    User.objects.filter(pk=lena.pk).update(is_active=False)
    sign_in(client, nora)
    response = page_of(client, module)
    assert response.context["assigned_count"] == 3
    assert named(response) == ["Anna", "Bo", "Nora"]


@pytest.mark.parametrize(
    "fields",
    [{"is_published": False}, {"published_from": DAY}, {"published_until": -DAY}],
    ids=["draft", "later", "over"],
)
def test_a_module_that_nobody_sees_is_unknown_to_nora_and_says_so_to_its_author(client, nora, carl, lena, fields):
    now = timezone.now()
    module = make_module(
        "Secret plan", **{name: now + it if isinstance(it, timedelta) else it for name, it in fields.items()}
    )
    sign_in(client, nora)
    assert page_of(client, module).status_code == 404
    assert "Secret plan" not in client.get(reverse("team_modules")).content.decode()
    carl.groups.add(permission_type("More numbers", "see_progress"))
    sign_in(client, carl)
    response = page_of(client, module)
    assert "Nobody sees this module now" in words(response)
    assert numbers(response) == (0, {})


def test_a_module_for_others_is_unknown_to_nora(client, nora, aarhus):
    module = make_module("For Aarhus", {"department": aarhus})
    sign_in(client, nora)
    assert page_of(client, module).status_code == 404
    assert "For Aarhus" not in client.get(reverse("team_modules")).content.decode()


@pytest.mark.parametrize("who", ["lena", "mona", "carl", "audrey", "sam"])
def test_without_the_right_there_is_no_such_page(client, request, who, module):
    sign_in(client, request.getfixturevalue(who))
    assert page_of(client, module).status_code == 404
    assert client.get(reverse("team_modules")).status_code == 404
    assert export(client, module).status_code == 404


def test_in_an_assumed_session_the_pages_are_closed(client, sam, nora, module):
    sam.groups.add(permission_type("Progress", "see_progress"))
    log_in_as(client, sam, nora)
    for response in (page_of(client, module), client.get(reverse("team_modules")), export(client, module)):
        assert response.status_code == 403


def test_the_list_of_modules_is_searched(client, nora, module):
    make_module("Welcome")
    sign_in(client, nora)
    assert [each.title for each in client.get(reverse("team_modules")).context["page"]] == [
        "Food safety basics",
        "Welcome",
    ]
    found = client.get(reverse("team_modules"), {"q": "wel"})
    assert [each.title for each in found.context["page"]] == ["Welcome"]
    assert "No module matches “nothing”." in words(client.get(reverse("team_modules"), {"q": "nothing"}))


def test_pages_of_the_list_keep_the_state(client, nora, norreport, module):
    for number in range(30):
        UserFactory(first_name=f"Barista{number:02}", department=norreport)
    sign_in(client, nora)
    first = page_of(client, module, state="overdue")
    assert len(named(first)) == 25
    assert first.context["next_address"].startswith("?state=overdue&after=")
    second = client.get(reverse("module_people", args=[module.pk]) + first.context["next_address"])
    assert named(second) == [*(f"Barista{number}" for number in range(25, 30)), "Bo", "Lena", "Nora"]


def export(client, module, **query):
    address = reverse("module_people_export", args=[module.pk])
    return client.post(address + (f"?state={query['state']}" if query else ""))


def rows(response):
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_the_file_holds_the_listed_people_and_is_on_record_with_their_numbers(client, nora, lena, norreport, module):
    nora.groups.add(permission_type("Exports", "export_people", departments=[norreport]))
    User.objects.filter(pk=lena.pk).update(first_name="=cmd()")
    sign_in(client, nora)
    assert page_of(client, module).context["may_export"]
    header, *lines = rows(export(client, module, state="overdue"))
    assert header[5:8] == ["Module", "State", "Due date"]
    assert {(line[1], *line[6:8]) for line in lines} == {
        ("'=cmd()", "not_started", "overdue"), ("Bo", "in_progress", "overdue"), ("Nora", "not_started", "overdue"),
    }  # fmt: skip
    [event] = events("user.exported")
    said = detail(event)
    assert (said["people"], said["filters"]) == (3, {"module": "Food safety basics", "state": "Overdue"})
    assert event.actor_id == nora.pk


def test_without_the_right_to_export_there_is_no_file(client, nora, module):
    sign_in(client, nora)
    assert not page_of(client, module).context["may_export"]
    assert export(client, module).status_code == 404
    assert not AuditEvent.objects.filter(kind="user.exported").exists()


def test_the_file_holds_nobody_that_may_not_be_exported(client, nora, lena, max_, aarhus, norreport, module):
    nora.groups.add(permission_type("Sees all", "see_people", "see_progress"))
    nora.groups.add(permission_type("Exports", "export_people", departments=[aarhus]))
    sign_in(client, nora)
    _header, *lines = rows(export(client, module))
    assert [line[1] for line in lines] == ["Max"]


def test_the_list_of_who_waits_is_no_file_and_a_link_exports_nothing(client, nora, module):
    nora.groups.add(permission_type("Exports", "export_people"))
    sign_in(client, nora)
    assert export(client, module, state="waiting").status_code == 400
    assert client.get(reverse("module_people_export", args=[module.pk])).status_code == 405


def test_the_number_of_queries_does_not_grow_with_the_company(client, nora, norreport, module):
    def counted():
        with CaptureQueriesContext(connection) as captured:
            assert page_of(client, module).status_code == 200
        return len(data_queries(captured))

    sign_in(client, nora)
    page_of(client, module)
    few = counted()
    for number in range(15):
        UserFactory(first_name=f"Barista{number}", department=norreport)
    assert (few, counted()) == (12, 12)
