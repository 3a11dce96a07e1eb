"""The columns of a file: what each one is, as a mapping says or as its heading lets one expect."""

from __future__ import annotations

import re
from collections import Counter

from django.utils.translation import gettext as _

from accounts.user_import.problems import Problem

from .fields import REPEATABLE, SAY_ACTIVE, Field
from .headings import keys_of, labels_of
from .mapping import Mapping
from .systems import System, recognised
from .values import is_salutation
from .vocabulary import NAMED

# Headings that mean the last name beside a first name, the first name beside a last name, and the whole name alone.
ANY_NAME = frozenset({"name", "naam", "namn", "navn"})
# Headings of which a file may have several, so that none of them is the department.
SEVERAL = frozenset({"branch", "branchname"})
# Workday: a supervisory organisation ends with the name of its manager, "Vesterbro Baristas (Mona Berg)".
SUPERVISORY = frozenset({"supervisoryorganization", "supervisoryorg"})
MANAGER = re.compile(r"\s*\([^()]*\)\s*$")
# Headings of jobs, and of "Mr" and "Ms".
TITLES = frozenset({"title", "titel"})


def recognise(cells: list[str]) -> int:
    """Return how many of the cells are known headings."""
    known = (next((NAMED[key][0] for key in keys_of(cell) if key in NAMED), None) for cell in cells if len(cell) <= 80)
    # "Manager" and "HR" are headings that are not read, and as often a job and a department.
    return sum(field not in (None, Field.UNUSED) for field in known)


def expected(headings: list[str]) -> list[Field | None]:
    """Return what each column is by its heading and by the system that wrote it; None for an unknown heading."""
    keys = [keys_of(heading) for heading in headings]
    system = system_of(keys)
    called = [name_of(several) for several in keys]
    found: list[Field | None] = [None] * len(headings)
    for place, several in enumerate(keys):
        if system:
            found[place] = next((system.columns[key] for key in several if key in system.columns), None)
        if found[place] is None and called[place] and NAMED[called[place]][0] in REPEATABLE:
            found[place] = NAMED[called[place]][0]
    for field in Field:
        if field not in REPEATABLE and field not in found:
            first = first_called(field, called, found)
            if first is not None:
                found[first] = field
    return settled(found, called)


def system_of(keys: list[list[str]]) -> System | None:
    """Return the system that wrote a file with headings of these spellings, or None."""
    return recognised({key for several in keys for key in several})


def name_of(several: list[str]) -> str:
    """
    Return the most telling name of a heading, or "". The first known spelling says of which field.

    Of a column that says whether somebody is active, only the first spelling counts, because the words before a name in
    brackets may turn it round: "Block sign in [accountEnabled]".
    """
    known = [key for rank, key in enumerate(several) if key in NAMED and (not rank or NAMED[key][0] not in SAY_ACTIVE)]
    return min((key for key in known if NAMED[key][0] is NAMED[known[0]][0]), key=lambda key: NAMED[key][1], default="")


def first_called(field: Field, called: list[str], found: list[Field | None]) -> int | None:
    """Return the place of the unused column with the most telling name of a field."""
    ranks = [
        (NAMED[name][1], place)
        for place, name in enumerate(called)
        if name
        and found[place] is None
        and NAMED[name][0] is field
        and not (name in SEVERAL and called.count(name) > 1)
    ]
    return min(ranks)[1] if ranks else None


def settled(found: list[Field | None], called: list[str]) -> list[Field | None]:
    """Settle what depends on other columns: a "Name" beside a first name, an address that has no other before it."""
    if Field.FIRST_NAME in found and Field.LAST_NAME not in found:
        first_name = found.index(Field.FIRST_NAME)
        if called[first_name] == "nombre":
            # Spanish: the first name beside "Apellidos", the whole name alone.
            found[first_name] = None if Field.NAME in found else Field.NAME
        elif Field.NAME in found:
            place = found.index(Field.NAME)
            if called[place] in ANY_NAME:
                # German lists: "Vorname" and "Name", which is the last name.
                found[place] = Field.LAST_NAME
            else:
                found[first_name] = None
    elif Field.LAST_NAME in found and Field.NAME in found and Field.FIRST_NAME not in found:
        place = found.index(Field.NAME)
        if called[place] in ANY_NAME:
            # "Name" and "Surname".
            found[place] = Field.FIRST_NAME
        else:
            found[found.index(Field.LAST_NAME)] = None
    if Field.FIRST_NAME in found and Field.NAME in found:
        found[found.index(Field.NAME)] = None
    if Field.JOB_PROFILE in found and "vorname" in called:
        # German "Titel" is "Dr.", Danish and Swedish "Titel" is the job.
        place = found.index(Field.JOB_PROFILE)
        found[place] = None if called[place] == "titel" else Field.JOB_PROFILE
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
        system = system_of([keys_of(heading) for heading in headings])
        # The name of the system that wrote the file, or "".
        self.system = system.name if system else ""
        said = self.mapping.columns
        # A column that says whether somebody is active is read until a person declines it.
        self.fields = [
            said.get(label, known if known and (not said or known in SAY_ACTIVE) else Field.UNUSED)
            for label, known in zip(self.headings, self.known, strict=True)
        ]
        self.places: dict[Field, int] = {}
        self.several: dict[Field, list[int]] = {}
        for place, field in enumerate(self.fields):
            self.places.setdefault(field, place)
            self.several.setdefault(field, []).append(place)
        self.names_managers = not SUPERVISORY.isdisjoint(keys_of(self.heading(Field.DEPARTMENT)))
        self.may_be_salutation = not TITLES.isdisjoint(keys_of(self.heading(Field.JOB_PROFILE)))
        # Columns whose values could be a status that nobody has mapped or declined.
        self.doubtful = [
            place
            for place, label in enumerate(self.headings)
            if label and label not in said and self.known[place] is None
        ]

    def heading(self, field: Field) -> str:
        """Return the heading as the file spells it, or "" if the file has no such column."""
        return self.headings[self.places[field]] if field in self.places else ""

    def department(self, text: str) -> str:
        """Return the department that a cell names, without the manager's name that Workday writes behind it."""
        return MANAGER.sub("", text) if self.names_managers else text

    def job_profile(self, text: str) -> str:
        """Return the job that a cell names: "Ms" in a column "Title" is none."""
        return "" if self.may_be_salutation and is_salutation(text) else text

    def says_active(self) -> list[tuple[Field, int]]:
        """Return the columns that say whether somebody is active."""
        return [(field, place) for place, field in enumerate(self.fields) if field in SAY_ACTIVE]

    def problems(self) -> list[Problem]:
        """Return what keeps the file from being read: a missing column, or two columns for one field."""
        problems = []
        stands = ", ".join(f"“{heading[:40]}”" for heading in self.headings[:12] if heading)
        if Field.EMAIL not in self.places:
            message = _("There is no column for the email address. The headings are: %(headings)s.")
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
