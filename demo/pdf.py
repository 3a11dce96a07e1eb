"""A page of text as a PDF, without a library."""

from textwrap import wrap

LINES = 44


def pdf(title: str, text: str) -> bytes:
    """Return a PDF of one page with a title and text; raise ValueError if the text doesn't fit."""
    lines = [part for line in text.splitlines() for part in (wrap(line, 84) or [""])]
    if len(lines) > LINES:
        raise ValueError(f"{title}: {len(lines)} lines do not fit on one page.")
    shown = "".join(f"({escaped(line)}) Tj T*\n" for line in lines)
    page = f"BT /B 20 Tf 60 770 Td ({escaped(title)}) Tj ET\nBT /F 11 Tf 16 TL 60 735 Td\n{shown}ET".encode("cp1252")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F 5 0 R /B 6 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(page), page),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
    ]
    file = b"%PDF-1.4\n"
    offsets = []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    start = len(file)
    count = len(objects) + 1
    file += b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, table)
    return file + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, start)


def escaped(text: str) -> str:
    """Return the text with the escapes of a PDF string."""
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
