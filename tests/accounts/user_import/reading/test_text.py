"""Text files: whatever separates the columns, and whatever the file is written in, the cells are the same."""

import csv
import io
import random
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.user_import.problems import Unreadable
from accounts.user_import.reading.table import reread
from tests.support.import_tables import opened, read, refusal

pytestmark = pytest.mark.once  # no database has a say in it
HEADINGS = ["Employee ID", "First name", "Email", "Department"]
LENA = ["7", "Lena", "lena@harbour.example", "Aarhus"]


def lines(*rows, separator=",", end="\n"):
    return "".join(separator.join(row) + end for row in rows)


CELLS = ["Holm, Lena", "a; b; c", "x|y", "1,5"]
# A cell that holds the separator would need quotation marks.
PAIRS = [(separator, cell) for separator in (",", ";", "\t", "|") for cell in CELLS if separator not in cell]


@pytest.mark.parametrize(("separator", "cell"), PAIRS)
def test_the_separator_is_decided_on_several_rows(separator, cell):
    content = lines(HEADINGS, *[["7", cell, "lena@harbour.example", "Aarhus"]] * 4, separator=separator)
    table = opened(content)
    assert table.layout.separator == separator
    assert [line.cells[1] for line in table.lines] == [cell] * 4


def test_a_title_with_other_separators_does_not_decide():
    content = "All people, of all shops, in all towns, today\n\n" + lines(HEADINGS, LENA, separator=";")
    assert read(content)[1] == [[4, *LENA]]


def test_headings_that_nobody_knows_are_separated_by_what_makes_even_rows():
    content = lines(["Kode", "Ord", "Sted"], ["1", "a,b", "c"], ["2", "d", "e,f"], ["3", "g"], separator="|")
    assert read(content)[:2] == (["Kode", "Ord", "Sted"], [[2, "1", "a,b", "c"], [3, "2", "d", "e,f"], [4, "3", "g"]])


@pytest.mark.parametrize("first", ["sep=|", '"sep=|"', "SEP=|  ", "\ufeffsep=|"])
def test_the_line_for_excel_decides(first):
    assert read(first + "\n" + lines(HEADINGS, LENA, separator="|"))[1] == [[3, *LENA]]


@pytest.mark.parametrize("first", ['sep="', "sep=;;", "sep="])
def test_a_line_for_excel_that_names_no_separator_decides_nothing(first):
    assert read(first + "\n" + lines(HEADINGS, LENA))[1] == [[3, *LENA]]


def test_a_list_in_a_frame_is_read_without_its_frame():
    content = (
        "26.11.2026   Employees   1\r\n\r\n-----------------\r\n"
        "|PersNr |Vorname|Email       |\r\n|-----------------|\r\n"
        '|0007   | "Ute" |ute@x.example|\r\n|0008   |       |bo@x.example |\r\n|-----------------|\r\n'
        "|PersNr |Vorname|Email       |\r\n|0009   |Ida    |i@x.example  |\r\n"
    )
    assert read(content) == (
        ["PersNr", "Vorname", "Email"],
        [[6, "0007", '"Ute"', "ute@x.example"], [7, "0008", "", "bo@x.example"], [10, "0009", "Ida", "i@x.example"]],
        [
            "The columns are separated by “|”.",
            "Lines 1 to 3 are above the headings and are not read.",
            "1 more line repeats the headings and is not read: line 9.",
        ],
    )


def test_a_table_as_a_database_prints_it_is_read():
    content = " Employee ID | First name | Email \n-------------+------------+-------\n 7 | Lena | lena@x.example\n"
    head, rows, _remarks = read(content)
    assert [cell.strip() for cell in head] == ["Employee ID", "First name", "Email"]
    assert [[number, *map(str.strip, cells)] for number, *cells in rows] == [[3, "7", "Lena", "lena@x.example"]]


def test_records_with_an_end_of_their_own_may_hold_line_breaks():
    content = "EMPLOYEE_ID|NAME|EMAIL!##!\r\n7|Lena\r\nSørensen|lena@x.example!##!\r\n8|Max|max@x.example!##!\r\n"
    head, rows, remarks = read(content)
    assert (head, remarks) == (["EMPLOYEE_ID", "NAME", "EMAIL"], ["The columns are separated by “|”."])
    assert rows == [[2, "7", "Lena Sørensen", "lena@x.example"], [4, "8", "Max", "max@x.example"]]


def test_a_record_that_does_not_end_is_refused_where_it_begins():
    content = "EMPLOYEE_ID|NAME|EMAIL!##!\n" + "7|Lena|lena@x.example!##!\n" * 40 + "8|Max\n" + "x\n" * 250_000
    assert refusal(content) == "Line 42: The row is longer than 400000 characters: is a quotation mark missing?"
    assert read("EMPLOYEE_ID|NAME!##!\n7|Lena!##!\n\n\n")[1] == [[2, "7", "Lena"]]


CELL = st.text(st.sampled_from("abæøÅöéZ 019,;|'\"\n-/") | st.sampled_from("Åüñ"), max_size=12).map(str.strip)
PEOPLE = st.lists(st.tuples(CELL, CELL), min_size=1, max_size=6)
TITLES = st.lists(st.sampled_from(["All people", "Run date: 26-11-2026", "", "Email"]), max_size=5)


def written(rows, separator, ending, encoding):
    """Return the rows as the bytes of a CSV file."""
    text = io.StringIO()
    # Python before 3.13 leaves a line feed bare if lines end with a carriage return.
    quoting = csv.QUOTE_ALL if ending == "\r" else csv.QUOTE_MINIMAL
    csv.writer(text, delimiter=separator, lineterminator=ending, quoting=quoting).writerows(rows)
    return text.getvalue().encode(encoding)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    people=PEOPLE,
    titles=TITLES,
    separator=st.sampled_from(",;\t|"),
    ending=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"]),
)
def test_what_any_program_writes_is_read_back_cell_by_cell(people, titles, separator, ending, encoding):
    rows = [[f"{number}", one, f"x{number}@harbour.example", other] for number, (one, other) in enumerate(people)]
    # Enough known words say that a file of one byte per letter is Windows text; a single "é" could be anything.
    rows.append(["99", "Søren Ærø Åse Käthe Jörg", "s@harbour.example", "Ørsted Østergård"])
    content = written([*([title] for title in titles), HEADINGS, *rows], separator, ending, encoding)
    table = opened(content)
    assert table.headings.cells == HEADINGS
    found = list(table.lines)
    assert [line.cells for line in found] == rows
    assert table.layout.separator == separator
    assert list(reread(io.BytesIO(content), table.layout)) == found
    numbers = [line.number for line in found]
    assert numbers == sorted(set(numbers))
    assert numbers[0] == table.headings.number + 1


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_a_table_or_a_sentence(content):
    with suppress(Unreadable):
        assert read(content)[0]


def test_a_damaged_file_is_a_table_or_a_sentence():
    content = bytearray(lines(HEADINGS, *[LENA] * 20, separator=";").encode("utf-16"))
    chance = random.Random(7)
    for _attempt in range(200):
        damaged = bytearray(content)
        for _byte in range(chance.randint(1, 9)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        with suppress(Unreadable):
            assert read(bytes(damaged))[0]
