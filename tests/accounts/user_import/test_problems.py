"""A file with anything wrong in it imports nobody, and every problem is named with its line and its column."""

import io

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Department, JobProfile, User
from accounts.user_import import Choices, apply_import, skipped_rows
from accounts.user_import.planning.choices import NOBODY
from audit.models import AuditEvent
from tests.support.import_files import imported, planned, problems, rows, run

pytestmark = pytest.mark.django_db

NO_ADDRESS = "The email address is missing: everybody here signs in with an address of their own."
GOOD = "1,Lena,Sørensen,lena@harbour.example,Nørreport,Barista,Active"


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [
        (
            "2,Max,Kjær,,,,",
            "E-mail",
            "The email address is missing: everybody here signs in with an address of their own.",
        ),
        ("2,Max,Kjær,max at harbour,,,", "E-mail", "“max at harbour” is not an email address."),
        (
            "2,,Kjær,max@harbour.example,,,",
            "First name",
            "The first name is missing. If they use one name, enter it as first name.",
        ),
        (
            "2,Max,Kjær,LENA@harbour.example,,,",
            "E-mail",
            "“lena@harbour.example” is in line 2 already. "
            "Everybody needs an address of their own, because it is where a password is reset.",
        ),
        ("1,Max,Kjær,max@harbour.example,,,", "Employee ID", "“1” is in line 2 already."),
        (f"2,{'M' * 151},Kjær,max@harbour.example,,,", "First name", "This is longer than 150 characters."),
        (f"{'2' * 101},Max,Kjær,max@harbour.example,,,", "Employee ID", "This is longer than 100 characters."),
        (f"2,Max,Kjær,max@harbour.example,,{'B' * 101},", "Job title", "This is longer than 100 characters."),
        (f"2,Max,{'K' * 2001},max@harbour.example,,,", "Last name", "This is longer than 2000 characters."),
        ("2,Max,K\0jær,max@harbour.example,,,", "Last name", "This contains a character that can't be shown."),
        ("2,Max,K\x1bjær,max@harbour.example,,,", "Last name", "This contains a character that can't be shown."),
        (
            "2,Max,Kjær,max@harbour.example,A /  / B,,",
            "Department",
            "There is nothing between two separators of “A / / B”.",
        ),
        (
            f"2,Max,Kjær,max@harbour.example,{'A' * 101},,",
            "Department",
            "A department's name is longer than 100 characters.",
        ),
        (
            f"2,Max,Kjær,max@harbour.example,{' / '.join('ABCDEFGHIJK')},,",
            "Department",
            "This is deeper than 10 departments.",
        ),
        (
            "2,Max,Kjær,max@harbour.example,,,,Barista",
            "",
            "The row has more cells than there are headings; is a separator unquoted?",
        ),
    ],
)
def test_a_bad_row_is_named_with_its_line_and_column(row, column, message):
    plan = planned(rows(GOOD, row))
    assert [(problem.line, problem.column, problem.message) for problem in plan.problems] == [(3, column, message)]
    [(rejected, reasons)] = skipped_rows(io.BytesIO(rows(GOOD, row).encode()), plan)
    assert (rejected.number, ",".join(rejected.cells), reasons) == (3, row, plan.problems)


def test_a_time_zone_that_is_none_leaves_the_stored_one_and_is_named():
    plan = planned(rows("Max,max@harbour.example,Mars/Base", heading="First name,Email,Timezone"))
    assert plan.problems == []
    assert [str(notice) for notice in plan.notices] == [
        "Line 1, Timezone: “Mars/Base” is not a time zone: 1 person keeps theirs or gets the standard one."
    ]


def test_the_line_is_the_one_where_the_row_begins_in_the_file():
    long_row = '1,Lena,"Sørensen\nof\nNørreport",lena@harbour.example,,,'
    assert [line for line, *_ in problems(rows(long_row, "", "2,Max,Kjær,,,,"))] == [6]


def test_every_problem_of_every_row_is_named():
    found = problems(rows(GOOD, "2,,Kjær,nonsense,,,Gone fishing", "3,Ina,Dahl,,,,"))
    assert [(line, column) for line, column, _message in found] == [
        (3, "E-mail"),
        (3, "First name"),
        (4, "E-mail"),
    ]


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("First name,Last name", "There is no column for the email address"),
        ("Email,Department", "There is no column for the name"),
        ("Email,First name,first_name", "There are two columns with this heading."),
    ],
)
def test_a_heading_that_is_missing_or_there_twice_is_named(heading, expected):
    found = problems(rows("a,b,c", heading=heading))
    assert [line for line, *_ in found] == [1]
    assert found[0][2].startswith(expected)


def test_nothing_at_all_is_imported_where_one_row_is_bad(tmp_path):
    with pytest.raises(CommandError, match="Nothing was imported: 1 problem"):
        run(tmp_path, rows(GOOD, "2,Max,Kjær,,,,"))
    assert not User.objects.exists()
    assert not Department.objects.exists()
    assert not JobProfile.objects.exists()
    assert not AuditEvent.objects.exists()


def test_the_command_names_every_problem_and_fails(tmp_path, capsys):
    (tmp_path / "people.csv").write_text(rows("2,Max,Kjær,,,,", "3,,Dahl,ina@harbour.example,,,"))
    with pytest.raises(CommandError) as failure:
        call_command("import_users", str(tmp_path / "people.csv"))
    assert failure.value.returncode == 1
    assert capsys.readouterr().err.splitlines() == [
        "Line 2, E-mail: The email address is missing: everybody here signs in with an address of their own.",
        "Line 3, First name: The first name is missing. If they use one name, enter it as first name.",
    ]


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CommandError, match=r"nobody\.csv can't be read: No such file or directory"):
        call_command("import_users", str(tmp_path / "nobody.csv"))


def test_a_plan_with_problems_can_not_be_applied():
    with pytest.raises(ValueError, match="problems"):
        apply_import(planned(rows("2,Max,Kjær,,,,")))
    assert not User.objects.exists()


def test_an_address_of_somebody_else_is_named():
    imported(rows(GOOD))
    somebody_new = Choices(same={"2": NOBODY})
    assert problems(rows("2,Max,Kjær,lena@harbour.example,,,"), choices=somebody_new) == [
        (2, "E-mail", "This is the address of somebody else: Lena Sørensen, HR identifier 1.")
    ]


def test_an_address_that_its_holder_gives_up_in_the_same_file_needs_an_identifier():
    imported(rows(GOOD))
    moves = "1,Lena,Sørensen,lene@harbour.example,,,"
    assert problems(rows(moves, "2,Max,Kjær,lena@harbour.example,,,")) == []
    assert problems(rows(moves, ",Max,Kjær,lena@harbour.example,,,")) == [
        (3, "E-mail", "This is the address of Lena Sørensen; line 2 gives them another one.")
    ]


def test_a_plain_department_name_that_is_there_twice_is_named_with_its_candidates():
    imported(
        rows("1,Lena,S,lena@harbour.example,Copenhagen / Airport,,", "2,Max,K,max@harbour.example,Aarhus / Airport,,")
    )
    assert problems(rows("3,Ina,Dahl,ina@harbour.example,Airport,,")) == [
        (
            2,
            "Department",
            "“Airport” can mean several departments: Aarhus / Airport; Copenhagen / Airport. Write the whole path.",
        )
    ]
    imported(rows("3,Ina,Dahl,ina@harbour.example,Aarhus / Airport,,"))
    assert Department.objects.filter(name="Airport").count() == 2
