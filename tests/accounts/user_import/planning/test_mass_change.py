"""Imports that change unusually much: exactly at the limits nothing is asked, above them a number is typed."""

import pytest
from django.core.management import CommandError

from accounts.models import Department, User
from accounts.user_import.applying.apply import finished
from accounts.user_import.confirm import apply_confirmed, fingerprint, import_steps
from accounts.user_import.planning.mass_change import (
    LEAVING,
    MOVING,
    READDRESSED,
    NotConfirmed,
    is_many,
    mass_change,
)
from accounts.user_import.planning.plan import Plan, Update
from tests.support.import_files import planned, row, rows, run

pytestmark = pytest.mark.django_db


@pytest.mark.once
@pytest.mark.parametrize("limits", [LEAVING, MOVING, READDRESSED])
def test_one_more_than_either_limit_is_many(limits):
    at_most, per_cent = limits
    assert not is_many(at_most, 100_000, limits)
    assert is_many(at_most + 1, 100_000, limits)
    assert not is_many(per_cent, 100, limits)
    assert is_many(per_cent + 1, 100, limits)


@pytest.mark.once
def test_one_person_is_never_many_and_two_of_few_are():
    assert not is_many(0, 0, LEAVING)
    assert not is_many(1, 1, LEAVING)
    assert is_many(2, 39, LEAVING)
    assert not is_many(2, 40, LEAVING)


def crowd(count, **fields):
    people = [User(external_id=str(n), first_name="P", last_name=str(n), email=f"p{n}@x.example") for n in range(count)]
    for each in people:
        for name, value in fields.items():
            setattr(each, name, value)
    return User.objects.bulk_create(people)


def lines_of(people, domain="x.example", place="", status=""):
    numbered = ((person.external_id, person) for person in people)
    return rows(*(row(n, "P", person.last_name, f"p{n}@{domain}", place, "", status) for n, person in numbered))


@pytest.mark.parametrize(("leaving", "number"), [(5, None), (6, 6)])
def test_leavers_are_counted_against_everybody_active(leaving, number):
    people = crowd(100)
    User.objects.create(email="gone@x.example", first_name="Gone", is_active=False)
    change = mass_change(planned(lines_of(people[:leaving], status="Terminated")))
    assert (change and change.number) == number
    if change:
        assert change.sentences == ["6 of 100 active people would be deactivated."]


@pytest.mark.parametrize(("moving", "number"), [(10, None), (11, 11)])
def test_people_who_move_are_counted_but_nobody_who_gets_a_first_department(company, aarhus, moving, number):
    people = crowd(100, department=company)
    change = mass_change(planned(lines_of(people[:moving], place="Aarhus")))
    assert (change and change.number) == number
    assert change is None or change.sentences == ["11 people would move to another department."]
    User.objects.update(department=None)
    assert mass_change(planned(lines_of(people[:moving], place="Aarhus"))) is None


@pytest.mark.parametrize(("readdressed", "number"), [(10, None), (11, 11)])
def test_people_who_get_another_address_are_counted(readdressed, number):
    people = crowd(100)
    change = mass_change(planned(lines_of(people[:readdressed], domain="new.example")))
    assert (change and change.number) == number
    assert change is None or change.sentences == ["11 people would get another email address."]


def test_a_new_department_at_the_top_is_asked_unless_the_company_has_none():
    content = rows(row("1", place="Malmö / Central"))
    assert mass_change(planned(content)) is None
    Department.objects.add_root({"name": "Harbour Coffee"})
    change = mass_change(planned(content))
    assert (change.number, change.sentences) == (
        1,
        ["A new department would be at the top of the organisation: Malmö."],
    )
    assert mass_change(planned(rows(row("1", place="Harbour Coffee / Central")))) is None


def test_each_reason_counts_into_the_number(company):
    people = crowd(4, department=company)
    content = lines_of(people[:2], domain="new.example", place="Malmö", status="Terminated")
    change = mass_change(planned(content))
    assert (change.number, len(change.sentences)) == (7, 4)


@pytest.mark.once
def test_nothing_that_stays_is_counted():
    changes = {"is_active": (False, True), "first_name": ("A", "B"), "department": (None, "x")}
    assert mass_change(Plan(updates=[Update(n, n, "P", changes) for n in range(50)])) is None


@pytest.mark.parametrize("typed", [None, 0, 2, 4])
def test_only_the_number_itself_confirms_on_the_page(hanne, typed):
    people = crowd(10)
    plan = planned(lines_of(people[:3], status="Terminated"), actor=hanne)
    with pytest.raises(NotConfirmed) as stopped:
        finished(import_steps(plan, actor=hanne, seen=fingerprint(plan), typed=typed))
    assert stopped.value.change.number == 3
    assert not User.objects.filter(is_active=False).exists()
    finished(import_steps(plan, actor=hanne, seen=fingerprint(plan), typed=3))
    assert User.objects.filter(is_active=False).count() == 3


def test_a_mass_change_is_asked_where_a_plan_is_applied_by_the_command(tmp_path):
    people = crowd(10)
    content = lines_of(people[:3], status="Terminated")
    with pytest.raises(NotConfirmed):
        apply_confirmed(planned(content), actor=None)
    for options in ([], ["--confirm-mass-change", "2"]):
        with pytest.raises(CommandError, match="If that is right, run it with --confirm-mass-change 3"):
            run(tmp_path, content, *options)
    assert not User.objects.filter(is_active=False).exists()
    assert "Imported." in run(tmp_path, content, "--confirm-mass-change", "3")
    assert User.objects.filter(is_active=False).count() == 3
