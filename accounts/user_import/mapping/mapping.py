"""A mapping: what a person said about the columns and words of their company's files, as JSON."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from django.utils.translation import gettext as _

from accounts.user_import.reading.table import Layout

from .fields import Field
from .headings import labels_of, normalised

VERSION = 1
# What a word in a status column can mean.
ACTIVE, INACTIVE, KEEP = "active", "inactive", "keep"
MEANINGS = frozenset({ACTIVE, INACTIVE, KEEP})
# In `departments` and `job_profiles`: the name is no spelling mistake.
NEW = "new"
MAX_ENTRIES = 2_000


class InvalidMapping(Exception):
    """A mapping file that can't be used; the message is shown to the user."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """
    What a person said about files of one shape.

    columns: the field of each heading; empty if nobody has said anything, and headings alone decide. statuses: what a
    status word means (normalised word: "active", "inactive" or "keep"). departments, job_profiles: the name that is
    meant by a misspelled one, or "new" if it is spelled as it should be. has_paths: whether "/" and its kind separate
    levels. layout: where the table stands in the file.
    """

    columns: dict[str, Field] = field(default_factory=dict)
    statuses: dict[str, str] = field(default_factory=dict)
    departments: dict[str, str] = field(default_factory=dict)
    job_profiles: dict[str, str] = field(default_factory=dict)
    has_paths: bool = True
    layout: Layout = field(default_factory=Layout)

    def as_json(self) -> dict[str, Any]:
        return {"version": VERSION, **asdict(self)}

    def dumps(self) -> str:
        """Return the mapping as the text of a mapping file."""
        return json.dumps(self.as_json(), ensure_ascii=False, indent=2) + "\n"

    @classmethod
    def loads(cls, text: str) -> Mapping:
        """Return the mapping of a file. Raise InvalidMapping with the reason if it can't be used."""
        try:
            said = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise InvalidMapping(_("The mapping is not JSON: %(error)s") % {"error": error}) from error
        return cls.of(said)

    @classmethod
    def of(cls, said: Any) -> Mapping:
        """Return the mapping of decoded JSON. Raise InvalidMapping with the reason if it can't be used."""
        if not isinstance(said, dict) or said.get("version") != VERSION:
            raise InvalidMapping(_("The mapping is not one that the import wrote (“version”: 1 is missing)."))
        unknown = set(said) - {"version", *(part.name for part in fields(cls))}
        if unknown:
            raise InvalidMapping(_("The mapping has an unknown part: “%(name)s”.") % {"name": min(map(str, unknown))})
        parts = {name: texts(said, name) for name in ("columns", "statuses", "departments", "job_profiles")}
        for heading, value in parts["columns"].items():
            if value not in Field.values:
                message = _("The mapping calls the column “%(heading)s” “%(value)s”, which is none of: %(known)s.")
                known = ", ".join(Field.values)
                raise InvalidMapping(message % {"heading": heading, "value": value, "known": known})
        statuses = {normalised(word) or word: meaning for word, meaning in parts["statuses"].items()}
        for word, meaning in statuses.items():
            if meaning not in MEANINGS:
                message = _("The mapping says “%(meaning)s” for the status “%(word)s”: it has to be %(known)s.")
                known = ", ".join(sorted(MEANINGS))
                raise InvalidMapping(message % {"meaning": meaning, "word": word, "known": known})
        has_paths = said.get("has_paths", True)
        if not isinstance(has_paths, bool):
            raise InvalidMapping(_("“has_paths” of the mapping has to be true or false."))
        columns = {heading: Field(value) for heading, value in parts["columns"].items()}
        layout = layout_of(said.get("layout", {}))
        return cls(columns, statuses, parts["departments"], parts["job_profiles"], has_paths, layout)


def texts(said: dict[str, Any], name: str) -> dict[str, str]:
    """Return a part of decoded JSON that maps texts to texts. Raise InvalidMapping if it is anything else."""
    part = said.get(name, {})
    is_texts = isinstance(part, dict) and all(isinstance(value, str) for value in part.values())
    if not is_texts or len(part) > MAX_ENTRIES:
        raise InvalidMapping(_("“%(name)s” of the mapping has to contain texts only.") % {"name": name})
    return part


def layout_of(said: Any) -> Layout:
    """Return the layout of decoded JSON. Raise InvalidMapping if it is anything else."""
    types = {"sheet": str, "headings_line": int, "separator": str, "encoding": str}
    if not isinstance(said, dict) or not set(said) <= set(types):
        raise InvalidMapping(_("“layout” of the mapping can contain %(names)s.") % {"names": ", ".join(types)})
    for name, value in said.items():
        if value is not None and (not isinstance(value, types[name]) or isinstance(value, bool)):
            raise InvalidMapping(_("“%(name)s” of the mapping can't be %(value)r.") % {"name": name, "value": value})
    return Layout(**said)


def shape_of(headings: list[str]) -> str:
    """Return the shape of a file, as a SHA-256: files with the same headings, in any order, have the same shape."""
    spelled = "\0".join(sorted(label.casefold() for label in labels_of(headings) if label))
    return hashlib.sha256(spelled.encode()).hexdigest()
