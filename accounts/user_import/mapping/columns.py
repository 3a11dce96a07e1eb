"""The columns of a file: what each one is, as a mapping says or as its heading lets one expect."""

from __future__ import annotations

from collections import Counter

from django.utils.translation import gettext as _

from accounts.user_import.problems import Problem

from .fields import REPEATABLE, SAY_ACTIVE, Field
from .headings import keys_of, labels_of
from .mapping import Mapping
from .systems import recognised
from .vocabulary import HEADINGS

FIELD_OF = {name: field for field, names in HEADINGS.items() for name in names.split()}


def recognise(cells: list[str]) -> int:
    """Return how many of the cells are known headings."""
    return sum(any(key in FIELD_OF for key in keys_of(cell)) for cell in cells if cell and len(cell) <= 80)


def expected(headings: list[str]) -> list[Field | None]:
    """Return what each column is by its heading and by the system that wrote it; None for an unknown heading."""
    keys = [keys_of(heading) for heading in headings]
    system = recognised({key for several in keys for key in several})
    found: list[Field | None] = [None] * len(headings)
    if system:
        for place, several in enumerate(keys):
            found[place] = next((system.columns[key] for key in several if key in system.columns), None)
    for field, names in HEADINGS.items():
        if field in REPEATABLE:
            known = set(names.split())
            for place, several in enumerate(keys):
                if found[place] is None and not known.isdisjoint(several[:2]):
                    found[place] = field
        elif field not in found:
            first = first_called(names.split(), keys, found)
            if first is not None:
                found[first] = field
    return settled(found, keys)


def first_called(names: list[str], keys: list[list[str]], found: list[Field | None]) -> int | None:
    """Return the place of the first unused column with one of the names; a heading's best spelling counts first."""
    for rank in range(max(map(len, keys), default=0)):
        for name in names:
            for place, several in enumerate(keys):
                if found[place] is None and rank < len(several) and several[rank] == name:
                    return place
    return None


def settled(found: list[Field | None], keys: list[list[str]]) -> list[Field | None]:
    """Settle what depends on other columns: a "Name" beside a first name, an address that has no other before it."""
    if Field.FIRST_NAME in found and Field.NAME in found:
        place = found.index(Field.NAME)
        # German lists: "Vorname" and "Name", which is the last name.
        is_last = Field.LAST_NAME not in found and keys[place][0] in ("name", "navn", "nom", "naam", "namn")
        found[place] = Field.LAST_NAME if is_last else Field.UNUSED
    if Field.SECOND_EMAIL in found and Field.EMAIL not in found:
        found[found.index(Field.SECOND_EMAIL)] = Field.EMAIL
    return found


class Columns:
    """
    The columns of a file: the positions of each field.

    headings: as the file spells them, each different. known: what each heading lets one expect. mapping: what a person
    said about the columns, which counts more.
    """

    def __init__(self, headings: list[str], line: int, mapping: Mapping | None = None):
        self.headings = labels_of(headings)
        self.line = line
        self.mapping = mapping or Mapping()
        self.known = expected(headings)
        said = self.mapping.columns
        self.fields = [
            said.get(label, Field.UNUSED if said else known or Field.UNUSED)
            for label, known in zip(self.headings, self.known, strict=True)
        ]
        self.places: dict[Field, int] = {}
        self.several: dict[Field, list[int]] = {}
        for place, field in enumerate(self.fields):
            self.places.setdefault(field, place)
            self.several.setdefault(field, []).append(place)
        # Columns whose values could be a status that nobody has mapped or declined.
        self.doubtful = [
            place
            for place, label in enumerate(self.headings)
            if label and label not in said and self.known[place] is None
        ]

    def heading(self, field: Field) -> str:
        """Return the heading as the file spells it, or "" if the file has no such column."""
        return self.headings[self.places[field]] if field in self.places else ""

    def says_active(self) -> list[tuple[Field, int]]:
        """Return the columns that say whether somebody is active."""
        return [(field, place) for place, field in enumerate(self.fields) if field in SAY_ACTIVE]

    def problems(self) -> list[Problem]:
        """Return what keeps the file from being read: a missing column, or two columns for one field."""
        problems = []
        stands = ", ".join(f"“{heading[:40]}”" for heading in self.headings[:12] if heading)
        if Field.EMAIL not in self.places:
            message = _("There is no column for the e-mail address. The headings are: %(headings)s.")
            problems.append(Problem(self.line, "", message % {"headings": stands}))
        if Field.FIRST_NAME not in self.places and Field.NAME not in self.places:
            message = _("There is no column for the name. The headings are: %(headings)s.")
            problems.append(Problem(self.line, "", message % {"headings": stands}))
        for field, places in self.several.items():
            if len(places) > 1 and field not in REPEATABLE:
                message = _("Two columns are “%(field)s”; only one can be.")
                problems.append(Problem(self.line, self.headings[places[1]], message % {"field": field.label}))
        return problems + self.repeated()

    def repeated(self) -> list[Problem]:
        """Return a problem for each used column whose heading stands twice, unless a person has mapped the columns."""
        if self.mapping.columns:
            return []
        counted = Counter(keys_of(heading)[0] for heading in self.headings if keys_of(heading))
        return [
            Problem(self.line, heading, _("There are two columns with this heading."))
            for heading, field in zip(self.headings, self.fields, strict=True)
            if field is not Field.UNUSED and counted[keys_of(heading)[0]] > 1
        ]

    def ignored(self) -> list[str]:
        """Return the headings of the columns that are not read."""
        return [
            heading
            for heading, field in zip(self.headings, self.fields, strict=True)
            if heading and field is Field.UNUSED
        ]
