"""Departments and job profiles in the search: by their own names, at or below, and as they are called by now."""

import pytest

from accounts.models import JobProfile, User
from accounts.users import places
from tests.support.assumed import sign_in
from tests.support.factories import DepartmentFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def barista(lena, max_):
    profile = JobProfile.objects.create(name="Barista")
    User.objects.filter(pk=max_.pk).update(job_profile=profile)
    return profile


def found(client, text):
    return [person.first_name for person in client.get("/users/", {"q": text}).context["page"]]


@pytest.fixture
def sams_browser(client, sam):
    sign_in(client, sam)
    return client


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("barista", ["Max"]), ("BARI", ["Max"]), ("arista", []), ("max barista", ["Max"]), ("lena barista", []),
        ("lena nørreport", ["Lena"]), ("lena norreport", ["Lena"]), ("noerreport", ["Lena"]), ("max nørreport", []),
        ("copenhagen", ["Lena", "Rita"]), ("ba", []), ("aarhus barista", ["Max"]),
    ],
)  # fmt: skip
def test_a_word_may_name_a_department_or_a_job_profile(sams_browser, barista, rita, text, names):
    assert found(sams_browser, text) == names


def test_a_new_name_is_found_at_once_and_the_old_one_is_not(sams_browser, barista, norreport):
    barista.name = "Kaffemester"
    barista.save()
    norreport.name = "Østerport"
    norreport.save()
    assert found(sams_browser, "barista") == found(sams_browser, "nørreport") == []
    assert found(sams_browser, "kaffe") == ["Max"]
    assert found(sams_browser, "osterport") == found(sams_browser, "oesterport") == ["Lena"]


def test_a_word_between_signs_is_a_word(sams_browser, company):
    shop = DepartmentFactory(name="Shops (North/South) & Café-Bar", parent=company)
    UserFactory(first_name="Noa", department=shop)
    for text in ("north", "south", "cafe", "bar", "café-bar", "(north"):
        assert "Noa" in found(sams_browser, text), text
    assert "Noa" not in found(sams_browser, "orth")


def test_rita_finds_nobody_by_departments_that_she_does_not_see(client, rita, lena, max_):
    sign_in(client, rita)
    assert found(client, "aarhus") == []
    assert found(client, "max") == []
    assert found(client, "nørreport") == ["Lena"]


def test_many_departments_are_compared_by_their_paths(sams_browser, lena, max_, copenhagen, monkeypatch):
    by_ids = found(sams_browser, "copenhagen")
    monkeypatch.setattr(places, "MOST_IDS", 0)
    assert found(sams_browser, "copenhagen") == by_ids == ["Lena"]


def test_other_searches_mean_names_alone(barista):
    assert list(User.objects.matching("barista")) == []
