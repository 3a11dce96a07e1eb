"""A language made for tests: every translated text is marked and longer, so that what nobody translated shows."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from django.utils.translation import trans_real

BEGIN, END = "⟦", "⟧"
# What stays as it is in a longer text: placeholders, tags, entities, addresses and short words.
KEPT = re.compile(r"%\(\w+\)[sdr]|%[sdr%]|\{\w+\}|<[^>]+>|&\w+;|https?://\S+|\w*[_.@/\\]\w+\S*|[A-Z]{2,}\b")
WORD = re.compile(r"[^\W\d_]{2,}")
LONGER = 0.4
SPOKEN = ("title", "placeholder", "aria-label", "alt", "label")


def stretched(text: str) -> str:
    """Return a text with its words 40 % longer, as some languages have them."""
    parts, at = [], 0
    for kept in KEPT.finditer(text):
        parts += [longer_words(text[at : kept.start()]), kept[0]]
        at = kept.end()
    return "".join([*parts, longer_words(text[at:])])


def longer_words(text: str) -> str:
    return WORD.sub(lambda word: word[0] + word[0][-1] * round(len(word[0]) * LONGER + 0.1), text)


class MarkedLanguage:
    """The translations of a language, each with a mark around it."""

    def __init__(self, real, change):
        self.real, self.change = real, change

    def __getattr__(self, name):
        return getattr(self.real, name)

    def gettext(self, text):
        return self.change(text.rpartition("\x04")[2])  # a context stands before it

    def ngettext(self, one, many, number):
        return self.change(one if number == 1 else many)


def marked(text: str) -> str:
    """Return a text between marks, if a catalogue would have it; the form of a date is none."""
    return f"{BEGIN}{text}{END}" if text.strip() else text


def speak(monkeypatch, change, *, code="da") -> None:
    """Let a language say each text as `change` returns it, until the test is over."""
    real = trans_real.translation(code)
    monkeypatch.setitem(trans_real._translations, code, MarkedLanguage(real, change))


class Texts(HTMLParser):
    """What somebody reads or hears of a page."""

    def __init__(self, page: str):
        super().__init__()
        self.found: list[str] = []
        self.silent = 0
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.silent += tag in ("script", "style")
        self.found += [value for name, value in attrs if name in SPOKEN and value]
        values = dict(attrs)
        if tag == "input" and values.get("type") in ("submit", "button"):
            self.found.append(values.get("value") or "")

    def handle_endtag(self, tag):
        self.silent -= tag in ("script", "style")

    def handle_data(self, data):
        if not self.silent:
            self.found.append(data)


def unmarked(page: str) -> set[str]:
    """Return what a page says outside of the marks, if it has a word."""
    found = set()
    depth = 0
    for text in Texts(page).found:
        outside = ""
        for part in re.split(f"([{BEGIN}{END}])", text):
            if part in (BEGIN, END):
                depth += 1 if part == BEGIN else -1
            elif depth <= 0:
                outside += f" {part}"
        if WORD.search(outside):
            found.add(" ".join(outside.split()))
    return found
