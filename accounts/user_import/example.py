"""An example of a file to import: what each column means, and two new people who would fit into this company."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date
from itertools import count, islice
from typing import Any, NamedTuple

from django.db.models import Q
from django.utils import formats, timezone
from django.utils.functional import Promise, lazy
from django.utils.translation import get_language, get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from accounts.models import Brand, JobProfile, User
from accounts.models.same_names import is_called, plain
from audit.dates import date_format
from audit.export import Echo, cell

from .mapping.fields import Field
from .planning.departments import Tree, Unclear

NAMES = {
    "da": (("Mette", "Holm"), ("Søren", "Friis"), ("Ida", "Bech"), ("Jonas", "Lund")),
    "de": (("Katrin", "Vogel"), ("Jörg", "Brandt"), ("Silke", "Adler"), ("Jonas", "Keller")),
    "en": (("Grace", "Porter"), ("Zoë", "Marsh"), ("Ruth", "Bell"), ("Daniel", "Reed")),
}
# What a company without departments or job profiles gets.
DEPARTMENTS, PROFILES = ("Copenhagen / Nørreport", "Copenhagen / Airport"), ("Barista", "Baker")
TRIED = 100  # departments; one whose path can mean another one is no example


class Explained(NamedTuple):
    """A column of the file: what it means, whether each row needs it, and an example."""

    field: Field
    meaning: str | Promise
    example: str | Promise
    is_needed: bool = False

    @property
    def heading(self) -> str:
        """Return the heading in the reader's language, which an import knows."""
        return _("Status") if self.field is Field.STATUS else str(self.field.label)


def last_day() -> date:
    """Return a day to come, which no order of day and month can mistake."""
    return date(timezone.localdate().year + 1, 12, 31)


def written(day: date | None = None) -> str:
    """Return a day, or the last day of the example, as the reader's language writes it."""
    return date_format(day or last_day(), "j M Y")


def own_language() -> str:
    """Return what the reader's language calls itself."""
    return get_language_info(get_language() or "en")["name_local"]


COLUMNS = (
    Explained(Field.EXTERNAL_ID, gettext_lazy("A number or code that stays the same for each person."), "E-1001"),
    Explained(Field.FIRST_NAME, gettext_lazy("If they use one name, enter it here."), "Grace", is_needed=True),
    Explained(Field.LAST_NAME, gettext_lazy("Leave it empty if they use one name."), "Porter"),
    Explained(
        Field.EMAIL,
        gettext_lazy("Everybody has their own, and signs in with it."),
        "grace.porter@company.example",
        is_needed=True,
    ),
    Explained(
        Field.DEPARTMENT,
        gettext_lazy("A path, or a name that only one department has. New ones are created."),
        DEPARTMENTS[0],
    ),
    Explained(Field.JOB_PROFILE, gettext_lazy("New ones are created."), PROFILES[0]),
    Explained(Field.LANGUAGE, gettext_lazy("A name or a code."), lazy(own_language, str)()),
    Explained(Field.TIME_ZONE, gettext_lazy("The time zone where they work."), "Europe/Copenhagen"),
    Explained(
        Field.STATUS,
        gettext_lazy("In words. You are asked about unknown words."),
        gettext_lazy("Active"),
    ),
    Explained(Field.LAST_DAY, gettext_lazy("Once it is over, the account is deactivated."), lazy(written, str)()),
)


def headings() -> list[str]:
    return [cell(column.heading) for column in COLUMNS]


def rows(reader: User) -> list[list[Any]]:
    """Return the values of two people who are new here; the last day of work is a date, or None."""
    preferences = Brand.current().preferences
    language = get_language_info(preferences["language"])["name_local"]
    found = zip(islice(new_people(reader), 2), departments(), job_profiles(), (None, last_day()), strict=True)
    return [
        [*named, department, profile, language, preferences["time_zone"], _("Active"), day]
        for named, department, profile, day in found
    ]


def new_people(reader: User) -> Iterator[tuple[str, str, str, str]]:
    """Yield HR identifiers, names and addresses that nobody here has; the addresses are at the reader's domain."""
    names = NAMES.get((get_language() or "").partition("-")[0], NAMES["en"])
    domain = reader.email.rpartition("@")[2]
    identifiers = new_identifiers()
    for number in count():
        first_name, last_name = names[number % len(names)]
        if number >= len(names):
            last_name = f"{last_name} {number}"
        local_part = plain(f"{first_name}.{last_name}").lower().replace(" ", "")
        email = f"{local_part}@{domain}"
        if not User.objects.filter(Q(email=email) | Q(is_called(first_name, last_name))).exists():
            yield next(identifiers), first_name, last_name, email


def new_identifiers() -> Iterator[str]:
    """Yield HR identifiers that nobody here has, after one query: a company may count in the same way."""
    same = User.objects.filter(external_id__istartswith="E-")
    taken = {external_id.upper() for external_id in same.values_list("external_id", flat=True)}
    return (f"E-{number}" for number in count(1001) if f"E-{number}" not in taken)


def departments() -> tuple[str, str]:
    """Return the paths of two departments, lower ones first, that mean these departments."""
    tree = Tree()
    places = sorted(list(tree.by_id.values())[:TRIED], key=lambda place: place.parent is None)
    paths: list[str] = []
    for place in places:
        try:
            is_meant = tree.find(str(place)) is place
        except Unclear:
            continue
        if is_meant:
            paths.append(str(place))
    return two(paths, DEPARTMENTS)


def job_profiles() -> tuple[str, str]:
    return two(list(JobProfile.objects.order_by("name").values_list("name", flat=True)[:2]), PROFILES)


def two(own: list[str], otherwise: tuple[str, str]) -> tuple[str, str]:
    """Return the first two of the company's own, one twice if it has no other."""
    return (own[0], own[:2][-1]) if own else otherwise


def csv_lines(reader: User) -> list[str]:
    """Return the example as CSV that Excel opens with a double click: with a byte order mark and its list separator."""
    separator = ";" if formats.get_format("DECIMAL_SEPARATOR") == "," else ","
    writer = csv.writer(Echo(), quoting=csv.QUOTE_ALL, delimiter=separator)
    lines = [map(cell, [*texts, written(day) if day else ""]) for *texts, day in rows(reader)]
    # As a list, because a response that is streamed no longer knows the reader's language.
    return ["\ufeff", *map(writer.writerow, [headings(), *lines])]


def workbook(reader: User) -> bytes:
    """Return the example as an Excel workbook, whose last day of work is a date."""
    from openpyxl import Workbook  # imported late, because the import is slow

    book: Any = Workbook()
    sheet = book.active
    sheet.title = _("People")
    sheet.append(headings())
    for *texts, day in rows(reader):
        sheet.append([*map(cell, texts), day])
    for letter in "ABCDEFGHIJ":
        sheet.column_dimensions[letter].width = 24
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
