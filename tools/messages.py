"""
Bring the catalogues in locale/ up to date with the strings of the source, and compile them.

Usage: messages.py [LANGUAGE …], where a language without a catalogue gets one. A translation is kept as long as its
English string is there word by word; else the English string is new, and waits for its translation.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import catalogues
from catalogues import Catalogue, Entry, Source

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("accounts", "audit", "config", "demo", "impersonation", "learning")
# The functions of gettext, with the places of text, plural and context among their arguments.
CALLS: dict[str, tuple[int, int | None, int | None]] = {
    "gettext": (0, None, None),
    "ngettext": (0, 1, None),
    "pgettext": (1, None, 0),
    "npgettext": (1, 2, 0),
}
NAMES = {"_": "gettext", "gettext_noop": "gettext"} | {name + end: name for name in CALLS for end in ("", "_lazy")}
TEMPLATE_CALL = re.compile(r"""\b(_|gettext|ngettext|pgettext|npgettext)\((?=u?["'])""")


def extract() -> Catalogue:
    """Return every string of the source that people see, untranslated."""
    found: Catalogue = {}
    for path in source_files():
        for entry in of_file(path):
            known = found.setdefault(entry.source, entry)
            if entry.plural and known.plural and known.plural != entry.plural:
                raise ValueError(f"{path}: “{entry.source.text}” has another plural elsewhere.")
            known.plural = known.plural or entry.plural
    return found


def source_files() -> list[Path]:
    """Return the files that may hold strings: modules and templates."""
    modules = (
        path for package in PACKAGES for path in (ROOT / package).rglob("*.py") if "migrations" not in path.parts
    )
    templates = (path for path in (ROOT / "templates").rglob("*") if path.suffix in (".html", ".txt"))
    return sorted([*modules, *templates])


def of_file(path: Path) -> Iterator[Entry]:
    """Yield the strings of a module or a template, as they come."""
    if path.suffix == ".py":
        yield from of_module(path.read_text())
    else:
        yield from of_template(path.read_text(), str(path.relative_to(ROOT)))


def of_module(code: str) -> Iterator[Entry]:
    """Yield the strings of a module. A call whose text is no literal has none: its text is marked elsewhere."""
    for call in ast.walk(ast.parse(code)):
        if isinstance(call, ast.Call):
            function = call.func
            name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
            if name in NAMES:
                yield from of_call(NAMES[name], [argument_text(argument) for argument in call.args])


def argument_text(argument: ast.expr) -> str | None:
    """Return the text of an argument, or None if it is no literal."""
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else None


def of_template(text: str, name: str) -> Iterator[Entry]:
    """Yield the strings of a template: Django rewrites it as calls of gettext, each with its literals."""
    from django.utils.translation.template import templatize

    rewritten = templatize(text, origin=name)
    for match in TEMPLATE_CALL.finditer(rewritten):
        yield from of_call(NAMES[match[1]], literals(rewritten[match.end() :]))


def literals(code: str) -> list[str | None]:
    """Return the literals, separated by commas, that a piece of code begins with."""
    values: list[str | None] = []
    while match := re.match(r"""\s*,?\s*u?("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')""", code, re.DOTALL):
        values.append(ast.literal_eval(match[1].replace("\n", "\\n")))
        code = code[match.end() :]
    return values


def of_call(function: str, arguments: list[str | None]) -> Iterator[Entry]:
    """Yield the string of a call, if it is a literal."""
    text, plural, context = (
        None if place is None or place >= len(arguments) else arguments[place] for place in CALLS[function]
    )
    if text:
        yield Entry(Source(text, context or ""), plural or "")


def merged(source: Catalogue, old: Catalogue) -> Catalogue:
    """Return the strings of the source with the translations that fit them."""
    result: Catalogue = {}
    for key, entry in source.items():
        known = old.get(key)
        fits = known is not None and known.plural == entry.plural
        result[key] = known if known and fits else Entry(key, entry.plural)
    return result


def main(new: list[str]) -> None:
    from django.conf import settings

    if not settings.configured:
        settings.configure()
    source = extract()
    for language in sorted({*catalogues.languages(), *new}):
        old = catalogues.read(language) if catalogues.po_path(language).exists() else {}
        catalogue = merged(source, old)
        catalogues.write(language, catalogue)
        missing = sum(not entry.is_complete for entry in catalogue.values())
        print(f"{language}: {len(catalogue)} strings, {missing} to translate, {len(old.keys() - source.keys())} gone")
    catalogues.compile_all()


if __name__ == "__main__":
    main(sys.argv[1:])
