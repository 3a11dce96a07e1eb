"""Choices about one file: the file of `--same`, and their JSON between two pages."""

import pytest

from accounts.user_import.mapping.fields import Field
from accounts.user_import.mapping.mapping import Mapping
from accounts.user_import.planning.choices import NOBODY, Choices, InvalidChoices, read_same, row_key
from accounts.user_import.reading.table import Layout

pytestmark = pytest.mark.once  # no database has a say in it


def test_each_line_is_a_row_and_its_person():
    lines = ["\ufeff71,00071", "", " lin@new.example , lin@old.example ", ",", '"E, 1",new']
    assert read_same(lines) == {"71": "00071", "lin@new.example": "lin@old.example", "E, 1": NOBODY}


def test_a_line_may_stand_twice_if_it_says_the_same():
    assert read_same(["1,2", "1,2"]) == {"1": "2"}


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["1"], "Line 1 of the file of choices needs two cells: a row, and the person it is about."),
        (["1,2", "3,"], "Line 2 of the file of choices needs two cells: a row, and the person it is about."),
        (["1,2,3"], "Line 1 of the file of choices needs two cells: a row, and the person it is about."),
        (["1,2", "", "1,3"], "Line 3 of the file of choices says otherwise of 1 than a line before it."),
    ],
)
def test_another_file_is_refused_with_its_line(lines, message):
    with pytest.raises(InvalidChoices, match=f"^{message}$"):
        read_same(lines)


def test_choices_are_the_same_after_a_page():
    mapping = Mapping({"Wxyz": Field.STATUS}, {"barsel": "keep"}, {"A": "B"}, {"C": "new"}, False, Layout("S", 4))
    for choices in (
        Choices(),
        Choices(mapping, {"1": "2"}, True, frozenset({"status:x", "person:y"}), True, True),
        Choices(same_addresses=False),
    ):
        assert Choices.of(choices.as_json()) == choices


def test_a_row_is_named_by_its_identifier_or_else_its_address():
    assert row_key("1", "a@b.example") == "1"
    assert row_key(None, "a@b.example") == row_key("", "a@b.example") == "a@b.example"
