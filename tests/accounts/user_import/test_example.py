"""The example file: it fits into this company, and is imported as it is, in each language."""

import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from openpyxl import load_workbook

from accounts.models import Department, JobProfile, User
from accounts.user_import import example
from accounts.user_import.mapping.columns import expected
from accounts.user_import.mapping.fields import Field
from tests.support.assumed import data_queries, sign_in
from tests.support.factories import DepartmentFactory, UserFactory, permission_type
from tests.support.import_pages import COLUMNS, PREVIEW, confirm, looked_at, tally, upload

pytestmark = pytest.mark.django_db
EXAMPLE = reverse("user_import_example")
LANGUAGES = ("en", "da", "de")


@pytest.fixture
def browser_in(client, hanne):
    """Return a function that signs Hanne in, in this language."""

    def signed_in(language):
        User.objects.filter(pk=hanne.pk).update(language=language)
        sign_in(client, User.objects.get(pk=hanne.pk))
        return client

    return signed_in


def downloaded(client, form=""):
    response = client.get(EXAMPLE, {"format": form} if form else {})
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    name = f"people-example.{form or 'csv'}"
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    return (b"".join(response.streaming_content) if response.streaming else response.content), name


@pytest.mark.parametrize("form", ["", "xlsx"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_example_is_two_new_people_and_nothing_is_skipped(browser_in, language, form, lena, norreport, aarhus):
    JobProfile.objects.bulk_create([JobProfile(name="Barista"), JobProfile(name="Baker; night")])
    client = browser_in(language)
    content, name = downloaded(client, form)
    assert upload(client, content, name).url == COLUMNS
    fields = client.get(COLUMNS).context["form"].columns.fields
    assert fields == [column.field for column in example.COLUMNS], "each heading is known in this language"
    page = looked_at(client, content, name)
    plan = client.get(PREVIEW).context["plan"]
    assert (tally(page), plan.notices, plan.questions) == ([2, 0, 0, 0], [], [])
    assert (plan.departments, plan.job_profiles) == ([], []), "both are the company's own"
    first, second = plan.creations
    assert {first.department.id, second.department.id} <= set(Department.objects.values_list("pk", flat=True))
    assert {first.job_profile, second.job_profile} == {"Barista", "Baker; night"}
    assert first.row.language == second.row.language == "en"
    assert (first.row.is_active, second.row.is_active) == (True, True)
    confirm(client, page)
    assert User.objects.filter(external_id__in=["E-1001", "E-1002"], is_active=True).count() == 2


def test_a_company_that_counts_in_the_same_way_costs_one_query(browser_in):
    def counted():
        with CaptureQueriesContext(connection) as captured:
            downloaded(client)
        return len(data_queries(captured))

    client = browser_in("en")
    UserFactory(external_id="e-1001")
    few = counted()
    for number in range(1002, 1040):
        UserFactory(external_id=f"E-{number}")
    assert counted() == few
    assert b"E-1040" in downloaded(client)[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_imported_it_gets_two_other_people_the_next_time(browser_in, language):
    client = browser_in(language)
    for _round in range(3):
        content, name = downloaded(client)
        page = looked_at(client, content, name)
        assert tally(page) == [2, 0, 0, 0]
        confirm(client, page)
    assert User.objects.filter(external_id__startswith="E-").count() == 6


def test_somebody_of_the_same_name_is_not_asked_about(browser_in, norreport):
    UserFactory(first_name="grace", last_name="PORTER", department=norreport)
    client = browser_in("en")
    content, _name = downloaded(client)
    assert b"Grace" not in content
    looked_at(client, content)
    assert not client.get(PREVIEW).context["plan"].questions


def test_excel_opens_it_by_a_double_click(browser_in, norreport):
    for language, separator in (("en", ","), ("da", ";"), ("de", ";")):
        content, _name = downloaded(browser_in(language))
        assert content.startswith(b"\xef\xbb\xbf"), "without it Excel reads no UTF-8"
        assert content.decode("utf-8-sig").splitlines()[0].count(f'"{separator}"') == len(example.COLUMNS) - 1


def test_the_workbook_holds_a_date_and_no_formula(browser_in, company):
    Department.objects.update(name="=1+1")
    JobProfile.objects.create(name="=HYPERLINK(1)")
    content, _name = downloaded(browser_in("en"), "xlsx")
    cells = [cell for row in load_workbook(io.BytesIO(content)).active.iter_rows() for cell in row]
    assert not [cell.value for cell in cells if cell.data_type == "f"]
    assert [cell.value.day for cell in cells if cell.is_date] == [31]


def test_a_name_that_would_be_a_formula_is_escaped_and_comes_back(browser_in, company):
    Department.objects.update(name="=1+1")
    JobProfile.objects.create(name="@SUM(1)")
    client = browser_in("en")
    content, _name = downloaded(client)
    assert b'"\'=1+1"' in content
    assert b'"\'@SUM(1)"' in content
    looked_at(client, content)
    plan = client.get(PREVIEW).context["plan"]
    assert {creation.department.name for creation in plan.creations} == {"=1+1"}
    assert {creation.job_profile for creation in plan.creations} == {"@SUM(1)"}


def test_a_department_whose_path_can_mean_another_one_is_no_example(browser_in, company, copenhagen):
    Department.objects.filter(pk=copenhagen.pk).update(name="Food / Drinks")
    for _twin in range(2):
        DepartmentFactory(name="Kitchen", parent=company)
    clear = DepartmentFactory(name="Bar", parent=company)
    client = browser_in("en")
    looked_at(client, downloaded(client)[0])
    plan = client.get(PREVIEW).context["plan"]
    assert not plan.departments
    assert clear.pk in {creation.department.id for creation in plan.creations}


def test_an_empty_company_gets_names_that_show_what_is_meant(client, db):
    owner = User.objects.create_superuser(email="owner@new.example", first_name="Olivia", password=None)
    sign_in(client, owner)
    content, _name = downloaded(client)
    assert "@new.example" in content.decode()
    page = looked_at(client, content)
    assert tally(page) == [2, 0, 0, 0]
    assert client.get(PREVIEW).context["mass_change"] is None
    assert [str(place) for place in client.get(PREVIEW).context["plan"].departments] == [
        "Copenhagen", "Copenhagen / Nørreport", "Copenhagen / Airport",
    ]  # fmt: skip


def test_it_is_closed_for_who_may_not_import(client, sam, lena):
    assert client.get(EXAMPLE).status_code == 302, "nobody is signed in"
    sign_in(client, lena)
    assert client.get(EXAMPLE).status_code == 404
    lena.groups.add(permission_type("Imports a part", "import_people", departments=[lena.department]))
    assert client.get(EXAMPLE).status_code == 403


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_explains_each_column_under_its_heading(browser_in, language):
    page = browser_in(language).get(reverse("user_import")).content.decode()
    with translation.override(language):
        for column in example.COLUMNS:
            for words in (column.heading, str(column.meaning), str(column.example)):
                assert words in page
        assert expected([column.heading for column in example.COLUMNS]) == [column.field for column in example.COLUMNS]
    assert [column.field for column in example.COLUMNS if column.is_needed] == [Field.FIRST_NAME, Field.EMAIL]
