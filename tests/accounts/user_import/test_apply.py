"""What an import does to people, departments and job profiles; and which users it leaves alone."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import is_password_usable
from django.core.management import CommandError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Department, JobProfile, User
from accounts.user_import import UsersChanged, apply_import
from audit.models import AuditEvent
from tests.support.import_files import imported, planned, problems, row, rows, run
from tests.support.mail_backends import delivered

pytestmark = pytest.mark.django_db


def paths():
    names = {department.path: department.name for department in Department.objects.all()}
    return [" / ".join(names[path[:end]] for end in range(4, len(path) + 1, 4)) for path in sorted(names)]


def test_somebody_new_has_no_password_and_no_rights():
    imported(rows(row("1")))
    person = User.objects.get()
    assert not is_password_usable(person.password)
    assert (person.is_active, person.is_staff, person.is_superuser, person.groups.count()) == (True, False, False, 0)
    assert list(EmailAddress.objects.values_list("email", "verified", "primary")) == [
        ("lena@harbour.example", True, True)
    ]


def test_a_second_run_changes_nothing(company):
    content = rows(row("1", place="Harbour Coffee / Copenhagen / Nørreport", job="Barista"))
    assert imported(content)["created"] == 1
    before = list(User.objects.values())
    counts = imported(content)
    assert (counts["created"], counts["updated"], counts["unchanged"]) == (0, 0, 1)
    assert list(User.objects.values()) == before
    assert paths() == ["Harbour Coffee", "Harbour Coffee / Copenhagen", "Harbour Coffee / Copenhagen / Nørreport"]


def test_a_second_run_updates_what_the_file_says_and_keeps_the_password(lena):
    password, created_at = lena.password, lena.created_at
    imported(rows(row("L-1", "Lene", "Sørensen Holm", place="Aarhus", job="Shift lead", status="Inactive")))
    lena.refresh_from_db()
    assert (lena.external_id, lena.name, lena.department.name) == ("L-1", "Lene Sørensen Holm", "Aarhus")
    assert (lena.job_profile.name, lena.is_active) == ("Shift lead", False)
    assert (lena.password, lena.created_at) == (password, created_at)
    imported(rows(row("L-1", "Lene", "Sørensen Holm", place="Aarhus", job="Shift lead", status="Active")))
    lena.refresh_from_db()
    assert lena.is_active


def test_an_empty_cell_empties_a_column_that_is_missing_does_not(lena):
    imported(rows(row("L-1", place="Aarhus", job="Barista", status="Inactive")))
    imported(rows("Lena,lena@harbour.example", heading="First name,Email"))
    lena.refresh_from_db()
    assert (lena.last_name, lena.department.name, lena.job_profile.name) == ("Sørensen", "Aarhus", "Barista")
    assert (lena.external_id, lena.is_active) == ("L-1", False)
    imported(
        rows(
            "Lena,,lena@harbour.example,,,,", heading="First name,Last name,Email,Department,Job title,ID number,Status"
        )
    )
    lena.refresh_from_db()
    assert (lena.last_name, lena.department, lena.job_profile) == ("", None, None)
    assert (lena.external_id, lena.is_active) == ("L-1", False)


def test_departments_are_found_wherever_they_are_in_the_tree(lena, max_):
    imported(
        rows(
            row("1", "A", email="a@harbour.example", place="nørreport"),
            row("2", "B", email="b@harbour.example", place="Copenhagen > Nørreport"),
            row("3", "C", email="c@harbour.example", place="Copenhagen/Vesterbro"),
            row("4", "D", email="d@harbour.example", place="Vesterbro"),
            row("5", "E", email="e@harbour.example", place="Malmö / Central"),
        )
    )
    assert paths() == [
        "Harbour Coffee",
        "Harbour Coffee / Copenhagen",
        "Harbour Coffee / Copenhagen / Nørreport",
        "Harbour Coffee / Copenhagen / Vesterbro",
        "Harbour Coffee / Aarhus",
        "Malmö",
        "Malmö / Central",
    ]
    people = User.objects.filter(external_id__isnull=False).order_by("external_id")
    assert [person.department.name for person in people] == [
        "Nørreport",
        "Nørreport",
        "Vesterbro",
        "Vesterbro",
        "Central",
    ]
    assert list(Department.objects.values_list("name", "numchild")) == [
        ("Harbour Coffee", 2),
        ("Copenhagen", 2),
        ("Nørreport", 0),
        ("Vesterbro", 0),
        ("Aarhus", 0),
        ("Malmö", 1),
        ("Central", 0),
    ]


def test_a_plain_name_may_mean_a_department_that_a_later_line_creates():
    imported(rows(row("1", place="Airport"), row("2", email="x@harbour.example", place="Copenhagen / Airport")))
    assert paths() == ["Copenhagen", "Copenhagen / Airport"]


def test_job_profiles_are_one_whatever_their_letter_case():
    JobProfile.objects.create(name="Barista")
    people = [
        row(str(n), email=f"p{n}@harbour.example", job=job) for n, job in enumerate(["BARISTA", "Roaster", "roaster"])
    ]
    imported(rows(*people))
    assert list(JobProfile.objects.values_list("name", flat=True)) == ["Barista", "Roaster"]


def test_two_people_swap_their_addresses():
    imported(rows(row("1"), row("2", "Max", "Kjær", "max@harbour.example")))
    counts = imported(rows(row("1", email="max@harbour.example"), row("2", "Max", "Kjær", "lena@harbour.example")))
    assert counts["updated"] == 2
    expected = [("1", "max@harbour.example"), ("2", "lena@harbour.example")]
    assert list(User.objects.order_by("external_id").values_list("external_id", "email")) == expected
    assert (
        list(EmailAddress.objects.order_by("user__external_id").values_list("user__external_id", "email")) == expected
    )


def test_an_address_that_becomes_free_goes_to_somebody_new():
    imported(rows(row("1")))
    imported(rows(row("2", "New"), row("1", email="lene@harbour.example")))
    assert list(User.objects.order_by("external_id").values_list("external_id", "first_name", "email")) == [
        ("1", "Lena", "lene@harbour.example"),
        ("2", "New", "lena@harbour.example"),
    ]


def test_after_a_change_the_old_address_neither_signs_in_nor_resets(client, lena):
    imported(rows(row("L-1")))
    imported(rows(row("L-1", email="lene@harbour.example")))
    sign_in = reverse("account_login")
    client.post(sign_in, {"login": "lena@harbour.example", "password": "standin-demo"})
    assert "_auth_user_id" not in client.session
    client.post(sign_in, {"login": "lene@harbour.example", "password": "standin-demo"})
    assert client.session["_auth_user_id"] == str(lena.pk)
    client.logout()
    for address in ("lena@harbour.example", "lene@harbour.example"):
        client.post(reverse("account_reset_password"), {"email": address})
    resets = [mail.to for mail in delivered() if "/password/reset/key/" in mail.body]
    assert resets == [["lene@harbour.example"]]


@pytest.mark.parametrize("who", ["owner", "sam", "rita", "carl", "audrey"])
def test_users_with_rights_are_left_alone(who, request):
    person = request.getfixturevalue(who)
    before = User.objects.filter(pk=person.pk).values().get()
    plan = planned(rows(row("9", "Mallory", "M", person.email, "Elsewhere", "Intruder", "Inactive")))
    assert plan.counts()["protected"] == 1
    assert [notice.message for notice in plan.notices] == [
        f"{person.name} holds rights here and is left as is. Change this account in User Management."
    ]
    apply_import(plan)
    assert User.objects.filter(pk=person.pk).values().get() == before


def test_sam_may_import_changes_to_rita_whose_rights_he_covers_but_not_to_himself_or_audrey(sam, rita, audrey):
    content = rows(*(row("", "Changed", person.last_name, person.email) for person in (sam, rita, audrey)))
    imported(content, actor=sam)
    names = [User.objects.get(pk=person.pk).first_name for person in (sam, rita, audrey)]
    assert names == ["Sam", "Changed", "Audrey"]


def test_the_owner_may_import_changes_to_everybody_but_owners(owner, audrey):
    other = User.objects.create_superuser("other@harbour.example", first_name="Other")
    content = rows(*(row("", "Changed", person.last_name, person.email) for person in (owner, audrey, other)))
    imported(content, actor=owner)
    names = [User.objects.get(pk=person.pk).first_name for person in (owner, audrey, other)]
    assert names == ["Olivia", "Changed", "Other"]


def test_nobody_gets_the_address_that_somebody_with_rights_keeps(sam):
    User.objects.filter(pk=sam.pk).update(external_id="S-1")
    moved = row("S-1", "Sam", "Okafor", "parked@harbour.example")
    assert problems(rows(moved, row("2", "Mallory", "M", sam.email))) == [
        (3, "E-mail", "This is the address of Sam Okafor, who holds rights here and keeps it.")
    ]


def test_somebody_who_gains_rights_between_plan_and_import_stops_it(lena):
    plan = planned(rows(row("", "Lene"), row("2", "New", "Person", "new@harbour.example")))
    User.objects.filter(pk=lena.pk).update(is_superuser=True)
    with pytest.raises(UsersChanged):
        apply_import(plan)
    assert User.objects.get().first_name == "Lena"


def test_somebody_who_takes_an_address_between_plan_and_import_stops_it():
    plan = planned(rows(row("1"), row("2", "New", "Person", "new@harbour.example", "Aarhus")))
    User.objects.create_user("lena@harbour.example", first_name="Other")
    with pytest.raises(UsersChanged):
        apply_import(plan)
    assert User.objects.get().first_name == "Other"
    assert not Department.objects.exists()
    assert not AuditEvent.objects.exists()


def test_a_department_that_somebody_creates_between_plan_and_import_is_used():
    plan = planned(rows(row("1", place="Aarhus / Airport")))
    Department.objects.add_root({"name": "Aarhus"})
    apply_import(plan)
    assert paths() == ["Aarhus", "Aarhus / Airport"]


def test_a_dry_run_says_everything_and_changes_nothing(tmp_path):
    said = run(tmp_path, rows(row("1", place="Aarhus / Airport", job="Barista")), "--dry-run")
    assert said.splitlines() == [
        "New department: Aarhus",
        "New department: Aarhus / Airport",
        "New job profile: Barista",
        "Rows: 1; 1 new, 0 changed (0 deactivated), 0 unchanged, 0 left as they are.",
        "This was a dry run: nothing was changed.",
    ]
    assert not User.objects.exists()
    assert not Department.objects.exists()


@pytest.mark.parametrize("who", ["ina@harbour.example", "nobody@harbour.example"])
def test_the_actor_is_somebody_active(tmp_path, ina, who):
    with pytest.raises(CommandError, match=f"No active person has the address {who}"):
        run(tmp_path, rows(row("1")), "--actor", who)
    assert User.objects.get() == ina


def statements(content):
    """Return what the import asks of the database, in order; a statement sent in batches counts once."""
    with CaptureQueriesContext(connection) as queries:
        imported(content)
    asked = [re.sub(r"^\d+ times: ", "", query["sql"] or "a prepared statement") for query in queries]
    # On PostgreSQL many rows are copied, a few are inserted.
    beginnings = [sql.replace("COPY", "INSERT INTO")[:25] for sql in asked if "SAVEPOINT" not in sql]
    return list(dict.fromkeys(beginnings)), len(queries)


def test_five_hundred_people_take_as_many_statements_as_ten(aarhus):
    def people(count, mark, job):
        return rows(*(row(str(n), mark, "P", f"{mark}{n}@harbour.example", "Aarhus", job) for n in range(count)))

    ten = [statements(people(10, "A", "Barista")), statements(people(10, "B", "Roaster"))]
    User.objects.all().delete()
    JobProfile.objects.all().delete()
    five_hundred = [statements(people(500, "A", "Barista")), statements(people(500, "B", "Roaster"))]
    assert User.objects.filter(first_name="B", job_profile__name="Roaster", email__startswith="b").count() == 500
    for (few, _count), (many, count) in zip(ten, five_hundred, strict=True):
        assert many == few
        assert len(few) > 5
        assert count < 80
