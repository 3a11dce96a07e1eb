"""Files that are no table: each is refused with what it is, and what to do."""

import io
import json
import zipfile

import pytest

from tests.support.import_files import workbook
from tests.support.import_tables import read, refusal

pytestmark = pytest.mark.once  # no database has a say in it
WEB_PAGE = "This is a web page, not a workbook. Open it in Excel, and save it as .xlsx or CSV."
PACKED = "This is a packed file. Unpack it, and choose the list that is inside."
SPREADSHEET = '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Styles/><Worksheet><Table/></Worksheet>'
EXCEL_PAGE = '<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta charset="utf-8"></head><table>'
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def archive(**parts):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        for name, part in parts.items():
            packed.writestr(name.replace("__", "/").replace("_", "."), part)
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("<!-- exported -->\n<!DOCTYPE html>\n<HTML><table>", WEB_PAGE),
        (EXCEL_PAGE, WEB_PAGE),
        ("\ufeff \r\n<TABLE border=1><tr><th>Email</th></tr>", WEB_PAGE),
        ("<table>".encode("utf-16"), WEB_PAGE),
        ("<table><tr><td>".encode("utf-16-le"), WEB_PAGE),
        ("MIME-Version: 1.0\nContent-Type: multipart/related", WEB_PAGE),
        (
            f'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>{SPREADSHEET}',
            "This is a spreadsheet in XML (Excel 2003). Open it in Excel, and save it as .xlsx.",
        ),
        ("<?xml version='1.0'?><people/>", "This is an XML file. Export the list as .xlsx or CSV instead."),
        (json.dumps({"people": []}), "This is a JSON file. Export the list as .xlsx or CSV instead."),
        (json.dumps([{"email": ""}], indent=2), "This is a JSON file. Export the list as .xlsx or CSV instead."),
        (b"%PDF-1.7\n%\xe2\xe3", "This is a PDF file. Export the list as .xlsx or CSV instead."),
        (b"\x1f\x8b\x08\x00people.csv", PACKED),
        (archive(people_csv="Email,Name\n", leavers_csv=""), PACKED),
        (
            archive(mimetype="application/vnd.oasis.opendocument.spreadsheet", content_xml="<a/>"),
            "This is an OpenDocument file (.ods). Save it as .xlsx or CSV.",
        ),
        (archive(xl__workbook_bin=""), "This is a binary Excel workbook (.xlsb). Save it as .xlsx or CSV."),
        (archive(word__document_xml=""), "This is a Word document. Save its table as .xlsx or CSV."),
        (archive(Index__Document_iwa=""), "This is a Numbers spreadsheet. Export it as .xlsx or CSV."),
        (archive(other=""), "The file is not a readable Excel workbook (.xlsx)."),
        (OLD + b"\0" * 9000, "This is an old Excel file (.xls). Save it as .xlsx or CSV."),
        (
            OLD + b"\0" * 9000 + "EncryptedPackage".encode("utf-16-le"),
            "The workbook is protected by a password. Remove the password in Excel, and save it again.",
        ),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "This is neither text nor a workbook. Export the list as .xlsx or CSV."),
    ],
)
def test_what_is_no_table_says_what_it_is(content, sentence):
    assert refusal(content) == refusal(content, "people.xlsx") == sentence


@pytest.mark.parametrize(
    "content",
    [
        "PK,Email\n1,lena@harbour.example\n",
        "PK;Email;Name\n1;lena@harbour.example;Lena\n",
        "<Email>,Name\nlena@harbour.example,Lena\n",
        '[Email],"Name"\nlena@harbour.example,Lena\n',
        "{Email},Name\nlena@harbour.example,Lena\n",
        "%PD,Email,Name\n1,lena@harbour.example,Lena\n",
    ],
)
def test_a_list_that_begins_like_another_kind_is_read(content):
    assert len(read(content)[1]) == 1


def test_the_content_counts_and_not_the_name():
    assert read(workbook(["Email", "Name"], ["lena@harbour.example", "Lena"]), "people.csv")[1][0][0] == 2
    assert read("Email,Name\nlena@harbour.example,Lena\n", "people.xlsx")[1][0][0] == 2
