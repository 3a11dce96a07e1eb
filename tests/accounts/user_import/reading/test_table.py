"""The table in any file that an HR system writes: the right sheet, the right line, the right cells."""

import io
from pathlib import Path

import pytest

from accounts.user_import.problems import Unreadable
from accounts.user_import.reading.headings import looks_like_data
from accounts.user_import.reading.table import Layout, reread
from tests.support.import_tables import opened, read, refusal

pytestmark = pytest.mark.once  # no database has a say in it
FILES = Path(__file__).parents[1] / "files"
PIPE = "The columns are separated by “|”."
HEADINGS = ["Employee ID", "First name", "Email"]
LENA = ["7", "Lena", "lena@harbour.example"]


def above(*lines):
    first, last = lines
    return f"Lines {first} to {last} are above the headings and are not read."


# Of each file: the layout, the heading and the value of one column of the first person, and the remarks.
EXPECTED = {
    "03_canvas_users.csv": (Layout(None, 1, ",", "utf-8"), 2, "user_id", "01103", []),
    "06_oneroster12_users.csv": (Layout(None, 1, ",", "utf-8"), 2, "identifier", "S78001", []),
    "09_totara_two_jobs.csv": (Layout(None, 1, ",", "utf-8"), 2, "orgidnumber", "HC-VES", []),
    "15_cornerstone_user.csv": (Layout(None, 1, ",", "utf-8"), 2, "Language", "en-US", []),
    "16_successfactors_udf.csv": (
        Layout(None, 1, ",", "utf-8"),
        3,
        "EMPID",
        "100",
        ["Line 2 repeats the headings and is not read."],
    ),
    "17_sf_learning_stud.txt": (Layout(None, 1, "|", "utf-8"), 2, "LOCALE_ID", "English", [PIPE]),
    "18_workday_report.csv": (Layout(None, 1, ",", "utf-8"), 2, "Worker Status", "Active", []),
    "19_bamboohr.csv": (Layout(None, 1, ",", "utf-8"), 2, "Last name, First name", "Gold, Eve", []),
    "20_personio_de.csv": (Layout(None, 1, ";", "cp1252"), 2, "Nachname", "Straßer", []),
    "21_hibob.csv": (Layout(None, 1, ",", "utf-8"), 2, "Lifecycle status", "Employed", []),
    "23_entra_bulk_create.csv": (
        Layout(None, 2, ",", "utf-8"),
        3,
        "Block sign in (Yes/No) [accountEnabled] Required",
        "No",
        ["Line 1 is above the headings and is not read."],
    ),
    "24_entra_export.csv": (Layout(None, 1, ",", "utf-8"), 2, "accountEnabled", "True", []),
    "25_google_users.csv": (Layout(None, 1, ",", "utf-8"), 2, "Status [READ ONLY]", "Active", []),
    "27_ad_csvde.csv": (Layout(None, 1, ",", "utf-8"), 2, "userAccountControl", "512", []),
    "30_sap_alv_text.txt": (Layout(None, 2, "|", "utf-8"), 4, "PersNr", "00012347", [PIPE]),
    "31_danish_hr_cp1252.csv": (Layout(None, 1, ";", "cp1252"), 2, "Efternavn", "Østergård", []),
    "32_excel_unicode_text.txt": (Layout(None, 1, "\t", "utf-16"), 2, "Last name", "Åkær", []),
    "34_title_rows_above.csv": (Layout(None, 4, ";", "utf-8"), 5, "Work email", "hal@ex.example", [above(1, 3)]),
    "38_header_variants_de.csv": (Layout(None, 1, ";", "cp1252"), 2, "NAME", "Ypsi", []),
    "40_pipe.csv": (Layout(None, 1, "|", "utf-8"), 2, "Last name", "Ærø", [PIPE]),
    "41_leaver_no_email.csv": (Layout(None, 1, ";", "utf-8"), 2, "Status", "Terminated", []),
    "43_mac_roman_cr.csv": (
        Layout(None, 1, ";", "mac_roman"),
        2,
        "First name",
        "Søs",
        ["The text was read as Mac Roman. Check the accents, or save the file as UTF-8."],
    ),
    "47_mixed_encoding.csv": (
        Layout(None, 1, ";", "utf-8+cp1252"),
        2,
        "First name",
        "Søren",
        ["Some lines are UTF-8 and others Windows-1252: each was read as it is written. Check the accents."],
    ),
    "49_scim_like_status.csv": (Layout(None, 1, ",", "utf-8"), 2, "Status", "Pre-boarding", []),
    "52_xlsx_merged_title.xlsx": (Layout("People", 4), 5, "Work email", "max.z@ex.example", [above(1, 3)]),
    "54_xlsx_cover_sheet_first.xlsx": (
        Layout("Employees", 1),
        2,
        "Employee ID",
        "8004",
        ["The sheet “Employees” is read. Not read: “Read me”."],
    ),
    "63_workday_supervisory_parens.csv": (Layout(None, 1, ",", "utf-8"), 2, "Department", "Food/Beverage R&D", []),
    "state_a1.csv": (Layout(None, 1, ";", "utf-8"), 2, "Department", "Copenhagen / Vesterbro", []),
    "state_a2.csv": (Layout(None, 1, ";", "utf-8"), 2, "Department", "Copenhagen / Nørreport", []),
    "state_a3.csv": (Layout(None, 1, ";", "utf-8"), 2, "Last name", "One-Married", []),
    "state_c1.csv": (Layout(None, 1, ",", "utf-8"), 2, "user_id", "01103", []),
    "state_c2.csv": (Layout(None, 1, ",", "utf-8"), 2, "email", "bob.jones@ex.example", []),
    "state_m1.csv": (Layout(None, 1, ",", "utf-8"), 2, "username", "jbrew", []),
    "state_m2.csv": (Layout(None, 1, ",", "utf-8"), 2, "idnumber", "E-9001", []),
    "state_rehire.csv": (Layout(None, 1, ";", "utf-8"), 2, "Employee ID", "S2-NEW", []),
    "state_shared.csv": (Layout(None, 1, ";", "utf-8"), 2, "Employee ID", "R1", []),
    "state_typo.csv": (Layout(None, 1, ";", "utf-8"), 2, "Department", "Nørreprt", []),
    "state_zero.csv": (Layout(None, 1, ";", "utf-8"), 2, "Employee ID", "00071", []),
    "state_zero2.csv": (Layout(None, 1, ";", "utf-8"), 2, "Employee ID", "71", []),
}
REFUSED = {"60_html_as_xls.xls": "This is a web page, not a workbook. Open it in Excel, and save it as .xlsx or CSV."}


