"""Which files are accepted, and which sentence people read about one that is not: a file of each kind, made here."""

import io
import zipfile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from learning import uploads
from tests.support.learning_factories import PDF

PNG = b"\x89PNG\r\n\x1a\n..."
DISGUISED = "The file is not what its name says. "
MARKUP = DISGUISED + "It begins as a web page does (HTML, SVG or XML). Save it as PDF."
BEFORE_PDF = DISGUISED + "Before the PDF there is something else, perhaps a web page. Save it as PDF again."
NOT_TEXT = DISGUISED + "It is not text, or in an unusual encoding. Save it as text in UTF-8."
PASSWORD = "The file is protected by a password, so others can't open it. Save it without the password."
MACROS = DISGUISED + "It contains macros. Save it as Word (.docx), without macros."
TYPES = (
    "Files of this type can't be uploaded. Allowed are: "
    "PDF, Word, Excel, PowerPoint, PNG, JPEG, CSV or plain text; at most 20 MB."
)
VBA = "application/vnd.ms-office.vbaProject"
COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
HTML = "<html><script>alert(1)</script></html>"


def not_a(wanted):
    return f"{DISGUISED}It is not {wanted}, or it is damaged. Open it in its program and save it as {wanted}."


def it_is(kind):
    return f"{DISGUISED}It is {kind}: give it a name that says so."


