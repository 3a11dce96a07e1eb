"""Typing errors in departments and job profiles: what is close to a stored name is asked, and never made unasked."""

import pytest

from accounts.models import Department, JobProfile
from accounts.user_import import apply_import
from accounts.user_import.mapping.mapping import NEW, Mapping
from accounts.user_import.planning.choices import Choices
from accounts.user_import.planning.spelling import MAX_NAMES, is_alike
from tests.support.factories import DepartmentFactory
from tests.support.hr_cases import answered, asked
from tests.support.import_files import planned, row, rows

pytestmark = pytest.mark.django_db

NØRREPORT = "Harbour Coffee / Copenhagen / Nørreport"


def people(*places, job=""):
    return rows(*(row(str(n), "P", str(n), f"p{n}@harbour.example", place, job) for n, place in enumerate(places)))


def places_of(plan):
    return [str(made.department or "") for made in plan.creations]


@pytest.mark.once
@pytest.mark.parametrize(
    ("name", "other"),
    [("Nørreprt", "Nørreport"), ("Copenhagn", "Copenhagen"), ("barrista", "Barista"), ("Vesterbroo", "Vesterbro")],
)
def test_a_typing_error_is_alike(name, other):
    assert is_alike(name, other)


@pytest.mark.once
@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Shop 1", "Shop 2"),
        ("Shop 12", "Shop 21"),
        ("Team A1", "Team A11"),
        ("IT", "HR"),
        ("Bar", "Car"),
        ("Aarhus", "Nørreport"),
        ("Sales", "Sales North"),
    ],
)
def test_another_name_is_not_alike(name, other):
    assert not is_alike(name, other)


@pytest.mark.parametrize("text", ["Nørreprt", "NØRREPRT"])
def test_a_mistyped_department_is_offered_with_its_whole_path(norreport, text):
    [question] = planned(people(text)).questions
    assert (question.id, question.column, question.lines) == (f"department:{text}", "Department", [2])
    assert [value for value, _label in question.choices] == [NØRREPORT, NEW]
    assert question.sentence == f"“{text}” is new, and spelled almost like “{NØRREPORT}”."


def test_a_path_with_a_mistyped_part_offers_the_right_path(norreport):
    [question] = planned(people("Copenhagn / Nørreport")).questions
    assert [value for value, _label in question.choices] == [NØRREPORT, NEW]
    [question] = planned(people("Copenhagn / Vesterbro")).questions
    assert [value for value, _label in question.choices] == ["Harbour Coffee / Copenhagen / Vesterbro", NEW]


@pytest.mark.parametrize("text", ["Copenhagn / Nørreport", "Nørreprt", "Harbour Coffee / Copenhagen / Nørreprt"])
def test_the_stored_department_is_meant(norreport, text):
    content = people(text, text.upper())
    choices = answered(planned(content), {f"department:{text}": NØRREPORT})
    plan = planned(content, choices=choices)
    assert (plan.questions, plan.departments) == ([], [])
    assert places_of(plan) == [NØRREPORT] * 2


def test_a_path_below_the_meant_department_is_created_there(copenhagen):
    content = people("Copenhagn / Vesterbro")
    path = "Harbour Coffee / Copenhagen / Vesterbro"
    plan = planned(content, choices=answered(planned(content), {"department:Copenhagn / Vesterbro": path}))
    assert [str(place) for place in plan.departments] == [path]
    apply_import(plan)
    assert Department.objects.get_parent(Department.objects.get(name="Vesterbro")).pk == copenhagen.pk


def test_a_new_name_is_created_where_somebody_says_so(norreport):
    content = people("Nørreprt")
    plan = planned(content, choices=answered(planned(content), {"department:Nørreprt": NEW}))
    assert [str(place) for place in plan.departments] == ["Nørreprt"]
    assert plan.can_be_applied


def test_one_name_in_several_spellings_is_one_question(norreport):
    JobProfile.objects.create(name="Barista")
    plan = planned(rows(*(
        row(str(n), "P", str(n), f"p{n}@harbour.example", place, job)
        for n, (place, job) in enumerate([("Nørreprt", "Barrista"), ("", ""), ("nørreprt", "BARRISTA")])
    )))  # fmt: skip
    assert asked(plan) == [("department", "Nørreprt"), ("job_profile", "Barrista")]
    assert [question.lines for question in plan.questions] == [[2, 4], [2, 4]]


def test_the_name_beside_the_new_one_comes_first(company):
    for city in ("Aarhus", "Copenhagen"):
        DepartmentFactory(name="Central", parent=DepartmentFactory(name=city, parent=company))
    [question] = planned(people("Copenhagen / Centrall")).questions
    assert [value for value, _label in question.choices] == [
        "Harbour Coffee / Copenhagen / Central",
        "Harbour Coffee / Aarhus / Central",
        NEW,
    ]


def test_a_mistyped_job_is_offered_and_answered():
    JobProfile.objects.create(name="Barista")
    content = people("", job="Barrista")
    plan = planned(content)
    assert asked(plan) == [("job_profile", "Barrista")]
    meant = planned(content, choices=answered(plan, {"job_profile:Barrista": "Barista"}))
    assert (meant.job_profiles, meant.creations[0].job_profile) == ([], "Barista")
    new = planned(content, choices=answered(plan, {"job_profile:Barrista": NEW}))
    assert (new.job_profiles, new.creations[0].job_profile) == (["Barrista"], "Barrista")


def test_rows_with_an_undecided_name_are_left_out(norreport):
    content = people("Nørreprt", "Copenhagen")
    plan = planned(content, choices=Choices(left_out=frozenset({"department:Nørreprt"})))
    assert (plan.questions, [problem.line for problem in plan.problems]) == ([], [2])


def test_very_many_new_names_are_no_typing_errors(norreport):
    plan = planned(people(*(f"Place {n} x" for n in range(MAX_NAMES)), "Nørreprt"))
    assert plan.questions == []
    assert len(plan.departments) == MAX_NAMES + 1


@pytest.mark.parametrize(
    ("has_paths", "expected"),
    [(True, ["Food / Beverage", "Sales / Marketing"]), (False, ["Food/Beverage", "Sales / Marketing"])],
)
def test_a_stroke_separates_departments_only_where_the_company_says_so(has_paths, expected):
    content = people("Food/Beverage", "Sales / Marketing")
    plan = planned(content, choices=Choices(mapping=Mapping(has_paths=has_paths)))
    assert places_of(plan) == expected
    assert len(plan.departments) == (4 if has_paths else 2)
    apply_import(plan)
    again = planned(content, choices=Choices(mapping=Mapping(has_paths=has_paths)))
    assert (again.changes_anything, again.unchanged) == (False, 2)


def test_a_name_with_a_stroke_that_is_stored_stays_one_department():
    Department.objects.add_root({"name": "Food/Beverage"})
    assert places_of(planned(people("food/beverage"))) == ["Food/Beverage"]


def test_the_manager_behind_a_supervisory_organisation_is_no_part_of_its_name():
    heading = "Employee ID,First name,E-mail,Supervisory Organization"
    plan = planned(rows("1,P,p@harbour.example,Vesterbro (Mona Berg)", heading=heading))
    assert places_of(plan) == ["Vesterbro"]


def test_a_title_that_is_mr_or_ms_is_no_job_and_leaves_the_stored_one(lena):
    lena.job_profile = JobProfile.objects.create(name="Barista")
    lena.save()
    plan = planned(rows(f"Lena,Sørensen,{lena.email},Ms", heading="First name,Last name,E-mail,Title"))
    assert (plan.updates, plan.job_profiles, plan.unchanged) == ([], [], 1)
