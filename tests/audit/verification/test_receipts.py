"""The format of receipts: what is written into a mail is found again, whatever mail programs do to it."""

import re
from email.message import EmailMessage
from html import escape

import pytest

from audit.verification.receipts import (
    PARTS_AT_MOST,
    PASTED_AT_MOST,
    RECEIPTS_AT_MOST,
    Receipt,
    Unreadable,
    receipts_in,
)

pytestmark = pytest.mark.once  # no database has a say in it
RECEIPT = Receipt("6f1c0a2e-3b7a-4f0e-9d55-0c1d2e3f4a5b", 12, "0123456789abcdef" * 4, 1440, "fedcba9876543210" * 4)
OTHER = Receipt("6f1c0a2e-3b7a-4f0e-9d55-0c1d2e3f4a5b", 13, "0123456789abcdef" * 4, 13, "0123456789abcdef" * 4)
TEXT = RECEIPT.text


def read(text, at_most=PASTED_AT_MOST):
    return receipts_in(text if isinstance(text, bytes) else text.encode(), at_most=at_most)


def said(text, **limits):
    """Return the one sentence about a text without a good receipt."""
    try:
        [broken] = read(text, **limits)
    except Unreadable as error:
        return str(error)
    assert isinstance(broken, Unreadable)
    return str(broken)


def rewrapped(width):
    """Return the receipt as one paragraph, broken after this number of characters, in words as well."""
    return "\n".join(re.findall(f".{{1,{width}}}", TEXT.replace("\n", " ")))


def test_its_lines_are_short_and_plain():
    assert max(map(len, TEXT.splitlines())) < 70
    assert TEXT.isascii()
    assert not [line for line in TEXT.splitlines() if not line[0].isalnum() or "  " in line]


TREATED = {
    "as it is": TEXT,
    "with text around it": f"Hello Lena,\n\na < b, and more\n\n{TEXT}\n\n-- \nSam > Support",
    "on Windows": TEXT.replace("\n", "\r\n"),
    "quoted": TEXT.replace("\n", "\n> "),
    "quoted again and again": TEXT.replace("\n", "\n>> > | "),
    "indented": TEXT.replace("\n", "\n\t   "),
    "with empty lines": TEXT.replace("\n", "\n\n"),
    "in one line": TEXT.replace("\n", " "),
    "broken where words end": TEXT.replace(" ", "\n"),
    "with hard spaces": TEXT.replace("\n", "\u00a0\n").replace(" ", "\u00a0"),
    "with invisible characters": TEXT.replace("\n", "\u200b\n\ufeff"),
    "in bold": TEXT.replace("\n", "*\n*"),
    "with great letters": TEXT.replace("abcdef", "ABCDEF"),
    "with a byte order mark": f"\ufeff{TEXT}",
    "in UTF-16": TEXT.encode("utf-16"),
    "in Latin-1": f"Sørensen\n{TEXT}".encode("latin-1"),
    "source of HTML": f"<p title='>'>Hello &amp;<pre>{TEXT}</pre></p>",
    "HTML of a mail program": "<div>" + TEXT.replace("\n", "<br/>\n") + "</div>",
    "HTML with spaces": TEXT.replace("\n", "<br>").replace(" ", "&nbsp;"),
    "HTML with a link to a number": TEXT.replace("1440", '<a href="tel:1440">1440</a>'),
    "HTML with breaks in words": TEXT.replace("4567", "45<wbr>67"),
    "quoted source of HTML": escape(TEXT.replace("\n", "\n> ")),
    "the first line of a plain text": f"Note: {TEXT}".replace("\n", " "),
}


@pytest.mark.parametrize("how", TREATED)
def test_a_receipt_is_found_whatever_mail_programs_do_to_it(how):
    assert read(TREATED[how]) == [RECEIPT]


@pytest.mark.parametrize("width", range(70, 100, 3))
def test_a_receipt_is_found_in_a_paragraph_that_was_broken_inside_its_hashes(width):
    assert read(rewrapped(width)) == [RECEIPT]


def mail_of(cte, *, html=True):
    message = EmailMessage()
    message["Subject"] = "Somebody opened your account to help you"
    message.set_content(f"Hello Lena Sørensen,\n\n{TEXT}\n", cte=cte)
    if html:
        message.add_alternative(f"<p>Hello Lena Sørensen,</p><pre>{TEXT}</pre>", subtype="html", cte=cte)
    return message


@pytest.mark.parametrize("cte", ["8bit", "quoted-printable", "base64"])
@pytest.mark.parametrize("html", [False, True])
def test_a_receipt_is_found_in_every_part_of_a_mail_and_said_once(cte, html):
    assert read(mail_of(cte, html=html).as_bytes()) == [RECEIPT]


