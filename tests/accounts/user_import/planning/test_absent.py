"""Files that list everybody who works here: who is absent leaves, and a mistake in a row makes nobody absent."""

import io

import pytest

from accounts.models import User
from accounts.user_import import apply_import
from accounts.user_import.confirm import plan_good_rows
from accounts.user_import.planning.choices import NOBODY, Choices
from accounts.user_import.planning.mass_change import mass_change
from tests.support.import_files import planned, row, rows

pytestmark = pytest.mark.django_db

EVERYBODY = Choices(deactivates_absent=True)
NIGHTLY = Choices(deactivates_absent=True, leaves_out_undecided=True)


@pytest.fixture
def staff():
    people = [("A", "Ann"), ("00071", "Bo"), ("C", "Cy"), (None, "Di")]
    return {
        first: User.objects.create(
            external_id=identifier, first_name=first, last_name="Dam", email=f"{first}@harbour.example".lower()
        )
        for identifier, first in people
    }


def person(identifier, first, email=None, last="Dam", **more):
    return row(identifier, first, last, f"{first}@harbour.example".lower() if email is None else email, **more)


def leaving(*lines, choices=NIGHTLY, content=None, actor=None):
    """Return the first names of users who leave because they are absent, in the plan of the good rows."""
    file = io.BytesIO((content or rows(*lines)).encode())
    plan = plan_good_rows(file, "people.csv", actor=actor, choices=choices)
    assert plan.questions == []
    absent = [update for update in plan.updates if update.line is None]
    assert plan.absent == len(absent)
    assert all(update.changes == {"is_active": (True, False)} for update in absent)
    return [User.objects.get(pk=update.id).first_name for update in absent]


ANN, BO, CY = person("A", "Ann"), person("00071", "Bo"), person("C", "Cy")


def test_who_is_absent_leaves_and_who_has_no_identifier_stays(staff):
    plan = planned(rows(ANN), choices=EVERYBODY)
    assert mass_change(plan).sentences == ["2 of 4 active people would be deactivated."]
    assert plan.counts()["absent"] == 2
    apply_import(plan)
    assert set(User.objects.filter(is_active=True).values_list("first_name", flat=True)) == {"Ann", "Di"}
    again = planned(rows(ANN), choices=EVERYBODY)
    assert (again.changes_anything, again.absent) == (False, 0)


def test_nobody_leaves_unless_the_file_lists_everybody(staff):
    assert planned(rows(ANN)).updates == []


@pytest.mark.parametrize(
    "line",
    [
        person("C", "Cy", email="nowhere"),
        person("C", "", email="else@harbour.example"),
        person("C", "Cy", last="D" * 151),
        person("C", "Cy", place="A /  / B"),
        person("", "Zed", email="cy@harbour.example", last="D" * 151),
        person("", "Cy", email="cy at harbour"),
        person("C\0", "Zed", email="x@harbour.example"),
        "Z,Cy,Dam,new@harbour.example,,,,one too many",
        "x,Zed,y,Food,Beverage,C,z@harbour.example,too many",
    ],
)
def test_a_mistake_in_somebodys_row_makes_them_not_absent(staff, line):
    assert leaving(ANN, BO, line) == []
    assert leaving(ANN, BO, line.replace("Cy", "Eve").replace("cy", "eve").replace("C", "E")) == ["Cy"]


def test_a_mistake_in_a_row_with_a_second_address_makes_nobody_absent(staff):
    heading = "Employee ID,First name,Last name,mail,userPrincipalName"
    lines = [
        "A,Ann,Dam,,ann@harbour.example",
        "00071,Bo,Dam,,bo@harbour.example",
        f",Zed,{'Z' * 151},,cy@harbour.example",
    ]
    assert leaving(content=rows(*lines, heading=heading), choices=Choices(deactivates_absent=True)) == []


def test_a_mistake_in_a_row_whose_zeros_are_lost_makes_nobody_absent(staff):
    assert leaving(ANN, CY, person("71", "Zed", email="nowhere")) == []


def test_a_mistake_in_a_row_that_somebody_joined_to_a_person_makes_nobody_absent(staff):
    joined = Choices(deactivates_absent=True, same={"NEW": "C"})
    assert leaving(ANN, BO, person("NEW", "Zed", email="nowhere"), choices=joined) == []
    other = Choices(deactivates_absent=True, same={"NEW": NOBODY})
    assert leaving(ANN, BO, person("NEW", "Zed", email="nowhere"), choices=other) == ["Cy"]


def test_a_row_in_doubt_makes_nobody_absent(staff):
    plan = planned(rows(ANN, BO, person("NEW", "Cy", email="new@harbour.example")), choices=EVERYBODY)
    assert (len(plan.questions), plan.absent) == (1, 0)
    assert leaving(ANN, BO, person("NEW", "Cy", email="new@harbour.example")) == []
    decided = Choices(deactivates_absent=True, same={"NEW": NOBODY})
    assert leaving(ANN, BO, person("NEW", "Cy", email="new@harbour.example"), choices=decided) == ["Cy"]


def test_a_row_with_an_unknown_word_or_name_makes_nobody_absent(staff, norreport):
    assert leaving(ANN, BO, person("C", "Cy", status="Barsel")) == []
    assert leaving(ANN, BO, person("C", "Cy", place="Nørreprt")) == []


def test_a_row_that_stands_twice_makes_nobody_absent(staff):
    assert leaving(ANN, BO, CY, person("C", "Cyril", email="cyril@harbour.example")) == []


def test_who_is_deactivated_already_is_not_counted(staff):
    User.objects.filter(first_name="Cy").update(is_active=False)
    assert leaving(ANN, BO) == []


def test_nobody_with_rights_leaves_for_being_absent(staff, owner, hanne):
    User.objects.filter(pk=owner.pk).update(external_id="O-1")
    User.objects.filter(pk=hanne.pk).update(external_id="H-1")
    for actor in (None, hanne):
        plan = planned(rows(ANN, BO), choices=EVERYBODY, actor=actor)
        assert [update.name for update in plan.updates] == ["Cy Dam"]
        assert [(problem.line, problem.message.split(" holds")[0]) for problem in plan.left_alone] == [
            (None, "Olivia Lind"),
            (None, "Hanne Riis"),
        ]


def test_a_file_without_identifiers_can_not_tell_who_is_absent(staff):
    plan = planned(rows("Ann,Dam,ann@harbour.example", heading="First name,Last name,E-mail"), choices=NIGHTLY)
    assert [str(problem) for problem in plan.problems] == [
        "Line 1: Who is absent can be told by the HR identifier alone, and the file has no column for it."
    ]
    assert (plan.updates, plan.is_readable) == ([], False)


@pytest.mark.parametrize("content", [rows(), rows(person("C", "Cy", email="nowhere"), person("D", "", email="x"))])
def test_a_file_without_a_good_row_makes_nobody_absent(staff, content):
    assert leaving(content=content) == []
