"""The record of imports: each run, exact values of each person, and their erasure."""

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.models import ImportedPerson, JobProfile, User, UserImport
from accounts.models.user_imports import KEPT_FOR
from accounts.user_import import UsersChanged, apply_import, stopped
from tests.support.assumed import detail, events
from tests.support.import_files import planned, row, rows

pytestmark = pytest.mark.django_db


def test_a_run_keeps_who_when_and_which_file(sam):
    plan = planned(rows(row("1")), "staff.csv")
    run = apply_import(plan, actor=sam)
    assert UserImport.objects.get() == run
    run.refresh_from_db()
    assert (run.actor, run.actor_name, run.file_name, run.way) == (sam, sam.name, "staff.csv", "command")
    assert (run.sha256, run.size, run.state) == (plan.source.sha256, len(rows(row("1")).encode()), "applied")
    assert (run.counts, run.problem, run.undoes) == (plan.counts(), "", None)
    assert [detail(event)["import"] for event in events("user.imported") + events("user.created")] == [run.pk] * 2


def test_a_run_keeps_exact_values_of_each_person_and_departments_by_number(lena, aarhus):
    barista = JobProfile.objects.create(name="Barista")
    before = lena.department_id
    run = apply_import(
        planned(
            rows(
                row("L-1", "Lene", place="Aarhus", job="Barista", status="Inactive"),
                row("2", "Max", "Kjær", "max@harbour.example", "Aarhus / Airport", "Roaster"),
            )
        )
    )
    changed, created = ImportedPerson.objects.filter(run=run).order_by("pk")
    assert (changed.user, changed.line, changed.created, changed.left, changed.moved) == (lena, 2, False, True, True)
    assert changed.before == {
        "first_name": "Lena", "external_id": None, "is_active": True, "department": before, "job_profile": None,
    }  # fmt: skip
    assert changed.after == {
        "first_name": "Lene", "external_id": "L-1", "is_active": False, "department": aarhus.pk,
        "job_profile": barista.pk,
    }  # fmt: skip
    person = User.objects.get(external_id="2")
    assert (created.user, created.line, created.created, created.left, created.moved) == (person, 3, True, False, False)
    assert created.before == {}
    assert created.after == {
        "email": "max@harbour.example", "first_name": "Max", "last_name": "Kjær", "external_id": "2",
        "department": person.department_id, "job_profile": person.job_profile_id,
        "language": person.language, "time_zone": person.time_zone, "is_active": True,
    }  # fmt: skip


def test_a_stopped_run_is_kept_with_its_reason_and_changes_nobody(sam):
    plan = planned(rows(row("1")))
    User.objects.create_user("lena@harbour.example", first_name="Other")
    with pytest.raises(UsersChanged):
        apply_import(plan, actor=sam)
    assert not UserImport.objects.exists()
    run = stopped(plan.source, actor=sam, way="feed", problem="Somebody changed the same people.")
    run.refresh_from_db()
    assert (run.state, run.way, run.counts, run.problem) == ("stopped", "feed", {}, "Somebody changed the same people.")
    [event] = events("user.imported")
    assert (event.outcome, detail(event)["import"]) == ("failed", run.pk)
    assert not ImportedPerson.objects.exists()


def test_a_file_that_could_not_be_read_stops_a_run_too():
    run = stopped(None, actor=None, way="command", problem="The file is empty.")
    assert (run.file_name, run.actor, run.actor_name) == ("", None, "")


def test_a_file_name_that_no_database_stores_is_spelled_out():
    run = apply_import(planned(rows(row("1")), "staff\udcff\0.csv"))
    run.refresh_from_db()
    assert run.file_name == "staff\\udcff.csv"


def test_erasure_empties_the_values_and_the_name_and_keeps_that_there_was_an_import(sam, lena):
    run = apply_import(planned(rows(row("L-1", "Lene"), row("2", "Max", "Kjær", "max@harbour.example"))), actor=sam)
    call_command("erase_user", str(lena.pk), legal_basis="Art. 17 GDPR", yes=True, verbosity=0)
    erased, other = ImportedPerson.objects.filter(run=run).order_by("pk")
    assert (erased.user, erased.before, erased.after) == (lena, {}, {})
    assert other.after["first_name"] == "Max"
    run.refresh_from_db()
    assert run.actor_name == sam.name
    call_command("erase_user", str(sam.pk), legal_basis="Art. 17 GDPR", yes=True, verbosity=0)
    run.refresh_from_db()
    assert run.actor_name == ""


def test_values_are_kept_for_400_days():
    now = timezone.now()
    assert UserImport(at=now - KEPT_FOR / 2).keeps_people
    assert not UserImport(at=now - KEPT_FOR).keeps_people
