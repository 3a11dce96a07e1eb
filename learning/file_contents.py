"""
Content checks of uploaded files. Each returns why a file is not what its name says and what to do, or "" if it is.

The checks accept what common readers accept, unless a browser might run it as something else.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from typing import IO
from urllib.parse import unquote
from xml.parsers import expat

from django.utils.translation import gettext as _

Check = Callable[[IO[bytes]], str]

MAX_PARTS = 10_000  # parts of an Office file, such as pictures, slides and sheets
MAX_CONTENT_TYPES = 4 << 20  # bytes; the part that lists the content types of the others
PDF_HEADER_WITHIN = 1024  # bytes; the range in which readers look for it
# The beginning of a page or a drawing, which some browsers detect under any name. Quoted mail begins with
# # "<lena@harbour.example> wrote:", which is no tag.
MARKUP = re.compile(r"\s*<(?![\w.+-]+@[\w.-]+>)[a-z!?]", re.IGNORECASE)
SIGNATURES = {"PDF": b"%PDF-", "PNG": b"\x89PNG\r\n\x1a\n", "JPEG": b"\xff\xd8\xff"}
# The container of older Office files, and of newer files with a password, which it holds as one encrypted stream.
COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
OFFICE_FOLDERS = {"word": "Word (.docx)", "xl": "Excel (.xlsx)", "ppt": "PowerPoint (.pptx)"}
# A letter outside ASCII may look like an ASCII letter.
MACRO_PART = re.compile("".join(f"(?:{re.escape(letter)}|[^\0-\x7f])" for letter in "vbaproject.bin") + "$")
ENCRYPTED_FLAGS = 0x1 | 0x40


def disguised(cause: str) -> str:
    return " ".join([_("The file is not what its name says."), cause])


def is_markup(content: bytes) -> str:
    """Return why content can't be uploaded under any name; "" if it doesn't begin as HTML, SVG or XML does."""
    if MARKUP.match(decoded(content)):
        return disguised(_("It begins as a web page does (HTML, SVG or XML). Save it as PDF."))
    return ""


def decoded(content: bytes, errors: str = "replace") -> str:
    """Decode UTF-16 by its byte order mark and anything else byte by byte, which is enough to find markup."""
    is_utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return content.removeprefix(codecs.BOM_UTF8).decode("utf-16" if is_utf16 else "latin-1", errors)


def unlike(content: bytes, wanted: str) -> str:
    """Return the sentence for a file of the wrong type, with the real type if it is known."""
    for kind, signature in SIGNATURES.items():
        if content.startswith(signature):
            return disguised(_("It is %(kind)s: give it a name that says so.") % {"kind": kind})
    return is_markup(content) or disguised(
        _("It is not %(wanted)s, or it is damaged. Open it in its program and save it as %(wanted)s.")
        % {"wanted": wanted}
    )


def pdf(file: IO[bytes]) -> str:
    """Accept a header anywhere in the first 1024 bytes, as readers do, unless something like a tag comes before it."""
    head = file.read(PDF_HEADER_WITHIN)
    before, header, _rest = head.partition(SIGNATURES["PDF"])
    if not header:
        return unlike(head, "PDF")
    if b"<" in before:
        return disguised(_("Before the PDF there is something else, perhaps a web page. Save it as PDF again."))
    return ""


def picture(kind: str) -> Check:
    """Return the check of a picture. kind: "PNG" or "JPEG"."""

    def problem(file: IO[bytes]) -> str:
        head = file.read(PDF_HEADER_WITHIN)
        return "" if head.startswith(SIGNATURES[kind]) else unlike(head, kind)

    return problem


def text(file: IO[bytes]) -> str:
    """Accept UTF-16 with a byte order mark, UTF-8 or any encoding of one byte, as spreadsheets export it."""
    content = file.read()
    try:
        is_text = "\0" not in decoded(content, "strict")
    except UnicodeDecodeError:
        is_text = False
    if not is_text:
        return disguised(_("It is not text, or in an unusual encoding. Save it as text in UTF-8."))
    return is_markup(content)


def office(folder: str) -> Check:
    """Return the check of an Office file without macros. folder: a key of OFFICE_FOLDERS."""
    wanted = OFFICE_FOLDERS[folder]

    def problem(file: IO[bytes]) -> str:
        content = file.read()
        if content.startswith(COMPOUND_FILE):
            if ENCRYPTED_STREAM in content:
                return protected()
            return disguised(
                _("It is of an older version of Office. Open it and save it as %(wanted)s.") % {"wanted": wanted}
            )
        if not content.startswith(b"PK\x03\x04"):
            return unlike(content, wanted)
        # The signature of a directory entry. Half a million entries take seconds and hundreds of megabytes to read.
        if content.count(b"PK\x01\x02") > MAX_PARTS:
            return _("The file has more parts than an Office file should. Save it as PDF.")
        try:
            with zipfile.ZipFile(file) as archive:
                return problem_of_archive(archive, folder)
        except (
            *(zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError, UnicodeError),
            *(NotImplementedError, RuntimeError, ValueError, OSError),
        ):
            return unlike(content, wanted)

    return problem


def problem_of_archive(archive: zipfile.ZipFile, folder: str) -> str:
    parts = [(plain_name(part.filename), part) for part in archive.infolist()]
    if any(part.flag_bits & ENCRYPTED_FLAGS for _name, part in parts):
        return protected()
    listings = [part for name, part in parts if name == "[content_types].xml"]
    held = {name.partition("/")[0] for name, _part in parts}
    if not listings or folder not in held:
        for other in OFFICE_FOLDERS.keys() & held if listings else ():
            return disguised(_("It is %(kind)s: give it a name that says so.") % {"kind": OFFICE_FOLDERS[other]})
        return unlike(b"", OFFICE_FOLDERS[folder])
    if any(MACRO_PART.search(name) for name, _part in parts):
        return macros(folder)
    for listing in listings:
        with archive.open(listing) as part:
            content = part.read(MAX_CONTENT_TYPES + 1)
        if len(content) > MAX_CONTENT_TYPES:
            return unlike(b"", OFFICE_FOLDERS[folder])
        # A macro part may have any name, but programs recognise it by its content type.
        if any("macro" in kind or "vba" in kind for kind in content_types(content)):
            return macros(folder)
    return ""


def plain_name(name: str) -> str:
    """Return the name of a part without case, accents, invisible letters, backslashes and leading dots."""
    letters = unicodedata.normalize("NFKD", unquote(name)).casefold().replace("\\", "/")
    visible = "".join(letter for letter in letters if unicodedata.category(letter)[0] not in "CM")
    return "/".join(segment for segment in visible.split("/") if segment not in ("", "."))


def content_types(xml: bytes) -> set[str]:
    """Return the content types that the listing of an archive names, in lower case. Raise ValueError for a DTD."""
    found: set[str] = set()

    def element(_name: str, attributes: dict[str, str]) -> None:
        found.update(value.casefold() for key, value in attributes.items() if key.endswith("ContentType"))

    def doctype(*_arguments: object) -> None:
        raise ValueError("a listing has no DTD; its entities could unfold without end")

    parser = expat.ParserCreate()
    parser.StartElementHandler = element
    parser.StartDoctypeDeclHandler = doctype
    parser.Parse(xml, True)
    return found


def protected() -> str:
    return _("The file is protected by a password, so others can't open it. Save it without the password.")


def macros(folder: str) -> str:
    said = _("It contains macros. Save it as %(wanted)s, without macros.")
    return disguised(said % {"wanted": OFFICE_FOLDERS[folder]})
