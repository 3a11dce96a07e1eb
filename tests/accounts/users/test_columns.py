"""Columns, page sizes and the words about the place in the list, all in the address."""

import re

import pytest

from accounts.models import JobProfile, User
from accounts.users import columns
from accounts.users.invitations import invite
from tests.support.assumed import sign_in
from tests.support.bulk import crowd

pytestmark = pytest.mark.django_db
HEADING = re.compile(r'<th scope="col"(?! class)[^>]*>\s*(?:<a[^>]*>)?([^<]+)')


@pytest.fixture
def sams_browser(client, sam):
    sign_in(client, sam)
    return client


def text(client, query=""):
    response = client.get(f"/users/{query}")
    assert response.status_code == 200
    return response.content.decode()


def headings(client, query=""):
    return [heading.strip() for heading in HEADING.findall(text(client, query))]


def test_the_usual_columns(sams_browser):
    assert headings(sams_browser) == ["Name", "Email", "Department", "Permission types", "Last sign-in"]


@pytest.mark.parametrize("query", ["?columns=job_profile,identifier", "?columns=identifier&columns=job_profile"])
def test_columns_are_chosen_in_the_address_in_their_own_order(sams_browser, lena, query):
    lena.external_id, lena.job_profile = "HC-104", JobProfile.objects.get_or_create(name="Barista")[0]
    lena.save()
    assert headings(sams_browser, query) == ["Name", "Job profile", "HR identifier"]
    page = text(sams_browser, query)
    assert "HC-104" in page
    assert ">Barista<" in page
    assert 'href="?columns=job_profile%2Cidentifier&amp;sort=-name"' in page


@pytest.mark.parametrize("query", ["?columns=password", "?columns=", "?columns=,,", "?per=7", "?per=9999999"])
def test_what_is_no_column_or_size_is_ignored(sams_browser, query):
    assert len(headings(sams_browser, query)) == 1 + len(columns.USUAL)


def test_status_is_said_where_it_matters_alone(sams_browser, lena, ina):
    page = text(sams_browser)
    assert page.count("Deactivated</span>") == 1
    assert "Active</span>" not in page
    assert text(sams_browser, "?columns=status").count("Deactivated</span>") == 1


def test_a_page_says_which_people_of_how_many_it_has(sams_browser, norreport):
    crowd(59, norreport)  # and Sam
    place = re.compile(r"\d+–\d+ of \d+ people|\d+ people(?= *\n)")
    first = sams_browser.get("/users/")
    assert place.findall(first.content.decode())[0] == "1–25 of 60 people"
    second = sams_browser.get("/users/" + first.context["next_address"])
    assert place.findall(second.content.decode())[0] == "26–50 of 60 people"
    last = sams_browser.get("/users/" + second.context["last_address"])
    assert place.findall(last.content.decode())[0] == "36–60 of 60 people"
    before = sams_browser.get("/users/" + last.context["previous_address"])
    assert place.findall(before.content.decode())[0] == "11–35 of 60 people"
    assert place.findall(text(sams_browser, "?per=100"))[0] == "60 people"
    assert place.findall(text(sams_browser, "?per=50"))[0] == "1–50 of 60 people"


@pytest.mark.parametrize("sort", ["name", "-status", "status", "department", "last_sign_in"])
def test_the_numbers_of_a_page_are_right_in_every_order(sams_browser, norreport, sort):
    people = crowd(59, norreport)
    User.objects.filter(pk__in=[person.pk for person in people[:20]]).update(is_active=False)
    User.objects.filter(pk__in=[person.pk for person in people[20:40]]).update(department=None)
    shown = sams_browser.get(f"/users/?sort={sort}")
    numbers = [shown.context["page"].first_number]
    while shown.context["page"].has_next:
        shown = sams_browser.get("/users/" + shown.context["next_address"])
        numbers.append(shown.context["page"].first_number)
    assert numbers == [1, 26, 51]


def test_the_last_page_of_few_is_the_first(sams_browser, lena):
    page = sams_browser.get("/users/?before=last").context["page"]
    assert not page.has_previous
    assert not page.has_next


def test_who_may_invite_nobody_does_not_read_who_was_invited(client, mona, lena):
    sign_in(client, mona)
    page = client.get("/users/?status=uninvited")
    assert "Not invited yet" not in page.content.decode()
    assert mona in page.context["page"].users


def test_who_is_not_invited_yet_is_a_filter(sams_browser, owner, lena, max_, ina):
    User.objects.filter(pk=max_.pk).update(last_login="2026-01-01T00:00Z")
    assert lena in sams_browser.get("/users/?status=uninvited").context["page"].users
    invite(actor=owner, user=lena)
    found = sams_browser.get("/users/?status=uninvited").context["page"].users
    assert not {lena, max_, ina} & set(found)


def test_who_never_signed_in_is_a_filter(sams_browser, lena, max_, ina):
    User.objects.filter(pk=max_.pk).update(last_login="2026-01-01T00:00Z")
    page = sams_browser.get("/users/?status=never").context["page"]
    assert lena in page.users
    assert max_ not in page.users
    assert ina not in page.users, "who is deactivated need not sign in"
