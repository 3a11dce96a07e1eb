"""Files that hold no table that can be read: what each is, and what its sender does about it."""

from __future__ import annotations

import codecs
import re
from typing import BinaryIO

from django.utils.translation import gettext as _

from accounts.user_import.problems import Unreadable

from .encodings import wide

SAMPLE = 4096  # bytes
CHUNK = 1 << 20
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06")
FIRST_NAME = 30  # the place of the first name in an archive
LISTS = (b".csv", b".txt", b".tsv", b".xls", b".xlsx")
PACKED = (b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"BZh")
WEB_PAGE = re.compile(r"<(!doctype html|html|head|body|meta|table|style|script|div)\b|MIME-Version:", re.IGNORECASE)
XML_SPREADSHEET = re.compile(r'urn:schemas-microsoft-com:office:spreadsheet|progid="Excel\.Sheet"')
JSON = re.compile(r'\{\s*["}]|\[\s*[{\[]')


def is_archive(file: BinaryIO) -> bool:
    """Return whether the file is an archive, as workbooks (.xlsx) are."""
    return beginning(file, 4) in ARCHIVES


def beginning(file: BinaryIO, size: int) -> bytes:
    """Return the first bytes of the file."""
    file.seek(0)
    return file.read(size)


def refuse_what_is_no_table(file: BinaryIO) -> None:
    """Raise Unreadable if the file is of a kind that can't be read, with the sentence that says what to do."""
    start = beginning(file, SAMPLE)
    if start.startswith(OLD_EXCEL):
        raise Unreadable(
            _("The workbook is protected by a password. Remove the password in Excel, and save it again.")
            if contains(file, ENCRYPTED)
            else _("This is an old Excel file (.xls). Save it as .xlsx or CSV.")
        )
    if start.startswith(b"%PDF"):
        raise Unreadable(_("This is a PDF file. Export the list as .xlsx or CSV instead."))
    if start.startswith(PACKED):
        raise Unreadable(_("This is a packed file. Unpack it, and choose the list that is inside."))
    if start.startswith(ARCHIVES):
        refuse_other_archives(file, start)
        return
    text = text_of(start)
    if text.startswith("<"):
        refuse_markup(text)
    if WEB_PAGE.match(text):
        raise Unreadable(web_page())
    if JSON.match(text):
        raise Unreadable(_("This is a JSON file. Export the list as .xlsx or CSV instead."))
    if sum(letter < " " and letter not in "\t\r\n\f\v" for letter in text) * 10 > len(text):
        raise Unreadable(_("This is neither text nor a workbook. Export the list as .xlsx or CSV."))


def refuse_other_archives(file: BinaryIO, start: bytes) -> None:
    """Raise Unreadable if the archive is another document than a workbook, by its names; it is not opened here."""
    file.seek(max(0, file.seek(0, 2) - CHUNK))
    directory = file.read()
    first = start[FIRST_NAME : FIRST_NAME + int.from_bytes(start[FIRST_NAME - 4 : FIRST_NAME - 2], "little")]
    if first == b"mimetype" and b"opendocument" in start:
        raise Unreadable(_("This is an OpenDocument file (.ods). Save it as .xlsx or CSV."))
    if b"xl/workbook.bin" in directory:
        raise Unreadable(_("This is a binary Excel workbook (.xlsb). Save it as .xlsx or CSV."))
    if b"word/document.xml" in directory:
        raise Unreadable(_("This is a Word document. Save its table as .xlsx or CSV."))
    if b"Index/Document.iwa" in directory:
        raise Unreadable(_("This is a Numbers spreadsheet. Export it as .xlsx or CSV."))
    if first.lower().endswith(LISTS) and b"[Content_Types].xml" not in directory:
        raise Unreadable(_("This is a packed file. Unpack it, and choose the list that is inside."))


def refuse_markup(text: str) -> None:
    """Raise Unreadable for a web page, for a spreadsheet in XML, and for any other XML."""
    if XML_SPREADSHEET.search(text):
        raise Unreadable(_("This is a spreadsheet in XML (Excel 2003). Open it in Excel, and save it as .xlsx."))
    if WEB_PAGE.search(text):
        raise Unreadable(web_page())
    if text.startswith("<?xml"):
        raise Unreadable(_("This is an XML file. Export the list as .xlsx or CSV instead."))


def web_page() -> str:
    """Return the sentence about a web page, whatever its extension."""
    return _("This is a web page, not a workbook. Open it in Excel, and save it as .xlsx or CSV.")


def contains(file: BinaryIO, wanted: bytes) -> bool:
    """Return whether these bytes stand anywhere in the file."""
    file.seek(0)
    before = b""
    while chunk := file.read(CHUNK):
        if wanted in before + chunk:
            return True
        before = chunk[-len(wanted) :]
    return False


def text_of(start: bytes) -> str:
    """Return the beginning of a file as text, good enough to see its kind, without white space in front."""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = start.decode("utf-16", "replace")
    else:
        text = start.decode(wide(start) or "utf-8-sig", "replace")
    return text.lstrip("\ufeff \t\r\n")
