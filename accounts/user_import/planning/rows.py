"""Parsing of a row into the data of a user; nothing here queries the database."""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass, field

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from accounts.mail_domains import stored_form, validate_mailable
from accounts.models.preferences import time_zones
from accounts.user_import.limits import MAX_CELL
from accounts.user_import.mapping.columns import Columns
from accounts.user_import.mapping.fields import Field
from accounts.user_import.mapping.values import language_code, says_status, time_zone_name
from accounts.user_import.problems import Problem
from accounts.user_import.reading.files import Line
from accounts.visible_text import validate_name
from audit.export import FORMULA

from .activity import ActivityReader
from .left_out import legible

# Invisible characters from copy and paste, and those that change the direction of text.
INVISIBLE = dict.fromkeys(
    [0xAD, 0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)
# Of a column with more different values than this, only those that are a word of a status are kept.
MAX_STATUSES = 60
LENGTHS = {"email": 254, "first_name": 150, "last_name": 150, "external_id": 100, "job_profile": 100}


@dataclass(slots=True)
class UserRow:
    """
    The data of a user in a row. None, or "" for an address or first name, means that the stored value stays.

    unknown: the words of the row whose meaning nobody has said; until then nothing is done with the row.
    """

    line: int
    email: str = ""
    first_name: str = ""
    last_name: str | None = None
    external_id: str | None = None
    department: str | None = None
    job_profile: str | None = None
    language: str | None = None
    time_zone: str | None = None
    is_active: bool | None = None
    unknown: list[str] = field(default_factory=list)


class RowReader:
    """
    Reader of the rows of a file.

    It collects `problems`; counts languages and time zones that the platform doesn't offer; and keeps the different
    values of columns that could be a status.
    """

    def __init__(self, columns: Columns):
        self.columns = columns
        self.places = columns.places
        self.languages = frozenset(dict(settings.LANGUAGES))
        self.width = len(columns.headings)
        self.problems: list[Problem] = []
        self.unknown_languages: Counter[str] = Counter()
        self.unknown_time_zones: Counter[str] = Counter()
        self.activity = ActivityReader(columns, self.wrong_at)
        self.values: dict[int, dict[str, int]] = {place: {} for place in columns.doubtful}
        # Columns with more than MAX_STATUSES different values.
        self.crowded: set[int] = set()

    def read(self, line: Line) -> UserRow:
        """Return the contents of the row, and add what is wrong with them to `problems`."""
        self.line = line
        if line.doubt:
            self.wrong("", line.doubt)
        if len(line.cells) > self.width and any(cell.strip() for cell in line.cells[self.width :]):
            self.wrong("", _("The row has more cells than there are headings; is a separator unquoted?"))
        first_name, last_name = self.names()
        is_active, unknown = self.activity.read(line.number, self.text_at)
        row = UserRow(
            line=line.number,
            email=self.email(),
            first_name=first_name,
            last_name=last_name,
            external_id=self.text(Field.EXTERNAL_ID) or None,
            department=self.department(),
            job_profile=self.job_profile(),
            language=self.language(),
            time_zone=self.time_zone(),
            is_active=is_active,
            unknown=unknown,
        )
        for name, limit in LENGTHS.items():
            if len(getattr(row, name) or "") > limit:
                self.wrong(name, _("This is longer than %(limit)s characters.") % {"limit": limit})
        if self.values:
            self.keep_values(line)
        return row

    def identity(self, line: Line) -> tuple[str, str, str, list[str]]:
        """
        Return what a row that is left out says about whose row it is: HR identifier, address, name, and all else.

        It is read as far as it can be, and its problems don't count. If it has more cells than there are headings, any
        cell can be the HR identifier.
        """
        self.line = Line(line.number, [legible(cell) for cell in line.cells])
        problems, self.problems = self.problems, []
        external_id, address = self.text(Field.EXTERNAL_ID) or "", self.text(Field.EMAIL) or ""
        second_address = self.text(Field.SECOND_EMAIL) or ""
        first_name, last_name = self.names()
        self.problems = problems
        others = self.line.cells if len(line.cells) > self.width else [second_address]
        return external_id, address or second_address, f"{first_name} {last_name}" if last_name else "", others

    def keep_values(self, line: Line) -> None:
        """
        Keep the values of columns that could be a status, each with the line of its first appearance.

        Of a column with very many values, such as names with "(Terminated)" behind some, only words of a status are
        kept.
        """
        for place, values in self.values.items():
            cell = line.cells[place] if place < len(line.cells) else ""
            if not cell or cell in values:
                continue
            if place not in self.crowded:
                values[cell] = line.number
                if len(values) > MAX_STATUSES:
                    self.crowded.add(place)
                    self.values[place] = {cell: number for cell, number in values.items() if says_status(cell)}
            elif len(values) < MAX_STATUSES and says_status(cell):
                values[cell] = line.number

    def wrong(self, name: str, message: str) -> None:
        heading = self.columns.heading(Field(name)) if name else ""
        self.problems.append(Problem(self.line.number, heading, message))

    def wrong_at(self, place: int, message: str) -> None:
        self.problems.append(Problem(self.line.number, self.columns.headings[place], message))

    def text(self, name: Field) -> str | None:
        """Return the cell in NFC and without surplus spaces, or None if the file has no such column."""
        place = self.places.get(name)
        return None if place is None else self.text_at(place)

    def text_at(self, place: int) -> str:
        """Return the cell at a position in NFC and without surplus spaces, or "" if it can't be used."""
        cell = self.line.cells[place] if place < len(self.line.cells) else ""
        if len(cell) > MAX_CELL:
            self.wrong_at(place, _("This is longer than %(limit)s characters.") % {"limit": MAX_CELL})
            return ""
        is_plain = cell.isascii() and cell.isprintable()
        if not is_plain:
            cell = unicodedata.normalize("NFC", cell).translate(INVISIBLE)
        cell = " ".join(cell.split())
        # Our exports, and spreadsheets, write an apostrophe before text that would otherwise be a formula.
        if cell.startswith("'") and cell.lstrip("' ").startswith(FORMULA):
            cell = cell[1:].lstrip()
        # Every letter of plain text can be seen.
        return cell if is_plain or not cell else self.seen(place, cell)

    def seen(self, place: int, cell: str) -> str:
        """Return the cell if all of it can be seen; else report a problem, and return ""."""
        if not cell.isprintable() and any(unicodedata.category(character) in ("Cc", "Cs") for character in cell):
            self.wrong_at(place, _("This contains a character that can't be shown."))
            return ""
        try:
            validate_name(cell)
        except ValidationError as error:
            self.wrong_at(place, " ".join(error.messages))
            return ""
        return cell

    def email(self) -> str:
        """Return the address in its stored form, or "" if there is none: only a new user needs one."""
        email = stored_form(self.text(Field.EMAIL) or self.text(Field.SECOND_EMAIL) or "")
        if not email:
            return ""
        try:
            validate_email(email)
        except ValidationError:
            self.wrong(Field.EMAIL, _("“%(email)s” is not an email address.") % {"email": email[:100]})
            return ""
        try:
            validate_mailable(email)
        except ValidationError as error:
            self.wrong(Field.EMAIL, " ".join(error.messages))
            return ""
        return email

    def names(self) -> tuple[str, str | None]:
        """Return first and last name. A name in one column is split at its comma, or else before its last word."""
        if Field.NAME not in self.places:
            return self.text(Field.FIRST_NAME) or "", self.text(Field.LAST_NAME)
        name = self.text(Field.NAME) or ""
        last_name, comma, first_name = name.partition(",")
        if not comma:
            first_name, _space, last_name = name.rpartition(" ")
        if not name:
            return "", None
        return first_name.strip() or last_name.strip(), last_name.strip() if first_name else ""

    def department(self) -> str | None:
        text = self.text(Field.DEPARTMENT)
        return self.columns.department(text) if text else text

    def job_profile(self) -> str | None:
        text = self.text(Field.JOB_PROFILE)
        # A form of address, such as "Ms", says nothing about the job.
        return (self.columns.job_profile(text) or None) if text else text

    def language(self) -> str | None:
        """Return the code of an offered language; one that is not offered is counted, and leaves the stored one."""
        said = self.text(Field.LANGUAGE)
        if not said:
            return None
        code = language_code(said) or ""
        offered = next((known for known in (code, code.partition("-")[0]) if known in self.languages), None)
        if offered is None:
            self.unknown_languages[said[:20]] += 1
        return offered

    def time_zone(self) -> str | None:
        """Return the name of a time zone; one that is unknown is counted, and leaves the stored one."""
        said = self.text(Field.TIME_ZONE)
        # Moodle writes 99 for the server's time zone.
        if not said or said == "99":
            return None
        name = time_zone_name(said)
        if name not in time_zones():
            self.unknown_time_zones[said[:50]] += 1
            return None
        return name