def test_a_receipt_is_found_in_html_alone_that_was_broken_for_its_way():
    message = EmailMessage()
    line = TEXT.replace("\n", "<br>")
    message.set_content(f'<p style="{"x" * 90}">{line}</p>', subtype="html", cte="quoted-printable")
    assert b"=\n" in message.as_bytes()
    assert read(message.as_bytes()) == [RECEIPT]


def test_a_receipt_is_found_in_a_mail_that_was_forwarded_as_an_attachment():
    forward = EmailMessage()
    forward.set_content("See below.")
    forward.add_attachment(mail_of("base64"))
    forward.add_attachment(b"\x00\xff", maintype="image", subtype="png", filename="a.png")
    assert read(b"\r\n" + forward.as_bytes()) == [RECEIPT]


def test_a_receipt_is_found_between_signs_that_look_like_a_tag():
    assert read(f"Hello,\n\na <b, and not\n\n{TEXT}\n\nMore -> there") == [RECEIPT]


def test_each_receipt_is_read_once():
    assert read(f"{TEXT}\n{OTHER.text}\n{TEXT}") == [RECEIPT, OTHER]


def test_a_receipt_is_found_behind_the_last_part_of_a_mail():
    source = mail_of("base64").as_string()
    assert read(f"{source}\n{OTHER.text}\n{TEXT[:100]}") == [RECEIPT, OTHER]


def test_words_of_a_reason_that_look_like_a_receipt_hide_none():
    [broken, found] = read(f"Hello,\nSTANDIN RECEIPT 1 log: <b\n{TEXT}")
    assert "incomplete" in str(broken)
    assert found == RECEIPT


def changed(old, new):
    assert TEXT.count(old) >= 1
    return TEXT.replace(old, new, 1)


BROKEN = {
    "nothing": ("", 'No receipt was found. A receipt begins with "STANDIN RECEIPT 1".'),
    "another text": ("Hello Lena, log: 12", "No receipt was found."),
    "its second half": (TEXT[40:], "No receipt was found."),
    "its first half": (TEXT[:100], "A receipt is incomplete: head, head-hash, sum is missing."),
    "no last line": (changed("END OF RECEIPT", ""), "A receipt is incomplete: END OF RECEIPT is missing."),
    "no number": (changed("event: 12\n", ""), "A receipt is incomplete: event is missing."),
    "a number that is none": (changed("event: 12", "event: twelve"), '"event" has a wrong value'),
    "a number that no log has": (changed("head: 1440", "head: 9223372036854775808"), "its checksum is not"),
    "no log": (changed("log: 6f1c", "log: 6f1"), '"log" has a wrong value'),
    "a short hash": (changed("event-hash: 0", "event-hash: "), '"event-hash" has a wrong value'),
    "a hash of other letters": (changed("head-hash: f", "head-hash: g"), '"head-hash" has a wrong value'),
    "one letter changed": (changed("event-hash: 0", "event-hash: 1"), "its checksum is not that of its values"),
    "one digit changed": (changed("event: 12", "event: 13"), "its checksum is not that of its values"),
    "another version": (changed("RECEIPT 1", "RECEIPT 2"), "of a version that is unknown here"),
    "NUL": ("\0" * 100, "No receipt was found."),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_wrong_with_a_broken_receipt_is_said(what):
    text, sentence = BROKEN[what]
    assert sentence in said(text)


@pytest.mark.parametrize("head", [11, 2**63])
def test_a_head_that_no_platform_writes_is_damaged(head):
    assert "damaged" in said(Receipt(RECEIPT.log_id, 12, RECEIPT.event_hash, head, RECEIPT.head_hash).text)


def test_what_is_too_large_is_not_read():
    assert read(TEXT + "x" * 100, at_most=len(TEXT) + 100) == [RECEIPT]
    assert "at most 512.0" in said(TEXT + "x" * PASTED_AT_MOST)


def test_too_many_receipts_are_refused():
    many = [Receipt(RECEIPT.log_id, number, "0" * 64, number, "0" * 64).text for number in range(1, 102)]
    assert len(read("\n".join(many[:-1]))) == RECEIPTS_AT_MOST
    assert "too many receipts: at most 100" in said("\n".join(many))


def test_a_mail_of_very_many_parts_inside_each_other_is_not_parsed():
    deep = "Content-Type: message/rfc822\n\n" * PARTS_AT_MOST
    assert read(deep + TEXT) == [RECEIPT]
    assert "too many parts" in said("content-type: message/rfc822\n\n" * (PARTS_AT_MOST + 1) + TEXT)


@pytest.mark.parametrize(
    "header",
    [
        "Content-Transfer-Encoding: base64",
        "Content-Transfer-Encoding: uuencode",
        "Content-Type: multipart/mixed",
        "Content-Type: multipart/mixed; boundary=x",
        "Content-Type: text/plain; charset=zlib",
        "Content-Type: application/octet-stream",
    ],
)
def test_a_receipt_is_found_under_headers_that_are_wrong(header):
    assert read(f"{header}\n\n{TEXT}") == [RECEIPT]
