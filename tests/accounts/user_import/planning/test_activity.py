"""Whether somebody is active: every kind of column, days, words that a person has explained, and words to ask about."""

import pytest
import time_machine

from accounts.user_import.mapping.columns import Columns
from accounts.user_import.mapping.fields import Field
from accounts.user_import.mapping.mapping import ACTIVE, INACTIVE, KEEP, Mapping
from accounts.user_import.planning.activity import ActivityReader
from accounts.user_import.planning.choices import Choices
from accounts.user_import.planning.rows import MAX_STATUSES
from tests.support.import_files import planned, rows

TODAY = "2026-11-20T12:00:00Z"


def reader_of(*fields, statuses=None):
    """Return a reader of columns of these fields, called "c0", "c1" …, and the list that its problems go to."""
    columns = {f"c{place}": field for place, field in enumerate(fields)}
    wrong = []
    mapping = Mapping(columns=columns, statuses=statuses or {})
    reader = ActivityReader(Columns(list(columns), 1, mapping), lambda place, message: wrong.append(message))
    return reader, wrong


def read(*cells, statuses=None):
    """Return what (field, text) pairs of one row say: active, unknown words, problems."""
    reader, wrong = reader_of(*(field for field, _text in cells), statuses=statuses)
    is_active, unknown = reader.read(2, [text for _field, text in cells].__getitem__)
    assert list(reader.questions) == unknown
    return is_active, unknown, wrong


@pytest.mark.once
@pytest.mark.parametrize(
    ("field", "text", "expected"),
    [
        (Field.STATUS, "Active", True),
        (Field.STATUS, "TERMINATED", False),
        (Field.STATUS, "Full-Time", True),
        (Field.STATUS, "", None),
        (Field.ACTIVE, "yes", True),
        (Field.ACTIVE, "0", False),
        (Field.ACTIVE, "Oui", True),
        (Field.ACTIVE, "O", True),
        (Field.ACTIVE, "Terminated", False),
        (Field.INACTIVE, "yes", False),
        (Field.INACTIVE, "1", False),
        (Field.INACTIVE, "false", True),
        (Field.INACTIVE, "Suspended", False),
        (Field.INACTIVE, "Active", True),
        (Field.ACCOUNT_CONTROL, "512", True),
        (Field.ACCOUNT_CONTROL, "514", False),
        (Field.ACCOUNT_CONTROL, "66050", False),
        (Field.ACCOUNT_CONTROL, "", None),
    ],
)
def test_each_kind_of_column_says_whether_somebody_is_active(field, text, expected):
    assert read((field, text)) == (expected, [], [])


@pytest.mark.once
@pytest.mark.parametrize(
    ("field", "text", "word"),
    [
        (Field.STATUS, "Garden leave", "gardenleave"),
        (Field.STATUS, "O", "o"),
        (Field.ACTIVE, "perhaps", "perhaps"),
        (Field.INACTIVE, "T", "t"),
        (Field.ACCOUNT_CONTROL, "4096", "4096"),
        (Field.STATUS, "—", "—"),
    ],
)
def test_a_word_that_nobody_has_explained_is_asked(field, text, word):
    assert read((field, text)) == (None, [word], [])


@pytest.mark.once
@pytest.mark.parametrize(("answer", "expected"), [(ACTIVE, True), (INACTIVE, False), (KEEP, None)])
def test_a_word_means_what_a_person_said(answer, expected):
    for text in ("Garden leave", "GARDEN-LEAVE", "gardenleave"):
        assert read((Field.STATUS, text), statuses={"gardenleave": answer}) == (expected, [], [])


@pytest.mark.once
def test_a_person_may_say_that_a_known_status_means_something_else_here():
    assert read((Field.STATUS, "Retired"), statuses={"retired": ACTIVE})[0] is True


@pytest.mark.once
def test_what_a_status_word_means_changes_no_yes_and_no_of_another_column():
    statuses = {"o": INACTIVE, "1": ACTIVE, "514": ACTIVE}
    assert read((Field.ACTIVE, "O"), statuses=statuses)[0] is True
    assert read((Field.INACTIVE, "1"), statuses=statuses)[0] is False
    assert read((Field.ACCOUNT_CONTROL, "514"), statuses=statuses)[0] is False
    assert read((Field.STATUS, "O"), statuses=statuses)[0] is False


