"""The filters of the lists of items: departments of audiences as a tree, and job profiles."""

import pytest
from django.urls import reverse

from accounts.models import JobProfile
from tests.support.assumed import sign_in
from tests.support.learning_factories import make_document, make_event, make_module

pytestmark = pytest.mark.django_db
MAKERS = [make_module, make_event, make_document]


@pytest.fixture
def listed(client, carl):
    sign_in(client, carl)

    def get(kind, **query):
        response = client.get(reverse(f"admin:learning_{kind}_changelist"), query)
        assert response.status_code == 200
        return response.context["cl"]

    return get


def offered(change_list, parameter):
    [found] = [spec for spec in change_list.filter_specs if getattr(spec, "parameter_name", "") == parameter]
    return [label.replace("\u2007", "_") for _key, label in found.lookup_choices]


@pytest.mark.parametrize("make", MAKERS)
def test_departments_of_audiences_are_offered_as_a_tree_with_those_above_them(listed, make, norreport, aarhus):
    item = make("For Nørreport", {"department": norreport})
    kind = item._meta.model_name
    assert offered(listed(kind), "department") == ["Harbour Coffee", "__Copenhagen", "____Nørreport"]
    make("For Aarhus", {"department": aarhus})
    assert "__Aarhus" in offered(listed(kind), "department")


@pytest.mark.parametrize("make", MAKERS)
def test_a_department_finds_what_names_it_or_one_below_it(listed, make, copenhagen, norreport, aarhus):
    below, own = make("Below", {"department": norreport}), make("Own", {"department": copenhagen})
    make("Other", {"department": aarhus})
    make("All")
    kind = own._meta.model_name
    found = {item.title for item in listed(kind, department=copenhagen.pk).result_list}
    assert found == {"Below", "Own"}
    assert [item.title for item in listed(kind, department=norreport.pk).result_list] == [below.title]


def test_only_job_profiles_of_audiences_are_offered_and_no_dash(listed):
    baker, _other = JobProfile.objects.create(name="Baker"), JobProfile.objects.create(name="Barista")
    make_module("Bread", {"job_profile": baker}, {"is_everyone": True})
    make_module("All")
    assert offered(listed("module"), "job_profile") == ["Baker"]
    assert [item.title for item in listed("module", job_profile=baker.pk).result_list] == ["Bread"]


@pytest.mark.parametrize("value", ["x", "-1", "9" * 30, "0"])
def test_an_address_that_names_no_department_shows_the_list(listed, value, lena, copenhagen):
    profile = JobProfile.objects.create(name="Baker")
    make_module("For Copenhagen", {"department": copenhagen}, {"job_profile": profile})
    for parameter in ("department", "job_profile"):
        found = listed("module", **{parameter: value}).result_list
        assert len(found) == (0 if value == "0" else 1)
