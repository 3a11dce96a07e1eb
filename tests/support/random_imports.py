"""Random companies, files and choices, for the property tests of imports."""

import csv
import io

from hypothesis import strategies as st

from accounts.user_import.mapping.fields import Field
from accounts.user_import.mapping.mapping import Mapping
from accounts.user_import.planning.choices import NOBODY, Choices

IDENTIFIERS = ["", "1", "01", "001", "2", "3", "4", "A1"]
ADDRESSES = ["", *(f"{name}@x.example" for name in ("ann", "bo", "cy", "di", "eve", "fay"))]
FIRST, LAST = ["Ann", "Bo", "Cy", "ann"], ["Dam", "Skou", ""]
# "Nort" and "Cock" are typing errors, "North / East" is a path, "South/West" a path only if strokes separate levels.
PLACES = ["", "North", "north", "Nort", "Northh", "South", "North / East", "South/West", "Elsewhere", "Top / Deep"]
JOBS = ["", "Cook", "COOK", "Cookk", "Host", "Waiter"]
GONE, HERE, UNKNOWN = ["Terminated", "Fratrådt", "inactive"], ["Active", "Aktiv", "Full-Time"], ["Barsel", "O"]
STATUSES = ["", *GONE, *HERE, *UNKNOWN]
YES_NO = ["", "yes", "no", "ja", "nein", "0", "1"]
DAYS = ["", "2020-01-31", "31.01.2020", "2999-12-31"]
BROKEN = {"email": ["nowhere", "a b@x.example"], "first": ["", "F" * 151], "place": ["A /  / B"], "day": ["soon"]}
# The headings of each column, of which a file has any one, in any order.
HEADINGS = {
    "identifier": ["Employee ID", "Personalnummer", "Medarbejdernummer"],
    "first": ["First name", "Vorname", "Fornavn"],
    "last": ["Last name", "Nachname", "Efternavn"],
    "email": ["E-mail", "E-Mail-Adresse", "Work email"],
    "place": ["Department", "Abteilung", "Afdeling"],
    "job": ["Job title", "Stelle", "Stilling"],
    "status": ["Status", "Employment status", "Wxyz"],
    "blocked": ["Suspended", "Gesperrt", "Deactivated"],
    "day": ["Termination date", "Last day of work"],
}
VALUES = {
    "identifier": IDENTIFIERS,
    "first": FIRST,
    "last": LAST,
    "email": ADDRESSES,
    "place": PLACES,
    "job": JOBS,
    "status": STATUSES,
    "blocked": YES_NO,
    "day": DAYS,
}
NEEDED = ("identifier", "first", "last", "email", "place", "job")


def often(usual, *rare):
    """Draw one of the usual values, and now and then one of the rare ones."""
    return st.one_of(*([st.sampled_from(usual)] * 6), *(st.sampled_from(some) for some in rare))


CELLS = {name: often(some, *([BROKEN[name]] if name in BROKEN else [])) for name, some in VALUES.items()}
# People whose identifiers, addresses and names belong together, but for a cell or two that differ now and then.
PEOPLE = [
    {"identifier": "1", "email": "ann@x.example", "first": "Ann", "last": "Dam"},
    {"identifier": "2", "email": "bo@x.example", "first": "Bo", "last": "Dam"},
    {"identifier": "3", "email": "cy@x.example", "first": "Cy", "last": "Dam"},
    {"identifier": "04", "email": "di@x.example", "first": "Ann", "last": "Skou"},
    {"identifier": "A1", "email": "eve@x.example", "first": "Bo", "last": "Skou"},
    {"identifier": "", "email": "fay@x.example", "first": "Cy", "last": "Skou"},
]


@st.composite
def some_people(draw, most):
    """Return some of PEOPLE, a few of them with a cell that differs."""
    chosen = draw(st.lists(st.sampled_from(range(len(PEOPLE))), min_size=1, max_size=most, unique=True))
    if draw(st.integers(0, 9)) == 9:
        chosen.append(chosen[0])
    people = []
    for number in chosen:
        odd = [draw(st.sampled_from(sorted(PEOPLE[0])))] if draw(st.integers(0, 2)) == 2 else []
        people.append(PEOPLE[number] | {name: draw(CELLS[name]) for name in odd})
    return people


@st.composite
def companies(draw):
    """Return the fields of stored users."""
    return [
        {
            "external_id": person["identifier"],
            "first_name": person["first"][:20] or "Ann",
            "last_name": person["last"],
            "email": person["email"] if person["email"] in ADDRESSES[1:] else "gil@x.example",
            "department": draw(st.sampled_from(["", "North", "South"])),
            "job_profile": draw(st.sampled_from(["", "Cook", "Host"])),
            "is_active": draw(st.sampled_from([True, True, True, False])),
            "is_protected": draw(st.integers(0, 7)) == 7,
        }
        for person in draw(some_people(5))
    ]


@st.composite
def tables(draw):
    """Return the headings, each with the name of its column, and the rows of a file."""
    optional = [name for name in ("status", "blocked", "day") if draw(st.booleans())]
    names = draw(st.permutations([*NEEDED, *optional]))
    headings = {name: draw(st.sampled_from(HEADINGS[name])) for name in names}
    people = [
        person | {name: draw(CELLS[name]) for name in VALUES if name not in person} for person in draw(some_people(6))
    ]
    return headings, people


ANSWER = st.sampled_from([NOBODY, *IDENTIFIERS[1:], *ADDRESSES[1:]])
DECISIONS = st.fixed_dictionaries(
    {
        "same": st.one_of(
            st.just({}), st.dictionaries(st.sampled_from([*IDENTIFIERS[1:], *ADDRESSES[1:]]), ANSWER, max_size=2)
        ),
        "same_addresses": st.sampled_from([None, True, False]),
        "leaves_out_undecided": st.sampled_from([True, True, True, False]),
        "deactivates_absent": st.booleans(),
        "statuses": st.dictionaries(
            st.sampled_from(["barsel", "o"]), st.sampled_from(["active", "inactive", "keep"]), max_size=2
        ),
        "places": st.dictionaries(st.sampled_from(["Nort", "Northh"]), st.sampled_from(["North", "new"]), max_size=2),
        "jobs": st.dictionaries(st.just("Cookk"), st.sampled_from(["Cook", "new"]), max_size=1),
        "has_paths": st.booleans(),
        "says_columns": st.booleans(),
    }
)


def content_of(table):
    headings, people = table
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(headings.values())
    writer.writerows([person[name] for name in headings] for person in people)
    return text.getvalue()


def choices_of(decisions, table):
    said = dict(decisions)
    columns = {}
    if said.pop("says_columns") or table[0].get("status") == "Wxyz":
        kinds = {"first": "first_name", "last": "last_name", "identifier": "external_id", "place": "department"}
        kinds |= {"job": "job_profile", "blocked": "inactive", "day": "last_day"}
        columns = {heading: Field(kinds.get(name, name)) for name, heading in table[0].items()}
    mapping = Mapping(columns, said.pop("statuses"), said.pop("places"), said.pop("jobs"), said.pop("has_paths"))
    return Choices(mapping=mapping, **said)