def test_each_file_has_its_line_here():
    assert {path.name for path in FILES.iterdir()} == set(EXPECTED) | set(REFUSED)


@pytest.mark.parametrize("name", EXPECTED)
def test_the_table_is_found_in_what_hr_systems_write(name):
    layout, line, heading, value, remarks = EXPECTED[name]
    content = (FILES / name).read_bytes()
    table = opened(content, name)
    rows = list(table.lines)
    assert table.layout == layout
    assert [str(remark) for remark in table.remarks] == remarks
    assert (table.headings.number, rows[0].number) == (layout.headings_line, line)
    column = table.headings.cells.index(heading)
    assert rows[0].cells[column] == table.samples[column][0] == value
    assert [row.doubt for row in rows] == [""] * len(rows)
    assert (table.source.name, table.source.size) == (name, len(content))
    assert [again for again in reread(io.BytesIO(content), table.layout) if again.number >= line] == rows


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_table_is_refused_with_what_to_do(name):
    assert refusal((FILES / name).read_bytes(), name) == REFUSED[name]


def csv(*rows):
    return "".join(";".join(row) + "\n" for row in rows)


def titles(count):
    return [[f"Title {number}"] for number in range(1, count + 1)]


def test_nineteen_lines_above_the_headings_are_left_out():
    head, rows, remarks = read(csv(*titles(19), HEADINGS, LENA))
    assert (head, rows) == (HEADINGS, [[21, *LENA]])
    assert remarks == [above(1, 19)]


def test_headings_below_the_first_twenty_lines_are_named_in_the_refusal():
    assert refusal(csv(*titles(21), HEADINGS, LENA)) == (
        "There are no headings in the first 20 lines. Line 1 says “Title 1”. "
        "Line 22 looks like headings: remove the lines above it."
    )


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("Employee ID~First name~Email\n7~Lena~lena@harbour.example\n", "Employee ID~First name~Email"),
        (csv(LENA, LENA), "7 Lena lena@harbour.example"),
        ("Dear\u202e all\n" + "x" * 80 + "\n", "Dear\\u202e all"),
        ("x" * 80 + "\n", "x" * 60),
    ],
    ids=["unknown separator", "people without headings", "invisible letter", "long"],
)
def test_a_file_without_headings_is_refused_with_what_stands_there(content, text):
    assert refusal(content) == (
        f"There are no headings in the first 20 lines. Line 1 says “{text}”. "
        "Put a line above the people that names each column, such as “Employee ID” and “Email”."
    )


def test_a_line_with_quoted_newlines_above_keeps_the_numbers_right():
    content = '"All people\nof Harbour\nCoffee";;\n' + csv(HEADINGS, LENA)
    assert read(content) == (HEADINGS, [[5, *LENA]], [above(1, 3)])


