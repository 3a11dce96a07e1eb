"""Files as HR systems and Moodle write them: each spelling, separator and encoding means the same people."""

import codecs
import datetime
import io
import re
import zipfile

import pytest
from openpyxl import Workbook

from accounts.models import Department, User
from tests.support.import_files import imported, planned, problems, rows, saved, workbook

pytestmark = [pytest.mark.django_db, pytest.mark.once]

HEADINGS = ["Employee ID", "First name", "Last name", "E-mail", "Department", "Job title", "Status"]
SØREN = ["17", "Søren", "D’Angelo-Åberg", "soren@harbour.example", "Harbour Coffee / Malmö", "Barista", "Active"]


def facts(email="soren@harbour.example"):
    person = User.objects.get(email=email)
    place = person.department
    above = Department.objects.get_parent(place)
    return [
        person.external_id,
        person.first_name,
        person.last_name,
        person.email,
        f"{above.name} / {place.name}",
        person.job_profile.name,
        "Active" if person.is_active else "Inactive",
    ]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_soren_comes_in_from_every_kind_of_csv(separator, encoding, ending):
    text = ending.join([separator.join(HEADINGS), separator.join(SØREN), ""])
    mark = codecs.BOM_UTF16_BE if encoding == "utf-16-be" else b""
    assert imported(mark + text.encode(encoding))["created"] == 1
    assert facts() == SØREN


def test_soren_comes_in_from_a_workbook():
    assert imported(workbook(HEADINGS, [], SØREN), "people.xlsx")["created"] == 1
    assert facts() == SØREN


def test_soren_comes_in_from_a_file_that_begins_with_the_line_for_excel():
    plan = planned("sep=;\n" + ";".join(HEADINGS) + "\n" + ";".join(SØREN) + "\n;Nobody;;;;;")
    assert [creation.row.line for creation in plan.creations] == [3, 4]
    assert [problem.line for problem in plan.problems] == [4]


@pytest.mark.parametrize(
    "headings",
    [
        "EMPLOYEE_ID,FIRST_NAME,LAST_NAME,E_MAIL,DEPARTMENT_PATH,JOB_TITLE,EMPLOYMENT_STATUS",
        "Employee number,Given name,Surname,Work email,Department,Position,Status",
        "Personnel number,Forename,Family Name,Email Address,Org unit,Job role,Account status",
        "Medarbejdernummer,Fornavn,Efternavn,E-mail,Afdeling,Stilling,Ansættelsesstatus",
        " idnumber , firstname,lastname,email,department,Job-Profile,status",
    ],
)
def test_soren_comes_in_under_every_spelling_of_the_headings(headings):
    imported(rows(",".join(SØREN), heading=headings))
    assert facts() == SØREN


def test_a_moodle_file_gives_language_time_zone_and_suspension():
    heading = "username,password,firstname,lastname,email,department,lang,timezone,suspended,cohort1"
    plan = planned(
        rows(
            "lena,secret,Lena,Sørensen,lena@harbour.example,Nørreport,en,Europe/Berlin,0,baristas",
            "ina,secret,Ina,Dahl,ina@harbour.example,Nørreport,sv,99,1,baristas",
            heading=heading,
        )
    )
    assert [notice.message for notice in plan.notices] == [
        "These columns are not used: password, cohort1.",
        "The language “sv” is not offered here: 1 person keeps theirs or gets the standard one.",
    ]
    assert [(made.row.time_zone, made.row.language, made.row.is_active) for made in plan.creations] == [
        ("Europe/Berlin", "en", True),
        (None, None, False),
    ]
    assert [made.row.external_id for made in plan.creations] == ["lena", "ina"]


def test_the_most_telling_column_counts_where_there_are_several():
    heading = "username,Employee ID,Email,Work email,First name"
    imported(rows("lena,17,private@home.example,lena@harbour.example,Lena", heading=heading))
    assert User.objects.get().external_id == "17"
    assert User.objects.get().email == "lena@harbour.example"


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Lena Sørensen", ("Lena", "Sørensen")),
        ("Anna Marie Holm", ("Anna Marie", "Holm")),
        ('"van den Berg, Mei"', ("Mei", "van den Berg")),
        ("Pelé", ("Pelé", "")),
    ],
)
def test_a_name_in_one_column_is_parted(name, parts):
    imported(rows(f"x@harbour.example,{name}", heading="Email,Full name"))
    assert (User.objects.get().first_name, User.objects.get().last_name) == parts


def test_stray_spaces_letter_case_and_decomposed_letters_are_tidied():
    imported(
        rows(
            '  LENA@Harbour.Example ,\u200b Le\u0301na\u00a0 , "Lykke\n Sørensen"', heading="Email,First name,Last name"
        )
    )
    person = User.objects.get()
    assert (person.email, person.first_name, person.last_name) == ("lena@harbour.example", "Léna", "Lykke Sørensen")


