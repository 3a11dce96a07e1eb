"""The table in a workbook: on the right sheet, whatever else the workbook holds."""

import io

import pytest
from openpyxl import Workbook

from accounts.user_import.reading import xlsx
from accounts.user_import.reading.table import open_table
from tests.support.import_files import saved, workbook
from tests.support.import_tables import opened, read, refusal

pytestmark = pytest.mark.once  # no database has a say in it
HEADINGS = ["Employee ID", "First name", "Email"]
LENA = ["7", "Lena", "lena@harbour.example"]


def sheets(**rows_of):
    book = Workbook()
    book.remove(book.active)
    for name, rows in rows_of.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return book


def test_of_several_sheets_the_one_with_the_headings_is_read_and_the_others_are_named():
    cover = [["Field", "Meaning"], ["Email", "The address at work"]]
    book = sheets(Cover=cover, Secret=[HEADINGS, LENA], People=[["All"], HEADINGS, LENA], Leavers=[HEADINGS, LENA])
    book["Secret"].sheet_state = "hidden"
    content = saved(book)
    assert read(content, "x.xlsx") == (
        HEADINGS,
        [[3, *LENA]],
        [
            "The sheet “People” is read. Not read: “Cover”, “Leavers”.",
            "Line 1 is above the headings and is not read.",
        ],
    )
    assert read(content, "x.xlsx", sheet="Leavers") == (HEADINGS, [[2, *LENA]], [])
    for name in ("Secret", "Nothing\u202e"):
        shown = name.replace("\u202e", "\\u202e")
        assert refusal(content, "x.xlsx", sheet=name) == f"The workbook has no visible sheet “{shown}”."


def test_of_many_sheets_three_are_named():
    book = sheets(People=[HEADINGS, LENA], **{f"S{number}": [["x"]] for number in range(5)})
    assert read(saved(book), "x.xlsx")[2] == [
        "The sheet “People” is read. Not read: “S0”, “S1”, “S2” and 2 more.",
    ]


def test_a_hidden_sheet_before_the_only_visible_one_is_ignored():
    book = sheets(Codes=[HEADINGS, ["1", "x", "y"]], People=[HEADINGS, LENA])
    book["Codes"].sheet_state = "veryHidden"
    assert read(saved(book), "x.xlsx") == (HEADINGS, [[2, *LENA]], [])


def test_rows_that_a_filter_hides_are_read_and_counted():
    book = sheets(People=[HEADINGS, LENA, LENA, LENA])
    for row in (2, 4):
        book["People"].row_dimensions[row].hidden = True
    _head, rows, remarks = read(saved(book), "x.xlsx")
    assert [row[0] for row in rows] == [2, 3, 4]
    assert remarks == ["2 rows of the sheet are hidden. They are read like the others."]


def test_an_error_on_a_sheet_that_is_not_read_hurts_nobody():
    book = sheets(Cover=[["#REF!"], ["=TODAY()"]], People=[HEADINGS, LENA])
    assert read(saved(book), "x.xlsx")[1] == [[2, *LENA]]


def test_workbooks_without_rows_are_empty():
    assert refusal(workbook(), "x.xlsx") == "The file is empty."
    assert refusal(saved(sheets(A=[], B=[])), "x.xlsx") == "The file is empty."


def test_no_process_is_left_whatever_happens(monkeypatch):
    started = []
    popen = xlsx.subprocess.Popen
    monkeypatch.setattr(
        xlsx.subprocess, "Popen", lambda *given, **named: started.append(popen(*given, **named)) or started[-1]
    )
    content = saved(sheets(A=[HEADINGS, *[LENA] * 3000], B=[HEADINGS, LENA]))
    opened(content, "x.xlsx").lines.close()
    with pytest.raises(ZeroDivisionError):
        open_table(io.BytesIO(content), "x.xlsx", recognise=lambda cells: 1 // 0)
    assert "can't be the headings" in refusal(content, "x.xlsx", headings_line=2999)
    assert len(started) == 5
    assert [process for process in started if process.returncode is None] == []