@pytest.mark.parametrize(
    "rows",
    [
        [["Run date:", "26-11-2026"], ["Email", "", ""], HEADINGS],
        [["Status", "Active"], HEADINGS],
        [["Questions to", "hr@harbour.example", "Email", "Status"], HEADINGS],
        [["", "", ""], ["Filter", "Department", "Harbour"], HEADINGS],
    ],
    ids=["a date and a word", "a filter", "an address among headings", "a filter with a heading"],
)
def test_what_only_resembles_headings_does_not_win(rows):
    assert read(csv(*rows, LENA))[:2] == (HEADINGS, [[len(rows) + 1, *LENA]])


def test_a_row_of_a_person_that_holds_headings_does_not_win():
    person = ["Email", "Name", "email@name.example", "Status", "Title"]
    head, rows, _remarks = read(csv(["Employee ID", "First name", "Email", "a", "b"], person))
    assert (head[0], rows) == ("Employee ID", [[2, *person]])


def test_headings_that_nobody_knows_are_found_by_their_form():
    content = csv(["People"], ["Printed", "26-11-2026", ""], ["Kode", "Ord", "Sted"], ["1", "Lena", "Aarhus"])
    head, rows, remarks = read(content)
    assert (head, rows, remarks) == (["Kode", "Ord", "Sted"], [[4, "1", "Lena", "Aarhus"]], [above(1, 2)])


def test_ragged_rows_keep_their_cells_and_columns_have_up_to_three_samples():
    people = [[str(number), "Lena" * 20, ""] for number in range(5)] + [["9"], ["10", "Max", "", "more"]]
    table = opened(csv(HEADINGS, *people))
    assert table.samples == [["0", "1", "2"], [("Lena" * 20)[:60], "Max"], []]
    assert [line.cells for line in table.lines] == people


def test_headings_that_each_page_repeats_are_left_out_and_counted():
    content = csv(HEADINGS, LENA, HEADINGS, LENA, HEADINGS)
    assert read(content) == (
        HEADINGS,
        [[2, *LENA], [4, *LENA]],
        ["2 more lines repeat the headings and are not read, the first is line 3."],
    )


def test_a_line_of_dashes_below_the_headings_is_left_out():
    content = csv(HEADINGS, ["----", "----", "-----"], LENA)
    assert read(content)[1:] == ([[3, *LENA]], ["Line 2 repeats the headings and is not read."])


def test_headings_in_a_wrong_encoding_are_remarked():
    assert read(csv(["Employee ID", "Email", "AnsÃ¦ttelse"], LENA))[2] == [
        "Line 1: “AnsÃ¦ttelse” looks like “Ansættelse” in a wrong encoding. Export the file again as UTF-8."
    ]


def test_a_person_decides_where_the_table_is():
    content = csv(HEADINGS, ["Code", "Word", "Place"], LENA)
    assert read(content, headings_line=2)[:2] == (["Code", "Word", "Place"], [[3, *LENA]])
    assert refusal(content, headings_line=9) == "Line 9 can't be the headings: it is empty, missing or too far down."
    assert read("a~b\n7~Lena\n", separator="~", headings_line=1)[1] == [[2, "7", "Lena"]]
    assert read(csv(HEADINGS, ["7", "S¿s", "x"]).encode("cp1252"), encoding="mac_roman")[1] == [[2, "7", "Søs", "x"]]


@pytest.mark.parametrize(
    ("layout", "sentence"),
    [
        ({"encoding": "zip"}, "The encoding “zip” is not known here."),
        ({"separator": '"'}, "A separator is a single character, and neither a quotation mark nor the end of a line."),
        ({"separator": ";;"}, "A separator is a single character, and neither a quotation mark nor the end of a line."),
        ({"separator": ""}, "A separator is a single character, and neither a quotation mark nor the end of a line."),
    ],
    ids=["codec", "quotation mark", "two", "none"],
)
def test_a_layout_from_outside_is_not_believed(layout, sentence):
    assert refusal(csv(HEADINGS, LENA), **layout) == sentence


def test_what_stops_reading_further_down_stops_it_there():
    lines = opened('Employee ID;Email\n7;x@harbour.example\n8;"open\n').lines
    assert next(lines).number == 2
    with pytest.raises(Unreadable, match="quotation mark"):
        next(lines)


def test_a_file_of_headings_alone_has_no_rows():
    assert read(csv(HEADINGS)) == (HEADINGS, [], [])
    assert refusal("\n \n") == "The file is empty."


@pytest.mark.parametrize("piece", ["@", "a@", "a@a"])
def test_a_cell_of_signs_alone_is_searched_once(piece):
    # Where a part of an address can hold "@", the search begins at each of them again, and needs hours for this.
    assert not looks_like_data(["@@x.dk"])
    hostile = piece * (400_000 // len(piece))
    assert not looks_like_data([hostile])
    assert looks_like_data(["x", f"{hostile} lena@harbour.example"])
