"""Workbooks: the look for the sheet has the limits of the reading, and reads no more than it needs."""

import io

import pytest
from openpyxl import Workbook

from accounts.user_import.problems import Unreadable
from accounts.user_import.reading import xlsx
from tests.support import workbook_bombs
from tests.support.import_files import saved, workbook
from tests.support.import_tables import opened, read, refusal
from tests.support.workbook_bombs import PEOPLE, STYLES, with_part

pytestmark = pytest.mark.once  # no database has a say in it
MEMORY = "The workbook needs more memory than a list of people should: save it as .csv."
SLOW = "The workbook takes longer to read than a list of people should: save it as .csv."
UNREADABLE = "The file is not a readable Excel workbook (.xlsx)."
HEADINGS = ["Employee ID", "First name", "Email"]
LENA = ["7", "Lena", "lena@harbour.example"]


def two_sheets(*first):
    """Return the bytes of a workbook with these rows on its first sheet, and people on its second."""
    book = Workbook()
    for row in first:
        book.active.append(row)
    book.create_sheet("People").append(HEADINGS)
    book["People"].append(LENA)
    return saved(book)


@pytest.mark.parametrize(
    ("bomb", "limits", "sentence"),
    [
        ("shared_strings", {"MEMORY_BYTES": 256 << 20}, MEMORY),
        ("slow_strings", {"CPU_SECONDS": 1}, SLOW),
        ("slow_strings", {"CLOCK_SECONDS": 1}, SLOW),
        ("many_parts", {}, "The workbook is packed in a way that no spreadsheet program packs a list of people."),
        ("lying_directory", {}, UNREADABLE),
        ("broken", {}, UNREADABLE),
    ],
)
def test_a_bomb_is_refused_where_its_table_is_looked_for(monkeypatch, bomb, limits, sentence):
    for name, limit in limits.items():
        monkeypatch.setattr(xlsx, name, limit)
    assert refusal(getattr(workbook_bombs, bomb)(), "x.xlsx") == sentence


@pytest.mark.parametrize(
    ("limits", "sentence"), [({"MEMORY_BYTES": 160 << 20}, MEMORY), ({"CPU_SECONDS": 1, "CLOCK_SECONDS": 30}, SLOW)]
)
def test_a_bomb_of_several_sheets_is_refused_in_the_look_for_the_sheet(monkeypatch, limits, sentence):
    content = with_part(
        two_sheets(["x"]), STYLES, lambda part: part.replace(b"</cellXfs>", b"<xf/>" * 1_000_000 + b"</cellXfs>")
    )
    for name, limit in limits.items():
        monkeypatch.setattr(xlsx, name, limit)
    with pytest.raises(Unreadable, match=sentence[:30]):
        list(xlsx.beginnings(io.BytesIO(content)))


@pytest.mark.parametrize("name", ["xl/workbook.xml", STYLES])
def test_entities_in_a_workbook_of_several_sheets_are_refused(name):
    bomb = b'<!DOCTYPE a [<!ENTITY x "y">]>'
    for content in (workbook(*PEOPLE), two_sheets(["x"])):
        content = with_part(content, name, lambda part: part.replace(b"<", bomb + b"<", 1))
        assert refusal(content, "x.xlsx") == "The workbook contains XML that no spreadsheet program writes."


def test_the_beginning_of_a_sheet_is_short():
    content = two_sheets(*[["x" * 5000, number] for number in range(500)])
    sheets = list(xlsx.beginnings(io.BytesIO(content)))
    assert [(sheet.name, len(sheet.rows)) for sheet in sheets] == [("Sheet", xlsx.FIRST_ROWS), ("People", 2)]
    assert sheets[0].rows[-1] == (30, ["x" * 200, "29"])
    assert [sheet.rows for sheet in xlsx.beginnings(io.BytesIO(workbook(*PEOPLE)))] == [[]], "it is the only one"


def test_a_sheet_whose_first_row_is_far_down_is_not_walked_to_its_end():
    book = Workbook()
    book.active["A1000000"] = "far"
    book.create_sheet("People").append(HEADINGS)
    book["People"].append(LENA)
    assert read(saved(book), "x.xlsx")[1] == [[2, *LENA]]


def test_of_hundreds_of_sheets_the_first_are_looked_at():
    book = Workbook()
    for number in range(40):
        book.create_sheet(f"Shop {number}").append(["x"])
    book["Shop 3"].append(HEADINGS)
    book["Shop 39"].append([*HEADINGS, "Department"])
    assert opened(saved(book), "x.xlsx").layout.sheet == "Shop 3"
    assert opened(saved(book), "x.xlsx", sheet="Shop 39").headings.cells[-1] == "Department"


def test_hidden_rows_of_another_sheet_are_not_counted():
    book = Workbook()
    book.active.append(["x"])
    book.active.row_dimensions[1].hidden = True
    people = book.create_sheet("People")
    people.append(HEADINGS)
    for _row in range(3):
        people.append(LENA)
    people.row_dimensions[3].hidden = True
    assert read(saved(book), "x.xlsx")[2][1:] == ["1 row of the sheet is hidden. It is read like the others."]


def test_a_name_that_no_program_gives_a_sheet_is_cut_and_found_again():
    content = with_part(
        two_sheets(["x"]), "xl/workbook.xml", lambda part: part.replace(b'name="People"', b'name="' + b"P" * 500 + b'"')
    )
    table = opened(content, "x.xlsx")
    assert table.layout.sheet == "P" * 100
    assert [line.cells for line in table.lines] == [LENA]
    assert f"“{'P' * 60}”" in str(table.remarks[0])
