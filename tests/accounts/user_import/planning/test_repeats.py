"""Two rows of one file about one person: a second job is told, everything else is a problem."""

import pytest

from tests.support.import_files import planned, row, rows

pytestmark = pytest.mark.django_db


def outcome(*lines):
    plan = planned(rows(*lines))
    second = [(notice.line, notice.message) for notice in plan.notices if "is about this person too" in notice.message]
    return len(plan.creations), second, [(problem.line, problem.column) for problem in plan.problems]


SECOND = (3, "Line 2 is about this person too. A person has one department and one job profile here.")


@pytest.mark.parametrize(
    "other",
    [
        row("1"),
        row("1", place="Aarhus"),
        row("1", job="Barista"),
        row("1", place="Aarhus", job="Barista"),
    ],
)
def test_a_second_job_is_told_and_the_first_one_counts(other):
    assert outcome(row("1"), other) == (1, [SECOND], [])


@pytest.mark.parametrize(
    ("other", "columns"),
    [
        (row("1", "Lene"), ["E-mail", "Employee ID"]),
        (row("1", status="Terminated"), ["E-mail", "Employee ID"]),
        (row("1", status="Barsel"), ["E-mail", "Employee ID"]),
        (row("1", email="other@harbour.example"), ["Employee ID"]),
        (row("2"), ["E-mail"]),
    ],
)
def test_rows_that_differ_in_more_than_a_job_are_a_problem(other, columns):
    _count, second, problems = outcome(row("1"), other)
    assert (second, problems) == ([], [(3, column) for column in columns])


def test_without_an_identifier_nobody_has_a_second_job():
    assert outcome(row(), row(place="Aarhus"))[1:] == ([], [(3, "E-mail")])


def test_rows_without_an_address_are_not_each_others():
    lines = [row("1", email="", status="Terminated"), row("2", email="", status="Terminated")]
    assert outcome(*lines) == (0, [], [])


def test_a_third_row_names_the_first():
    plan = planned(rows(row("1"), row("1", place="Aarhus"), row("1", job="Barista")))
    assert [notice.line for notice in plan.notices if "Line 2 is about" in notice.message] == [3, 4]