@pytest.mark.once
def test_all_columns_have_to_say_that_somebody_is_active():
    assert read((Field.STATUS, "Active"), (Field.ACTIVE, "no"))[0] is False
    assert read((Field.STATUS, "Active"), (Field.INACTIVE, "no"))[0] is True
    assert read((Field.STATUS, "Active"), (Field.ACCOUNT_CONTROL, "514"))[0] is False
    assert read((Field.STATUS, ""), (Field.ACTIVE, "no"))[0] is False
    assert read((Field.STATUS, "x"), (Field.ACTIVE, "no"), statuses={"x": KEEP})[0] is False


@pytest.mark.once
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-19", False),
        ("20261119", False),
        ("19.11.2026", False),
        ("11/19/2026", False),
        ("19/11/26", False),
        ("19 November 2026", False),
        ("Nov 19, 2026", False),
        ("31. okt. 2026", False),
        ("03/04/2026", False),
        ("2026-11-20", None),
        ("21.11.2026", None),
        ("05/12/2027", None),
        ("9999-12-31", None),
    ],
)
def test_a_last_day_deactivates_when_it_is_past_in_whatever_order_it_is_written(text, expected):
    with time_machine.travel(TODAY):
        assert read((Field.LAST_DAY, text)) == (expected, [], [])


@pytest.mark.once
def test_a_last_day_that_is_past_and_to_come_is_a_problem_as_is_one_that_is_none():
    with time_machine.travel(TODAY):
        assert read((Field.LAST_DAY, "11/12/2026")) == (
            None, [], ["“11/12/2026” can be two days, one past and one to come. Write it as YYYY-MM-DD."],
        )  # fmt: skip
        assert read((Field.LAST_DAY, "soon")) == (None, [], ["“soon” is not a day."])


@pytest.mark.once
def test_a_last_day_to_come_activates_nobody():
    with time_machine.travel(TODAY):
        assert read((Field.LAST_DAY, "2027-01-31"), (Field.STATUS, ""))[0] is None
        assert read((Field.LAST_DAY, "2027-01-31"), (Field.STATUS, "Terminated"))[0] is False
        assert read((Field.LAST_DAY, "2026-10-31"), (Field.STATUS, "Active"))[0] is False


@pytest.mark.once
def test_a_word_is_one_question_with_all_its_lines():
    reader, _wrong = reader_of(Field.STATUS)
    for line, text in enumerate(["Barsel", "Active", "BARSEL", "Orlov 2"], start=2):
        reader.read(line, [text].__getitem__)
    assert [(each.id, each.column, each.lines) for each in reader.questions.values()] == [
        ("status:barsel", "c0", [2, 4]),
        ("status:orlov2", "c0", [5]),
    ]
    assert [value for value, _label in reader.questions["barsel"].choices] == [ACTIVE, INACTIVE, KEEP]


@pytest.mark.django_db
def test_a_word_that_leaves_things_as_they_are_neither_activates_nor_deactivates(lena, ina):
    content = rows(f"Ina,Dahl,{ina.email},Barsel", f"Lena,Sørensen,{lena.email},Barsel", heading=HEADING)
    plan = planned(content, choices=Choices(mapping=Mapping(statuses={"barsel": KEEP})))
    assert (plan.questions, plan.updates, plan.unchanged) == ([], [], 2)


HEADING = "First name,Last name,E-mail,Status"


@pytest.mark.django_db
def test_nothing_is_done_with_a_row_whose_word_is_unknown(lena):
    content = rows(f"Lene,Sørensen,{lena.email},Barsel", "New,Person,new@harbour.example,Barsel", heading=HEADING)
    plan = planned(content)
    assert (plan.can_be_applied, plan.updates, plan.creations) == (False, [], [])
    left = planned(content, choices=Choices(left_out=frozenset({"status:barsel"})))
    assert (left.questions, left.updates, left.creations) == ([], [], [])
    assert [problem.line for problem in left.undecided] == [2, 3]
    assert left.counts()["rejected"] == 2


@pytest.mark.django_db
def test_a_column_with_very_many_unknown_words_is_no_status():
    def people(count):
        return rows(*(f"P,{n},p{n}@harbour.example,Word {n}" for n in range(count)), heading=HEADING)

    assert len(planned(people(MAX_STATUSES)).questions) == MAX_STATUSES
    plan = planned(people(MAX_STATUSES + 1))
    assert (plan.questions, plan.is_readable) == ([], False)
    assert [str(problem) for problem in plan.problems] == [
        "Line 1, Status: 61 words in this column are unknown, such as “word0”. Is another column the status? "
        "Say what this one is."
    ]
