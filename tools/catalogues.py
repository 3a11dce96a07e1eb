"""Translation catalogues: .po files in a stable form, and the .mo files that Django reads. No GNU gettext is needed."""

from __future__ import annotations

import re
import struct
from ast import literal_eval
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

LOCALE = Path(__file__).resolve().parent.parent / "locale"
LINE = re.compile(r'(?:(msgctxt|msgid|msgid_plural|msgstr)(?:\[(\d)\])? )?(".*")')
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%[sd]")
PLURAL_FORMS = "nplurals=2; plural=(n != 1);"  # of English, Danish and German
SPECIAL = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


class Source(NamedTuple):
    """A string of the source, as gettext finds it; plural is empty if there is none."""

    text: str
    context: str = ""


@dataclass
class Entry:
    """A string with its translations: one, or one for each plural form."""

    source: Source
    plural: str = ""
    translations: list[str] = field(default_factory=list)
    is_fuzzy: bool = False

    @property
    def is_complete(self) -> bool:
        """Return whether each form is translated."""
        return len(self.translations) == (2 if self.plural else 1) and all(self.translations) and not self.is_fuzzy


Catalogue = dict[Source, Entry]


def languages() -> list[str]:
    """Return the codes of the languages that have a catalogue."""
    return sorted(path.parent.parent.name for path in LOCALE.glob("*/LC_MESSAGES/django.po"))


def po_path(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> Catalogue:
    """Return the catalogue of a language, without its header."""
    entries = parse(po_path(language).read_text())
    entries.pop(Source(""), None)
    return entries


def parse(text: str) -> Catalogue:
    """Return the entries of a .po file. Raise ValueError at a line that is none, or if a string is there twice."""
    entries: Catalogue = {}
    for block in re.split(r"\n\s*\n", text.strip()):
        values: dict[str, str] = {}
        key, is_fuzzy = "", False
        for line in block.splitlines():
            if line.startswith("#"):
                is_fuzzy = is_fuzzy or (line.startswith("#,") and "fuzzy" in line)
                continue
            match = LINE.fullmatch(line.strip())
            if match is None:
                raise ValueError(f"This is no line of a catalogue: {line}")
            if match[1]:
                key = match[1] + (match[2] or "")
            values[key] = values.get(key, "") + literal_eval(match[3])
        if "msgid" not in values:
            continue
        source = Source(values["msgid"], values.get("msgctxt", ""))
        if source in entries:
            raise ValueError(f"This is there twice: {source.text}")
        keys = ("msgstr0", "msgstr1") if "msgid_plural" in values else ("msgstr",)
        entries[source] = Entry(source, values.get("msgid_plural", ""), [values.get(key, "") for key in keys], is_fuzzy)
    return entries


def write(language: str, catalogue: Catalogue) -> None:
    """Write the .po file of a language: sorted, without places and dates, so that only words make a difference."""
    blocks = [header(language)]
    for entry in sorted(
        catalogue.values(), key=lambda entry: (entry.source.text.casefold(), entry.source, entry.plural)
    ):
        lines = [*(["#, fuzzy"] if entry.is_fuzzy else [])]
        if PLACEHOLDER.search(entry.source.text + entry.plural):
            lines.append("#, python-format")
        if entry.source.context:
            lines.append(f"msgctxt {quoted(entry.source.context)}")
        lines.append(f"msgid {quoted(entry.source.text)}")
        if entry.plural:
            lines.append(f"msgid_plural {quoted(entry.plural)}")
            forms = ([*entry.translations, "", ""])[:2]
            lines += [f"msgstr[{number}] {quoted(form)}" for number, form in enumerate(forms)]
        else:
            lines.append(f"msgstr {quoted((entry.translations or [''])[0])}")
        blocks.append("\n".join(lines) + "\n")
    path = po_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(blocks))


def header(language: str) -> str:
    """Return the first entry of a .po file."""
    return "msgid " + quoted("") + "\nmsgstr " + quoted("\n" + header_text(language)) + "\n"


def header_text(language: str) -> str:
    return (
        f"Language: {language}\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n"
        f"Content-Transfer-Encoding: 8bit\nPlural-Forms: {PLURAL_FORMS}\n"
    )


def quoted(text: str) -> str:
    """Return a text as a .po file has it, with a line of the file for each line of the text."""
    lines = re.findall(r"[^\n]*\n|[^\n]+", text) or [""]
    if text.startswith("\n"):  # the header, whose value begins on the second line
        lines[0] = ""
    elif len(lines) > 1:
        lines.insert(0, "")
    return "\n".join('"' + "".join(SPECIAL.get(letter, letter) for letter in line) + '"' for line in lines)


def compiled(language: str, catalogue: Catalogue) -> bytes:
    """Return the .mo file of a catalogue, in the format of GNU gettext."""
    pairs = [(b"", header_text(language).encode())]
    for entry in catalogue.values():
        if entry.is_complete:
            key = f"{entry.source.context}\x04{entry.source.text}" if entry.source.context else entry.source.text
            key += f"\0{entry.plural}" if entry.plural else ""
            pairs.append((key.encode(), "\0".join(entry.translations).encode()))
    pairs.sort()
    beginning, entry_size = 28, 8
    tables: list[bytes] = []
    strings = b""
    first_string = beginning + 2 * entry_size * len(pairs)
    for side in (0, 1):
        for pair in pairs:
            tables.append(struct.pack("<2I", len(pair[side]), first_string + len(strings)))
            strings += pair[side] + b"\0"
    magic, version = 0x950412DE, 0
    numbers = (magic, version, len(pairs), beginning, beginning + entry_size * len(pairs), 0, beginning)
    return struct.pack("<7I", *numbers) + b"".join(tables) + strings


def compile_all() -> None:
    """Write the .mo file beside each .po file."""
    for language in languages():
        po_path(language).with_suffix(".mo").write_bytes(compiled(language, read(language)))
