"""Departments and job profiles that go between the plan and the import: everything stops, and nobody loses anything."""

import io

import pytest

from accounts.models import Department, JobProfile, User, UserImport
from accounts.organisation.actions import delete_department
from accounts.user_import import UsersChanged, apply_import, plan_import
from accounts.user_import.applying.apply import finished
from accounts.user_import.applying.undo import plan_undo
from accounts.user_import.confirm import fingerprint, import_steps
from accounts.user_import.runs import actions
from audit.models import AuditEvent
from tests.support.import_files import planned, row, rows

pytestmark = pytest.mark.django_db(transaction=True)  # a department that is gone is noticed at the end of one
EXISTING, NEW = ("7", "Lena", "Sørensen", "lena@harbour.example"), ("8", "Max", "Kjær", "max@harbour.example")


@pytest.mark.parametrize("person", [EXISTING, NEW], ids=["changed", "new"])
def test_a_department_that_is_deleted_meanwhile_stops_the_import(owner, lena, aarhus, person):
    plan = planned(rows(row(*person, place="Aarhus")), actor=owner)
    delete_department(actor=owner, department=aarhus)
    events = AuditEvent.objects.count()
    with pytest.raises(UsersChanged):
        finished(import_steps(plan, actor=owner, seen=fingerprint(plan)))
    assert (UserImport.objects.count(), AuditEvent.objects.count()) == (0, events)


def test_the_place_of_a_new_department_that_is_deleted_meanwhile_stops_the_import(owner, aarhus):
    plan = planned(rows(row(*NEW, place="Aarhus / Roastery")), actor=owner)
    delete_department(actor=owner, department=aarhus)
    with pytest.raises(UsersChanged):
        finished(import_steps(plan, actor=owner, seen=fingerprint(plan)))
    assert not Department.objects.filter(name="Roastery").exists()


@pytest.mark.parametrize("person", [EXISTING, NEW], ids=["changed", "new"])
def test_a_job_profile_that_is_renamed_meanwhile_stops_the_import_and_is_taken_from_nobody(owner, lena, person):
    barista, cook = JobProfile.objects.create(name="Barista"), JobProfile.objects.create(name="Cook")
    User.objects.filter(pk=lena.pk).update(job_profile=cook)
    plan = planned(rows(row(*person, job="Barista")), actor=owner)
    JobProfile.objects.filter(pk=barista.pk).update(name="Barista (shop)")
    with pytest.raises(UsersChanged):
        finished(import_steps(plan, actor=owner, seen=fingerprint(plan)))
    assert list(User.objects.filter(first_name__in=["Lena", "Max"]).values_list("job_profile__name")) == [("Cook",)]


def test_a_department_that_is_deleted_during_an_undo_stops_it(owner, lena, aarhus, monkeypatch):
    lines = f"E-mail,First name,Department\n{lena.email},Lena,Aarhus\n"
    run = apply_import(plan_import(io.BytesIO(lines.encode()), "people.csv"))
    seen = fingerprint(plan_undo(run, actor=owner))
    planned_first = actions.plan_undo

    def with_a_deletion(*args, **options):
        plan = planned_first(*args, **options)
        Department.objects.filter(pk=lena.department_id).delete()
        return plan

    monkeypatch.setattr(actions, "plan_undo", with_a_deletion)
    with pytest.raises(UsersChanged):
        actions.undo(run, actor=owner, seen=seen)
    assert UserImport.objects.count() == 1
