"""Pages of User Management: every page reached once, in every order, there and back, and told by who stands on it."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import people_pages
from accounts.models import User
from accounts.people_pages import SORTS

from .assumed import sign_in
from .factories import DepartmentFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def crowd(copenhagen, norreport, aarhus):
    """Twenty-three people alike in name, department, status or last sign-in, so that only the id parts many of them."""
    yard = DepartmentFactory(name="Nørreport", parent=aarhus)
    places = [None, norreport, aarhus, yard, norreport]
    now = timezone.now()
    return User.objects.bulk_create(
        User(
            email=f"p{number * 7 % 23:02}@harbour.example",
            first_name="Anna" if number % 3 else "Bo",
            last_name="Holm" if number % 4 else "",
            department=places[number % 5],
            is_active=number % 6 != 0,
            last_login=None if number % 2 else now - timezone.timedelta(days=number // 4),
            password="!",
        )
        for number in range(23)
    )


@pytest.fixture
def pages_of_five(monkeypatch):
    monkeypatch.setattr(people_pages, "PER_PAGE", 5)


@pytest.fixture
def sams_browser(client, sam):
    sign_in(client, sam)
    return client


def page(client, query):
    response = client.get(reverse("user_list") + query)
    assert response.status_code == 200
    return response


def ids(response):
    return [person.pk for person in response.context["page"]]


def key(sort, person):
    """How a person stands in a sorting, said once more and naively."""
    name = (person.first_name, person.last_name)
    department = person.department
    return {
        "name": (name, person.pk),
        "email": (person.email,),
        "department": (department is None, department and (department.name, department.path), name, person.pk),
        "status": (not person.is_active, name, person.pk),
        "last_sign_in": (
            person.last_login is None,
            -person.last_login.timestamp() if person.last_login else 0,
            -person.pk,
        ),
    }[sort]


@pytest.mark.parametrize("sort", [*SORTS, *(f"-{sort}" for sort in SORTS)])
def test_every_page_in_every_order_there_and_back(sams_browser, crowd, pages_of_five, sort):
    everybody = sorted(User.objects.select_related("department"), key=lambda person: key(sort.lstrip("-"), person))
    expected = [person.pk for person in everybody][:: -1 if sort.startswith("-") else 1]
    expected = [expected[start : start + 5] for start in range(0, len(expected), 5)]
    there, back, shown = [], [], page(sams_browser, f"?sort={sort}")
    assert not shown.context["page"].has_previous
    while len(there) < len(expected):
        there.append(ids(shown))
        if not shown.context["page"].has_next:
            break
        shown = page(sams_browser, shown.context["next_address"])
    while len(back) < len(expected):
        back.insert(0, ids(shown))
        if not shown.context["page"].has_previous:
            break
        shown = page(sams_browser, shown.context["previous_address"])
    assert there == expected
    assert back == expected
