"""Letters that were read in a wrong encoding before the file was written, such as “SÃ¸ren” for “Søren”."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

MAX_SHOWN = 40  # characters of a word
# What the bytes 0x80 to 0xBF are as Windows-1252, or as the control characters of Latin-1.
CONTINUED = "\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
# The same without quotation marks, dashes and spaces, which may well stand behind a last Å, Ä or Ö.
CONTINUED_CLEARLY = "\u0080-\u009f¡-ª¬-º¼-¿€ƒ†‡ˆ‰ŠŒŽ˜™šœžŸ"
# UTF-8 that was read as Windows-1252, as Mac Roman (√∏) or as MS-DOS text (├©), and letters that were lost.
# One set of first letters makes the search fast.
READ_TWICE = re.compile(
    "[ÂÃÄÅâïÐÑ√├\ufffd](?:"
    f"(?<=[ÂÃ])[{CONTINUED}]|(?<=[ÄÅ])[{CONTINUED_CLEARLY}]|(?<=Å)\xa0[a-zà-ÿ]|(?<=â)€|(?<=ï)»¿"
    f"|(?<=[ÐÑ])[{CONTINUED}][ÐÑ][{CONTINUED}]|(?<=[√├])[^\x00-\x7f\\s]|(?<=\ufffd))"
)
ENCODINGS = ("cp1252", "latin-1", "mac_roman", "cp850")


def doubt(text: str) -> str:
    """Return a sentence about the first word that was read in a wrong encoding, or "" if there is none."""
    found = READ_TWICE.search(text)
    if found is None:
        return ""
    word = word_around(text, found.start(), found.end())
    if "\ufffd" in word:
        return _("In “%(word)s” a letter was lost before the file was saved. Export the file again as UTF-8.") % {
            "word": word
        }
    if meant := repaired(word):
        message = _("“%(word)s” looks like “%(meant)s” in a wrong encoding. Export the file again as UTF-8.")
        return message % {"word": word, "meant": meant}
    return _("“%(word)s” looks like text in a wrong encoding. Export the file again as UTF-8.") % {"word": word}


def word_around(text: str, start: int, end: int) -> str:
    """Return the word around this place of the text, without the cells beside it."""
    earliest = max(0, start - MAX_SHOWN // 2)
    while start > earliest and not text[start - 1].isspace():
        start -= 1
    # A no-break space may be half of a letter.
    while end < len(text) and (text[end] == "\xa0" or not text[end].isspace()):
        end += 1
    return text[start : min(end, start + MAX_SHOWN)]


def repaired(word: str) -> str:
    """Return the word as it was meant, or "" if no encoding explains it."""
    for encoding in ENCODINGS:
        try:
            return word.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    return ""
