"""A column whose values look like a status stops the import until somebody says what it is."""

import pytest

from accounts.models import User
from accounts.user_import import apply_import
from accounts.user_import.mapping.columns import Columns
from accounts.user_import.mapping.fields import Field
from accounts.user_import.mapping.mapping import Mapping
from accounts.user_import.planning.choices import Choices
from accounts.user_import.planning.column_questions import column_questions
from accounts.user_import.planning.rows import MAX_STATUSES
from tests.support.hr_cases import answered
from tests.support.import_files import planned, rows

pytestmark = pytest.mark.django_db

HEADING = "Employee ID,First name,Last name,E-mail,Wxyz"


def file_of(*values):
    return rows(*(f"E{n},P,{n},p{n}@harbour.example,{value}" for n, value in enumerate(values)), heading=HEADING)


@pytest.mark.parametrize(
    "values",
    [
        ["Terminated"],
        ["Employed", "Terminated", "Our own word"],
        ["inactive"],
        ["true", "false"],
        ["512", "514"],
        ["tobedeleted"],
        ["Fratrådt"],
        ["no"],
        ["Ed Gum (Terminated)", "Al Wasa"],
    ],
)
def test_values_of_a_status_under_an_unknown_heading_stop_the_import(values):
    plan = planned(file_of(*values))
    assert [question.id for question in plan.questions] == ["column:Wxyz"]
    assert plan.can_be_applied is False
    assert values[0] in plan.questions[0].sentence
    assert plan.questions[0].lines == [1]


@pytest.mark.parametrize("values", [["Barista", "Roaster"], ["yes", "yes"], ["512", "512"], ["1001", "1002"], ["", ""]])
def test_other_values_ask_nothing(values):
    assert planned(file_of(*values)).questions == []


@pytest.mark.parametrize("leaves_out", [False, True])
def test_such_a_question_can_not_be_left_open(leaves_out):
    choices = Choices(leaves_out_undecided=leaves_out, left_out=frozenset({"column:Wxyz"}))
    plan = planned(file_of("Terminated"), choices=choices)
    assert [question.id for question in plan.questions] == ["column:Wxyz"]
    assert plan.can_be_applied is False


def test_somebody_declines_the_column_and_it_stops_nothing():
    content = file_of("Terminated", "Active")
    choices = answered(planned(content), {"column:Wxyz": "unused"})
    assert choices.mapping.columns["Wxyz"] is Field.UNUSED
    plan = planned(content, choices=choices)
    assert plan.can_be_applied is True
    assert [made.row.is_active for made in plan.creations] == [None, None]


@pytest.mark.parametrize(
    ("answer", "values", "expected"),
    [
        ("status", ["Terminated", "Active"], [False, True]),
        ("active", ["yes", "no"], [True, False]),
        ("inactive", ["yes", "no"], [False, True]),
    ],
)
def test_somebody_says_what_the_column_is_and_it_is_read(answer, values, expected):
    content = file_of(*values)
    choices = answered(planned(content), {"column:Wxyz": answer})
    assert [made.row.is_active for made in planned(content, choices=choices).creations] == expected
    # What was said of this column leaves the others as their headings say.
    assert choices.mapping.columns["E-mail"] is Field.EMAIL


def test_a_mapping_that_says_nothing_of_the_column_doesnt_decline_it():
    said = {"Employee ID": Field.EXTERNAL_ID, "First name": Field.FIRST_NAME, "E-mail": Field.EMAIL}
    plan = planned(file_of("Terminated"), choices=Choices(mapping=Mapping(columns=said)))
    assert [question.id for question in plan.questions] == ["column:Wxyz"]


def test_one_word_far_down_among_a_few_others_counts():
    values = [f"Shift {n % 50}" for n in range(3_000)]
    assert planned(file_of(*values)).questions == []
    values[-1] = "Terminated"
    assert [question.id for question in planned(file_of(*values)).questions] == ["column:Wxyz"]


@pytest.mark.parametrize("place", [0, MAX_STATUSES - 1, MAX_STATUSES, MAX_STATUSES + 1, 999])
def test_one_word_counts_wherever_it_is_among_very_many_values(place):
    values = [f"Person {n}" for n in range(1_000)]
    assert planned(file_of(*values)).questions == []
    values[place] = f"Person {place} (Terminated)"
    [question] = planned(file_of(*values)).questions
    assert f"Person {place} (Terminated)" in question.sentence


@pytest.mark.once
def test_the_first_values_are_shown():
    columns = Columns(["Email", "Name", "Wxyz"], 4)
    [question] = column_questions(columns, {2: dict.fromkeys(["A", "B", "Terminated", "D", "E"], 5)})
    assert "(A, B, Terminated, D …)" in question.sentence
    assert (question.lines, question.column) == ([4], "Wxyz")
    assert [value for value, _label in question.choices] == ["status", "active", "inactive", "unused"]


def test_nobody_is_created_before_the_column_is_explained():
    plan = planned(file_of("Terminated"))
    assert len(plan.creations) == 1
    assert not plan.can_be_applied
    with pytest.raises(ValueError, match="open questions"):
        apply_import(plan)
    assert not User.objects.exists()