def office(*names, folder="word", listing="<Types/>", compression=zipfile.ZIP_DEFLATED, zip64=False):
    """Return an Office file. names: further parts; listing: its [Content_Types].xml."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", compression) as archive:
        for name in ("[Content_Types].xml", f"{folder}/document.xml", *names):
            with archive.open(name, "w", force_zip64=zip64) as part:
                part.write((listing if name == "[Content_Types].xml" else "<xml/>").encode())
    return content.getvalue()


def listing(kind, doctype=""):
    return f'<?xml version="1.0"?>{doctype}<Types><Override PartName="/word/a.bin" ContentType="{kind}"/></Types>'


def encrypted_entry():
    """Return an Office file with the mark of an encrypted part in both of its places."""
    content = bytearray(office())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


ACCEPTED = {
    "PDF": ("a.pdf", PDF),
    "PDF in capitals": ("A.PDF", PDF),
    "PDF with two endings": ("report.docx.pdf", PDF),
    "PDF after bytes of a printer": ("a.pdf", b"\x1b%-12345X@PJL\r\n" + PDF),
    "PDF after a byte order mark": ("a.pdf", b"\xef\xbb\xbf\r\n" + PDF),
    "PDF as late as readers look": ("a.pdf", b"\0" * 1019 + PDF),
    "PDF with a password": ("a.pdf", PDF + b"/Encrypt 5 0 R"),
    "text of one byte": ("a.txt", b"a"),
    "text in UTF-16": ("a.txt", "Blåbær\r\n".encode("utf-16")),
    "text in UTF-16, big-endian": ("a.txt", b"\xfe\xff" + "Blåbær".encode("utf-16-be")),
    "a table in UTF-16": ("a.csv", "a\tb\r\n".encode("utf-16")),
    "text in an encoding of one byte": ("a.txt", "Blåbær".encode("cp1252")),
    "quoted mail": ("a.txt", b"> Dear Lena\n> the grinder is mended\n"),
    "mail from a mailbox": ("a.txt", b"From lena@harbour.example Mon Nov 23\nSubject: Grinder\n"),
    "mail with its quotation": ("a.txt", b"<lena.o+1@harbour.example> wrote:\n> Dear Sam\n"),
    "a comparison": ("a.csv", b"< 5;b\n"),
    "Word": ("a.DOCX", office()),
    "Word of more than 4 GB, as it says": ("a.docx", office(zip64=True)),
    "Word, not packed": ("a.docx", office(compression=zipfile.ZIP_STORED)),
    "Word with an object inside": ("a.docx", office("word/embeddings/oleObject1.bin", "word/media/マクロ.png")),
    "Excel": ("a.xlsx", office(folder="xl")),
    "PowerPoint": ("a.pptx", office(folder="ppt")),
}

REFUSED = {
    "empty": ("a.pdf", b"", "The file is empty."),
    "one byte": ("a.pdf", b"%", not_a("PDF")),
    "one byte of Word": ("a.docx", b"P", not_a("Word (.docx)")),
    "one byte of a picture": ("a.png", b"\x89", not_a("PNG")),
    "HTML after PDF in the name": ("a.pdf.html", PDF, TYPES),
    "a name with a dot at its end": ("a.pdf.", PDF, TYPES),
    "PDF, too late for readers": ("a.pdf", b"\0" * 1020 + PDF, not_a("PDF")),
    "PDF behind HTML": ("a.pdf", HTML.encode() + PDF, BEFORE_PDF),
    "PDF behind text and HTML": ("a.pdf", b"x" * 500 + HTML.encode() + PDF, BEFORE_PDF),
    "PDF behind HTML in UTF-16": ("a.pdf", HTML.encode("utf-16") + PDF, BEFORE_PDF),
    "PDF behind SVG": ("a.pdf", b"\n<svg onload=alert(1)>" + PDF, BEFORE_PDF),
    "HTML as PDF": ("a.pdf", HTML.encode(), MARKUP),
    "a picture as PDF": ("a.pdf", PNG, it_is("PNG")),
    "PNG as JPEG": ("a.jpg", PNG, it_is("PNG")),
    "SVG as picture": ("a.png", b"<svg/>", MARKUP),
    "HTML as text": ("a.txt", HTML.encode(), MARKUP),
    "HTML as text in UTF-16": ("a.txt", HTML.encode("utf-16"), MARKUP),
    "SVG as table, after a byte order mark": ("a.csv", b"\xef\xbb\xbf \n<SVG/>", MARKUP),
    "a tag that looks like an address": ("a.txt", b"<svg/onload=alert(1)@x>", MARKUP),
    "a tag with an address in it": ("a.txt", b"<a href=lena@harbour.example>", MARKUP),
    "a program as text": ("a.txt", b"MZ\0\1", NOT_TEXT),
    "UTF-16 without its mark": ("a.txt", "Blå".encode("utf-16-le"), NOT_TEXT),
    "UTF-32": ("a.txt", "Blå".encode("utf-32"), NOT_TEXT),
    "half a letter of UTF-16": ("a.txt", b"\xff\xfea", NOT_TEXT),
    "Excel as Word": ("a.docx", office(folder="xl"), it_is("Excel (.xlsx)")),
    "Word behind HTML": ("a.docx", HTML.encode() + office(), MARKUP),
    "Word behind text": ("a.docx", b"x" + office(), not_a("Word (.docx)")),
    "half of Word": ("a.docx", office()[:-40], not_a("Word (.docx)")),
    "Word without its listing": ("a.docx", office().replace(b"[Content", b"[Cantent"), not_a("Word (.docx)")),
    "Word with a listing that is no XML": ("a.docx", office(listing="<Types>"), not_a("Word (.docx)")),
    "Word with a listing that unfolds": (
        "a.docx",
        office(listing=listing("&k;", '<!DOCTYPE T [<!ENTITY k "x">]>')),
        not_a("Word (.docx)"),
    ),
    "Word with a password": ("a.docx", COMPOUND_FILE + "EncryptedPackage".encode("utf-16-le"), PASSWORD),
    "Word with an encrypted part": ("a.docx", encrypted_entry(), PASSWORD),
    "Word as it was before 2007": (
        "a.docx",
        COMPOUND_FILE + "WordDocument".encode("utf-16-le"),
        DISGUISED + "It is of an older version of Office. Open it and save it as Word (.docx).",
    ),
    "macros": ("a.docx", office("word/vbaProject.bin"), MACROS),
    "macros in capitals": ("a.docx", office("word/VBAPROJECT.BIN"), MACROS),
    "macros behind a backslash": ("a.docx", office("word\\vbaProject.bin"), MACROS),
    "macros at a dot": ("a.docx", office("./word/./vbaProject.bin"), MACROS),
    "macros in wide letters": ("a.docx", office("word/ｖｂａProject.bin"), MACROS),
    "macros in Cyrillic letters": ("a.docx", office("word/vbаРrоjесt.bin"), MACROS),
    "macros with an accent": ("a.docx", office("word/vbaProjéct.bin"), MACROS),
    "macros with an invisible letter": ("a.docx", office("word/vba\u200bProject.bin"), MACROS),
    "macros in percent signs": ("a.docx", office("word/vba%50roject.bin"), MACROS),
    "macros of any name": ("a.docx", office("word/a.bin", listing=listing(VBA)), MACROS),
    "macros of any name, in capitals": ("a.docx", office(listing=listing(VBA.upper())), MACROS),
    "macros of any name, in references": ("a.docx", office(listing=listing(VBA.replace("v", "&#118;"))), MACROS),
    "a document of macros": (
        "a.docx",
        office(listing=listing("application/vnd.ms-word.document.macroEnabled.main+xml")),
        MACROS,
    ),
}


@pytest.mark.parametrize(("name", "content"), ACCEPTED.values(), ids=ACCEPTED.keys())
def test_what_readers_accept_is_accepted(name, content):
    file = SimpleUploadedFile(name, content)
    uploads.validate(file)
    assert file.read() == content


@pytest.mark.parametrize(("name", "content", "sentence"), REFUSED.values(), ids=REFUSED.keys())
def test_a_refused_file_says_its_cause_and_what_to_do(name, content, sentence):
    with pytest.raises(ValidationError) as error:
        uploads.validate(SimpleUploadedFile(name, content))
    assert error.value.messages == [sentence]
