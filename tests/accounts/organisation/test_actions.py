"""Merging departments: what goes along, and what stays."""

import pytest

from accounts.models import Department, DepartmentGroupPermission, User
from accounts.users.id_ranges import compact
from tests.support.assumed import detail, events, sign_in
from tests.support.factories import DepartmentFactory
from tests.support.learning_factories import make_module
from tests.support.organisation import change, page_of, places, reread

pytestmark = pytest.mark.django_db


def test_a_merge_takes_everything_along(client, owner, copenhagen, norreport, aarhus, lena, max_, rita):
    shop = DepartmentFactory(name="Nørreport", parent=aarhus)
    deep = DepartmentFactory(name="Bar", parent=norreport)
    other = DepartmentFactory(name="Roastery", parent=copenhagen)
    both = make_module("Both", {"department": copenhagen}, {"department": aarhus})
    one = make_module("One", {"department": norreport})
    sign_in(client, owner)
    response = change(client, page_of("department_merge", copenhagen), aarhus.pk)
    assert response.url == page_of("department_detail", aarhus)
    assert places() == [
        ("Harbour Coffee", None),
        ("Aarhus", "Harbour Coffee"),
        ("Nørreport", "Aarhus"),
        ("Bar", "Nørreport"),
        ("Roastery", "Aarhus"),
    ]
    assert User.objects.get(pk=lena.pk).department_id == shop.pk
    assert User.objects.get(pk=rita.pk).department_id == aarhus.pk
    assert [entry.department_id for entry in both.audience.all()] == [aarhus.pk]
    assert [entry.department_id for entry in one.audience.all()] == [shop.pk]
    assert set(DepartmentGroupPermission.objects.values_list("content_object", flat=True)) == {aarhus.pk}
    assert reread(deep).path.startswith(reread(shop).path)
    assert reread(other).depth == 3
    assert Department.objects.find_problems() == ([], [], [], [], [])
    [event] = events("department.merged")
    told = detail(event)
    assert (told["department"], told["into"], told["name_before"]) == (copenhagen.pk, aarhus.pk, "Copenhagen")
    assert told["people_moved"] == compact(sorted([lena.pk, rita.pk]))[0]
    assert told["audiences"] == [f"module-{both.pk}", f"module-{one.pk}"]
    assert told["permission_types"] == ["Regional support (Copenhagen)"]


def test_a_merge_up_into_the_department_above(client, owner, company, copenhagen, norreport, lena):
    sign_in(client, owner)
    change(client, page_of("department_merge", norreport), copenhagen.pk)
    assert User.objects.get(pk=lena.pk).department_id == copenhagen.pk
    refused = client.post(page_of("department_merge", company), {"step": "preview", "place": copenhagen.pk})
    assert refused.status_code == 422
