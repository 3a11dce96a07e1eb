"""Mapping files: what is written is read, and everything else is refused with a sentence."""

import json

import pytest

from accounts.user_import.mapping.fields import Field
from accounts.user_import.mapping.mapping import MAX_ENTRIES, InvalidMapping, Mapping, shape_of
from accounts.user_import.reading.table import Layout

pytestmark = pytest.mark.once  # no database has a say in it

FULL = Mapping(
    {"E-mail": Field.EMAIL, "Wxyz": Field.UNUSED},
    {"barsel": "keep", "gardenleave": "inactive"},
    {"Nørreprt": "Harbour Coffee / Copenhagen / Nørreport", "Malmö": "new"},
    {"Barrista": "Barista"},
    False,
    Layout("Employees", 4, ";", "cp1252"),
)


@pytest.mark.parametrize("mapping", [Mapping(), FULL])
def test_what_is_written_is_read(mapping):
    assert Mapping.loads(mapping.dumps()) == mapping
    assert Mapping.of(json.loads(json.dumps(mapping.as_json()))) == mapping


def test_a_mapping_that_a_person_shortened_is_read():
    assert Mapping.loads('{"version": 1, "statuses": {"Garden leave": "keep"}}') == Mapping(
        statuses={"gardenleave": "keep"}
    )


def test_the_file_is_text_that_a_person_can_read():
    assert "Nørreprt" in FULL.dumps()
    assert FULL.dumps().endswith("}\n")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "The mapping is not JSON: "),
        ("[]", "The mapping is not one that the import wrote"),
        ("{}", "The mapping is not one that the import wrote"),
        ('{"version": 2}', "The mapping is not one that the import wrote"),
        ('{"version": 1, "columms": {}}', "The mapping has an unknown part: “columms”."),
        ('{"version": 1, "columns": []}', "“columns” of the mapping has to contain texts only."),
        ('{"version": 1, "columns": {"A": 1}}', "“columns” of the mapping has to contain texts only."),
        ('{"version": 1, "departments": {"A": null}}', "“departments” of the mapping has to contain texts only."),
        ('{"version": 1, "columns": {"A": "e-mail"}}', "The mapping calls the column “A” “e-mail”, which is none of: "),
        (
            '{"version": 1, "statuses": {"A": "on leave"}}',
            "The mapping says “on leave” for the status “a”: it has to be active, inactive, keep.",
        ),
        ('{"version": 1, "has_paths": "no"}', "“has_paths” of the mapping has to be true or false."),
        ('{"version": 1, "has_paths": 1}', "“has_paths” of the mapping has to be true or false."),
        ('{"version": 1, "layout": []}', "“layout” of the mapping can contain sheet, headings_line, separator"),
        ('{"version": 1, "layout": {"x": 1}}', "“layout” of the mapping can contain sheet, headings_line"),
        ('{"version": 1, "layout": {"headings_line": "4"}}', "“headings_line” of the mapping can't be '4'."),
        ('{"version": 1, "layout": {"headings_line": true}}', "“headings_line” of the mapping can't be True."),
        ('{"version": 1, "layout": {"sheet": 1}}', "“sheet” of the mapping can't be 1."),
    ],
)
def test_everything_else_is_refused_with_what_is_wrong(text, message):
    with pytest.raises(InvalidMapping) as refused:
        Mapping.loads(text)
    assert str(refused.value).startswith(message)


def test_a_mapping_has_a_limit():
    entries = {str(n): "new" for n in range(MAX_ENTRIES)}
    assert len(Mapping.of({"version": 1, "departments": entries}).departments) == MAX_ENTRIES
    with pytest.raises(InvalidMapping, match="“departments”"):
        Mapping.of({"version": 1, "departments": entries | {"more": "new"}})


def test_files_with_the_same_headings_have_the_same_shape():
    assert shape_of(["E-mail", "First  name", ""]) == shape_of(["\ufefffirst name", "e-mail"])
    assert shape_of(["E-mail", "First name"]) != shape_of(["E-mail", "First name", "Status"])
    assert shape_of(["A", "A"]) != shape_of(["A"])
