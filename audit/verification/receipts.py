"""
The format of receipts: an event and the head of the chain, as a short block of text in a mail.

A receipt holds no secret. The mail is an anchor that the platform can't rewrite. `receipt_check.py` compares a receipt
with the log.
"""

from __future__ import annotations

import codecs
import hashlib
import html
import re
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from email import message_from_bytes
from textwrap import wrap
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from audit.models import AuditEvent

from .rows import GREATEST

PASTED_AT_MOST = 512 << 10  # bytes
FILE_AT_MOST = 25 << 20  # bytes
RECEIPTS_AT_MOST = 100
PARTS_AT_MOST = 100  # parts of a mail; the parser's time and stack grow with them

VERSION = "1"
BEGIN, END = f"STANDIN RECEIPT {VERSION}", "END OF RECEIPT"
# Label and form of each value. No value looks like a label: each label has a letter that is no hexadecimal digit.
FORMS = {
    "log": r"[0-9a-f]{32}",
    "event": r"[1-9][0-9]{0,18}",
    "event-hash": r"[0-9a-f]{64}",
    "head": r"[1-9][0-9]{0,18}",
    "head-hash": r"[0-9a-f]{64}",
    "sum": r"[0-9a-f]{8}",
}
# A block is read without white space, because mail programs break lines anywhere.
BLOCK = re.compile("STANDINRECEIPT(.*?)(ENDOFRECEIPT|(?=STANDINRECEIPT)|$)")
FIELD = re.compile(f"({'|'.join(FORMS)}):")
# An HTML tag. It can't hold the beginning of a receipt: text may have "<" before one, and ">" after it.
TAG = re.compile(r"<[a-zA-Z/!](?:(?!STANDIN RECEIPT)[^<>])*>")
# What mail programs put between characters: white space, invisible characters, marks of quotations and emphasis.
BETWEEN = re.compile(r"[^\x21-\x7e]+|[>|*]+")


def imitates_receipt(text: str) -> bool:
    """Return whether a reader would find a receipt in a text that somebody else writes into the mail."""
    return "STANDINRECEIPT" in BETWEEN.sub("", TAG.sub("", text)).upper()


class Unreadable(ValueError):
    """A text without a receipt, or a receipt that can't be read; its message is a sentence for the reader."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """An event, and the newest event of its log when the receipt was written: log, numbers and hashes."""

    log_id: str
    event: int
    event_hash: str
    head: int
    head_hash: str

    @property
    def checksum(self) -> str:
        """Return eight digits that tell a copy with a mistake from a receipt of another event."""
        return hashlib.sha256(" ".join(map(str, astuple(self))).encode("ascii")).hexdigest()[:8]

    @property
    def text(self) -> str:
        """Return the block for a mail. Its lines are short, so that no mail program has to break them."""
        values = [str(value) for value in (*astuple(self), self.checksum)]
        values = ["\n".join(wrap(value, 32)) if len(value) == 64 else value for value in values]
        fields = [f"{label}: {value}" for label, value in zip(FORMS, values, strict=True)]
        return "\n".join([BEGIN, *fields, END])


def receipt_of(**conditions: Any) -> Receipt | None:
    """Return a receipt of the first event that meets the conditions, with the head of this moment; None without one."""
    event = AuditEvent.objects.filter(**conditions).order_by("seq").first()
    head = AuditEvent.objects.order_by("-seq").first()
    if event is None or head is None:
        return None
    return Receipt(str(event.log_id), event.seq, event.entry_hash, head.seq, head.entry_hash)


def receipts_in(data: bytes, *, at_most: int) -> list[Receipt | Unreadable]:
    """
    Return each receipt in a mail or a plain text once, in order; for a broken one what is wrong with it.

    at_most: limit in bytes. Raise Unreadable if there is no receipt, or too much to read.
    """
    if len(data) > at_most:
        raise Unreadable(_("This is too large: at most %(size)s are read.") % {"size": filesizeformat(at_most)})
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        data = data.decode("utf-16", "replace").encode()
    found = [read for text in texts_of_mail(data) for read in blocks(text)]
    # Read the source as well, for text beside the parts of a mail, and for wrong headers. A receipt that is broken
    # there may only be encoded.
    found += [read for read in blocks(data) if isinstance(read, Receipt) or not found]
    found = list({str(read): read for read in found}.values())
    if not found:
        raise Unreadable(_('No receipt was found. A receipt begins with "%(begin)s".') % {"begin": BEGIN})
    if len(found) > RECEIPTS_AT_MOST:
        raise Unreadable(_("These are too many receipts: at most %(count)s at once.") % {"count": RECEIPTS_AT_MOST})
    return found


def texts_of_mail(data: bytes) -> Iterator[bytes]:
    """Yield the decoded text parts of a mail, attached mails included; a plain text is one such part."""
    if data.lower().count(b"content-type:") > PARTS_AT_MOST:
        raise Unreadable(_("This mail has too many parts: paste the text of the receipt alone."))
    for part in message_from_bytes(data.lstrip()).walk():
        if part.get_content_maintype() == "text":
            yield bytes(part.get_payload(decode=True))


def blocks(text: bytes) -> Iterator[Receipt | Unreadable]:
    """Yield what each block of a plain text or of HTML says; its character set only has to contain ASCII."""
    plain = html.unescape(TAG.sub(" ", text.decode("latin-1")))
    for block in BLOCK.finditer(BETWEEN.sub("", plain)):
        yield read_block(*block.groups())


def read_block(body: str, end: str) -> Receipt | Unreadable:
    """Return the receipt between its first and its last line, or what is wrong with it."""
    version, *fields = FIELD.split(body)
    values = {label: value.replace("-", "").lower() for label, value in zip(fields[::2], fields[1::2], strict=True)}
    if version != VERSION:
        return Unreadable(_("A receipt is of a version that is unknown here: use the newest version of the software."))
    if not end or list(values) != list(FORMS):
        missing = [label for label in FORMS if label not in values] or [END]
        return Unreadable(_("A receipt is incomplete: %(what)s is missing.") % {"what": ", ".join(missing)})
    for label, form in FORMS.items():
        if not re.fullmatch(form, values[label]):
            return Unreadable(_('A receipt is damaged: "%(label)s" has a wrong value.') % {"label": label})
    log_id = re.sub("(.{8})(.{4})(.{4})(.{4})(.{12})", r"\1-\2-\3-\4-\5", values["log"])
    event, head = int(values["event"]), int(values["head"])
    receipt = Receipt(log_id, event, values["event-hash"], head, values["head-hash"])
    if receipt.checksum != values["sum"] or not event <= head <= GREATEST:  # nobody wrote such a receipt
        return Unreadable(_("A receipt is damaged: its checksum is not that of its values."))
    return receipt
