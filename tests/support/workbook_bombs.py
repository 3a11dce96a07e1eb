"""Malicious workbooks, each a few hundred kilobytes or less."""

import io
import random
import re
import struct
import zipfile

from .import_files import workbook

PEOPLE = (["First name", "E-mail"], ["Nora", "nora@harbour.example"])
SHEET, STRINGS, STYLES = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"
MEGABYTE = 1 << 20


def with_part(content, name, change):
    """Return the workbook with one of its parts rewritten."""
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            data = old.read(part)
            new.writestr(part.filename, change(data) if part.filename == name else data)
    return changed.getvalue()


def in_front_of(end, filling, name):
    """Return a list of two people with a filling before the closing tag `end` of one part."""
    content = with_part(workbook(*PEOPLE), name, lambda part: part.replace(end, filling + end))
    assert len(filling) < zipfile.ZipFile(io.BytesIO(content)).getinfo(name).file_size
    return content


def with_strings(filling):
    """Return a list of two people with a table of shared strings that contains the filling."""
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    entry = b'<Override PartName="/xl/sharedStrings.xml" ContentType="' + kind + b'"/>'
    content = io.BytesIO(in_front_of(b"</Types>", entry, "[Content_Types].xml"))
    with zipfile.ZipFile(content, "a", zipfile.ZIP_DEFLATED) as archive:
        namespace = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        archive.writestr(STRINGS, b'<sst xmlns="' + namespace + b'">' + filling + b"</sst>")
    return content.getvalue()


def ballast(size):
    """Return a comment that hardly compresses, which hides the high compression ratio of the content beside it."""
    return b"<!--" + random.Random(7).randbytes(size).hex().encode() + b"-->"


def shared_strings():
    """Return a workbook with ten million elements, within all limits that the archive's directory shows."""
    return with_strings(ballast(250_000) + b"<a/>" * 10_000_000)


def styles():
    return in_front_of(b"</cellXfs>", b"<xf/>" * 1_000_000, STYLES)


def slow_strings():
    return with_strings(b"<si/>" * 1_900_000)


def deep():
    return in_front_of(b"</sheetData>", b"<a>" * 1_000_000 + b"</a>" * 1_000_000, SHEET)


def ratio():
    return with_strings(b" " * (40 * MEGABYTE))


def many_parts():
    """Return a workbook with more parts than a real one has, all of them empty."""
    content = io.BytesIO(workbook(*PEOPLE))
    with zipfile.ZipFile(content, "a") as archive:
        for number in range(10_001):
            archive.writestr(f"{number:x}", b"")
    return content.getvalue()


def lying_directory():
    """Return a workbook whose directory declares a hundred bytes for a part of forty million."""
    content = bytearray(ratio())
    entry = content.rindex(STRINGS.encode()) - 46
    assert content[entry : entry + 4] == b"PK\x01\x02"
    content[entry + 24 : entry + 28] = struct.pack("<I", 100)
    return bytes(content)


def endless():
    """Return a workbook whose sheet declares the maximum number of rows, and has a row far below them."""
    dimension = rb'<dimension ref="A1:XFD1048576"/>'
    content = in_front_of(b"</sheetData>", b'<row r="2000000000"><c r="A2000000000"><v>1</v></c></row>', SHEET)
    return with_part(content, SHEET, lambda part: re.sub(rb"<dimension [^>]*>", dimension, part))


def broken():
    """Return a workbook with invalid bytes in a compressed part."""
    content = bytearray(with_strings(ballast(20_000)))
    start = content.index(STRINGS.encode()) + len(STRINGS)
    content[start : start + 2] = b"\xff\xff"
    return bytes(content)
