"""Encodings of text files: which one a file has, and its text."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import BinaryIO

from django.utils.translation import gettext as _

from accounts.user_import.problems import Unreadable

BYTE_ORDER_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
# Encodings of one byte per letter, the most frequent first.
ONE_BYTE = ("cp1252", "mac_roman", "cp850", "cp1250")
MIXED = "utf-8+"  # lines that are UTF-8, and other lines in the encoding that follows
# The encodings that a person can choose, as people know them.
LABELS = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1252": "Windows-1252",
    "mac_roman": "Mac Roman",
    "cp850": "MS-DOS (cp850)",
    "cp1250": "Windows-1250",
    "cp1251": "Windows-1251",
    "cp1253": "Windows-1253",
    "cp1254": "Windows-1254",
    "cp1257": "Windows-1257",
}
KNOWN = frozenset([*LABELS, *(MIXED + name for name in ONE_BYTE)])
SAMPLE = 4096  # bytes
MAX_WORDS = 2_000
MAX_LINE = 1 << 20  # characters
WORD = re.compile(rb"[A-Za-z\x80-\xff]{2,60}")
# How likely letters are in names of people and places; other letters get RARE, and signs inside a word UNLIKELY.
LIKELY = dict.fromkeys("æøåäöüßéñçÆØÅÄÖÜÉÑÇ’", 1.0) | dict.fromkeys(
    "èêëàâáíóúîïôûùìòœÈÀÁÍÓÚÎŠšŽžýõãðþÞÝÐłŁąęćńśŚźżŻčČřŘěůőű", 0.6
)
RARE, UNLIKELY = 0.2, -2.0
PLAUSIBLE = 0.5  # from this mean likelihood on, an encoding is believed


def guess(file: BinaryIO, *, is_utf8: bool) -> str:
    """
    Return the name of the encoding, one of KNOWN. Raise Unreadable if it can't be told.

    is_utf8: whether all bytes of the file are valid UTF-8.
    """
    file.seek(0)
    start = file.read(SAMPLE)
    for mark, encoding in BYTE_ORDER_MARKS.items():
        if start.startswith(mark) and (is_utf8 or mark != codecs.BOM_UTF8):
            return encoding
    if encoding := wide(start):
        return encoding
    if is_utf8:
        return "utf-8"
    words: list[bytes] = []
    without_latin = 0
    has_utf8, is_windows = False, True
    for line in foreign_lines(file):
        try:
            line.decode("utf-8")
            has_utf8 = True
            continue
        except UnicodeDecodeError:
            pass
        for word in islice(words_of(line), MAX_WORDS - len(words)):
            if min(word) < 0x80:
                words.append(word)
            elif len(word) > 3:
                without_latin += 1
        is_windows = is_windows and is_decodable(line, "cp1252")
    # Cyrillic and Greek words have no letter of ASCII; as Windows-1252 they would be accents alone.
    if without_latin > len(words):
        raise Unreadable(_("The encoding of the text can't be told. Save the file as UTF-8."))
    encoding = most_plausible(words, ONE_BYTE if is_windows else ONE_BYTE[1:])
    return MIXED + encoding if has_utf8 else encoding


def wide(start: bytes) -> str:
    """Return the encoding of UTF-16 text without a byte order mark, or "": every second byte of Latin text is zero."""
    even, odd = start[0::2].count(0), start[1::2].count(0)
    if odd * 2 > len(start[1::2]) and not even:
        return "utf-16-le"
    if even * 2 > len(start[0::2]) and not odd:
        return "utf-16-be"
    return ""


def foreign_lines(file: BinaryIO) -> Iterator[bytes]:
    """Yield the lines that hold more than ASCII, whatever ends them."""
    file.seek(0)
    text = io.TextIOWrapper(file, encoding="latin-1", newline="")
    try:
        while line := text.readline(MAX_LINE):
            if not line.isascii():
                yield line.encode("latin-1")
    finally:
        text.detach()


def words_of(line: bytes) -> Iterator[bytes]:
    """Yield the words that hold more than ASCII."""
    for found in WORD.finditer(line):
        if not found[0].isascii():
            yield found[0]


def is_decodable(line: bytes, encoding: str) -> bool:
    """Return whether the encoding has a character for each byte of the line."""
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def most_plausible(words: list[bytes], encodings: Iterable[str]) -> str:
    """Return the encoding in which the letters of these words are the likeliest; Windows-1252 if nothing speaks."""
    scores = {encoding: mean_likelihood(words, encoding) for encoding in encodings}
    if not words or scores.get("cp1252", UNLIKELY) >= PLAUSIBLE:
        return "cp1252"
    best = max(scores, key=lambda encoding: scores[encoding])
    return best if scores[best] >= PLAUSIBLE else "cp1252"


def mean_likelihood(words: Iterable[bytes], encoding: str) -> float:
    """Return how likely the letters beyond ASCII are in these words, if the words have this encoding."""
    found = [
        likelihood(text, place)
        for text in (word.decode(encoding, "replace") for word in words)
        for place, letter in enumerate(text)
        if not letter.isascii()
    ]
    return sum(found) / len(found) if found else UNLIKELY


def likelihood(word: str, place: int) -> float:
    """Return how likely this letter is at this place of a word."""
    letter, before, after = word[place], word[place - 1 : place], word[place + 1 : place + 2]
    if letter == "’":
        return 1.0 if before and after else RARE
    if not letter.isalpha():
        return UNLIKELY
    if letter.isupper() and (before.islower() or (before.isalpha() and after.islower())):
        return -1.0  # a capital inside a word
    if letter.islower() and after.isupper():
        return -1.0  # a small letter inside a word of capitals
    if letter.islower() and not before:
        return LIKELY.get(letter, RARE) / 2  # names begin with a capital
    return LIKELY.get(letter, RARE)


class MixedText:
    """The lines of a text in which some are UTF-8, and the others have the encoding `other`."""

    def __init__(self, file: BinaryIO, other: str):
        # Latin-1 has a character for each byte, and so keeps the bytes of each line.
        self.text = io.TextIOWrapper(file, encoding="latin-1", newline="")
        self.other = other

    def readline(self, size: int) -> str:
        """Return the next line, or its first `size` bytes."""
        line = self.text.readline(size)
        if line.isascii():
            return line
        content = line.encode("latin-1").removeprefix(codecs.BOM_UTF8)
        if len(line) < size and is_decodable(content, "utf-8"):
            return content.decode("utf-8")
        return content.decode(self.other)

    def detach(self) -> None:
        """Give the file back to its owner, who reads it again or closes it."""
        self.text.detach()


Text = io.TextIOWrapper | MixedText


def opened(file: BinaryIO, encoding: str) -> Text:
    """Return the text of the file from its beginning, with its line ends. Detach it from the file afterwards."""
    file.seek(0)
    if encoding.startswith(MIXED):
        return MixedText(file, encoding.removeprefix(MIXED))
    return io.TextIOWrapper(file, encoding="utf-8-sig" if encoding == "utf-8" else encoding, newline="")


def undecodable(file: BinaryIO, encoding: str) -> Unreadable:
    """Return the refusal of a text that this encoding does not explain, with the number of the first such line."""
    if encoding == "cp1252":
        message = _("There are characters that are neither UTF-8 nor Windows-1252 text. Save the file as UTF-8.")
    else:
        message = _("There are characters that are no %(encoding)s text. Save the file as UTF-8.")
        message %= {"encoding": LABELS[encoding.removeprefix(MIXED)]}
    # The decoder can't tell the line, because it reads in blocks. In UTF-16 a letter may have the byte of a line end.
    if encoding.startswith("utf-16"):
        return Unreadable(message)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding="latin-1", newline="")
    number = 0
    try:
        while line := text.readline(MAX_LINE):
            number += 1
            content = line.encode("latin-1")
            other = encoding.removeprefix(MIXED)
            if not is_decodable(content, other) and not (other != encoding and is_decodable(content, "utf-8")):
                return Unreadable(message, number)
    finally:
        text.detach()
    return Unreadable(message)