def test_cells_of_a_workbook_read_as_they_look():
    book = Workbook()
    sheet = book.active
    sheet.append(["Employee ID", "First name", "Last name", "E-mail", "Active", "Department"])
    sheet.append([42, "Lena", datetime.date(2026, 5, 1), "lena@harbour.example", True, 7.0])
    sheet["A2"].number_format = "00000"
    imported(saved(book), "people.xlsx")
    person = User.objects.get()
    assert (person.external_id, person.last_name, person.department.name) == ("00042", "2026-05-01", "7")


def test_a_formula_that_was_never_calculated_is_refused():
    content = workbook(["First name", "E-mail"], ["Lena", '=LOWER("LENA@HARBOUR.EXAMPLE")'])
    assert problems(content) == [
        (2, "B2", "The formula has no result yet. Open the file in Excel, save it, and try again.")
    ]


def test_a_formula_that_was_calculated_gives_its_result():
    content = with_part(
        workbook(["First name", "E-mail"], ["Lena", '=LOWER("LENA@HARBOUR.EXAMPLE")']),
        "xl/worksheets/sheet1.xml",
        lambda sheet: re.sub(
            rb'<c r="B2"[^>]*>(<f>.*</f>)<v ?/>', rb'<c r="B2" t="str">\1<v>lena@harbour.example</v>', sheet
        ),
    )
    imported(content, "people.xlsx")
    assert User.objects.get().email == "lena@harbour.example"


def test_an_error_in_a_cell_is_refused():
    content = workbook(["First name", "E-mail"], ["Lena", "#N/A"])
    assert problems(content) == [(2, "B2", "The cell shows the error #N/A instead of a value.")]


def test_the_first_visible_sheet_is_read():
    book = Workbook()
    book.active.append(["Notes"])
    book.active.sheet_state = "hidden"
    sheet = book.create_sheet("People")
    sheet.append(["First name", "E-mail"])
    sheet.append(["Lena", "lena@harbour.example"])
    imported(saved(book), "people.xlsx")
    assert User.objects.get().first_name == "Lena"


def with_part(content, name, change):
    """Return the workbook with one of its parts rewritten."""
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            data = old.read(part)
            new.writestr(part.filename, change(data) if part.filename == name else data)
    return changed.getvalue()


def test_a_workbook_that_unpacks_without_end_is_refused(monkeypatch):
    monkeypatch.setattr("accounts.user_import.reading.xlsx.MAX_UNPACKED_BYTES", 4 << 20)
    filled = with_part(workbook(["First name"]), "xl/workbook.xml", lambda part: part + b" " * (5 << 20))
    assert len(filled) < 100_000
    assert problems(filled) == [(None, "", "The workbook unpacks to more than 4 MB.")]


def test_a_workbook_with_entities_is_refused():
    bomb = b'<!DOCTYPE a [<!ENTITY x "y">]>'
    content = with_part(
        workbook(["First name"]), "xl/worksheets/sheet1.xml", lambda part: b" " * ((1 << 20) - 5) + bomb + part
    )
    assert problems(content) == [(None, "", "The workbook contains XML that no spreadsheet program writes.")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The file is empty."),
        (b"\n\n \n", "The file is empty."),
        (b"\xd0\xcf\x11\xe0 and so on", "This is an old Excel file (.xls). Save it as .xlsx or CSV."),
        (b"PK\x03\x04 and then nothing", "The file is not a readable Excel workbook (.xlsx)."),
    ],
)
def test_what_is_no_list_of_people_is_refused(content, message):
    assert problems(content) == [(None, "", message)]


def test_a_file_that_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr("accounts.user_import.reading.files.MAX_BYTES", 1 << 20)
    assert problems(b"x" * ((1 << 20) + 1)) == [(None, "", "The file is larger than 1 MB.")]


def test_a_file_with_too_many_rows_is_refused(monkeypatch):
    monkeypatch.setattr("accounts.user_import.reading.files.MAX_ROWS", 2)
    people = [f"Lena,lena{n}@harbour.example" for n in range(3)]
    assert problems(rows(*people[:2], heading="First name,Email")) == []
    assert problems(rows(*people, heading="First name,Email")) == [(4, "", "The file has more than 2 rows. Split it.")]


def test_bytes_of_no_known_encoding_are_refused_with_their_line():
    content = (
        b"First name,Email\nLena,lena@harbour.example\nS\x81\x8d\x90ren,s@harbour.example\nMax,max@harbour.example\n"
    )
    message = "There are characters that are neither UTF-8 nor Windows-1252 text. Save the file as UTF-8."
    assert problems(content) == [(3, "", message)]


def test_an_open_quotation_mark_is_refused_where_it_opens():
    found = problems(rows("lena@harbour.example,Lena", 'max@harbour.example,"Max', "x", heading="Email,First name"))
    assert [(line, column) for line, column, _message in found] == [(3, "")]
    assert "quotation mark" in found[0][2]
