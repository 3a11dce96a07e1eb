"""Parsing of a row into the data of a user; nothing here queries the database."""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from accounts.mail_domains import stored_form, validate_mailable
from accounts.models.preferences import time_zones
from accounts.user_import.limits import MAX_CELL
from accounts.user_import.mapping.columns import Columns, normalised
from accounts.user_import.problems import Problem
from accounts.user_import.reading.files import Line
from accounts.visible_text import validate_name
from audit.export import FORMULA

YES = frozenset({"1", "true", "yes", "y", "ja", "j", "x", "on", "active", "aktiv", "sand"})
NO = frozenset({"0", "false", "no", "n", "nej", "off", "inactive", "inaktiv", "falsk"})
EMPLOYED = YES | {"enabled", "employed", "current", "ansat", "permanent", "fulltime", "parttime", "onleave", "orlov"}
GONE = NO | {
    *("disabled", "deactivated", "deaktiveret", "suspended", "suspenderet", "terminated", "left", "leaver", "former"),
    *("resigned", "retired", "fratrådt", "ophørt", "opsagt", "pensioneret", "deleted", "slettet"),
}
# Invisible characters from copy and paste, and those that change the direction of text.
INVISIBLE = dict.fromkeys(
    [0xAD, 0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)
LENGTHS = {"email": 254, "first_name": 150, "last_name": 150, "external_id": 100, "job_profile": 100}


@dataclass(slots=True)
class UserRow:
    """The data of a user in a row. None means that the row has no value, so the stored one stays."""

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


class RowReader:
    """Reader of the rows of a file. It collects `problems`, and counts languages that the platform doesn't offer."""

    def __init__(self, columns: Columns):
        self.columns = columns
        self.problems: list[Problem] = []
        self.unknown_languages: Counter[str] = Counter()

    def read(self, line: Line) -> UserRow:
        """Return the contents of the row, and add what is wrong with them to `problems`."""
        self.line = line
        if any(cell.strip() for cell in line.cells[len(self.columns.headings) :]):
            self.wrong("", _("The row has more cells than there are headings; is a separator unquoted?"))
        first_name, last_name = self.names()
        row = UserRow(
            line=line.number,
            email=self.email(),
            first_name=first_name,
            last_name=last_name,
            external_id=self.text("external_id") or None,
            department=self.text("department"),
            job_profile=self.text("job_profile"),
            language=self.language(),
            time_zone=self.time_zone(),
            is_active=self.is_active(),
        )
        for field, limit in LENGTHS.items():
            if len(getattr(row, field) or "") > limit:
                self.wrong(field, _("This is longer than %(limit)s characters.") % {"limit": limit})
        return row

    def wrong(self, field: str, message: str) -> None:
        self.problems.append(Problem(self.line.number, self.columns.heading(field), message))

    def text(self, field: str) -> str | None:
        """Return the cell in NFC and without surplus spaces, or None if the file has no such column."""
        place = self.columns.places.get(field)
        if place is None:
            return None
        cell = self.line.cells[place] if place < len(self.line.cells) else ""
        if len(cell) > MAX_CELL:
            self.wrong(field, _("This is longer than %(limit)s characters.") % {"limit": MAX_CELL})
            return ""
        if not cell.isascii():
            cell = unicodedata.normalize("NFC", cell).translate(INVISIBLE)
        cell = " ".join(cell.split())
        # Our exports, and spreadsheets, write an apostrophe before text that would otherwise be a formula.
        if cell.startswith("'") and cell.lstrip("' ").startswith(FORMULA):
            cell = cell[1:].lstrip()
        if not cell.isprintable() and any(unicodedata.category(character) in ("Cc", "Cs") for character in cell):
            self.wrong(field, _("This contains a character that can't be shown."))
            return ""
        try:
            if cell:
                validate_name(cell)
        except ValidationError as error:
            self.wrong(field, " ".join(error.messages))
            return ""
        return cell

    def email(self) -> str:
        email = stored_form(self.text("email") or "")
        if not email:
            self.wrong("email", _("The e-mail address is missing."))
            return ""
        try:
            validate_email(email)
        except ValidationError:
            self.wrong("email", _("“%(email)s” is not an e-mail address.") % {"email": email[:100]})
            return ""
        try:
            validate_mailable(email)
        except ValidationError as error:
            self.wrong("email", " ".join(error.messages))
            return ""
        return email

    def names(self) -> tuple[str, str | None]:
        """Return first and last name. A name in one column is split at its comma, or else before its last word."""
        if "name" in self.columns.places:
            name = self.text("name") or ""
            last_name, comma, first_name = name.partition(",")
            if not comma:
                first_name, _space, last_name = name.rpartition(" ")
            first_name, last_name = first_name.strip() or last_name.strip(), last_name.strip() if first_name else ""
            if not first_name:
                self.wrong("name", _("The name is missing."))
            return first_name, last_name
        first_name = self.text("first_name") or ""
        if not first_name:
            self.wrong("first_name", _("The first name is missing. Somebody with a single name has it here."))
        return first_name, self.text("last_name")

    def language(self) -> str | None:
        code = (self.text("language") or "").lower().replace("_", "-")
        if not code:
            return None
        offered = dict(settings.LANGUAGES)
        known = next((known for known in (code, code.partition("-")[0]) if known in offered), None)
        if known is None:
            self.unknown_languages[code[:20]] += 1
        return known

    def time_zone(self) -> str | None:
        name = self.text("time_zone")
        # Moodle writes 99 for the server's time zone.
        if not name or name == "99":
            return None
        if name not in time_zones():
            self.wrong("time_zone", _("“%(name)s” is not a time zone.") % {"name": name[:50]})
            return None
        return name

    def is_active(self) -> bool | None:
        """Return whether the account becomes active: all columns with a value must say so. None if none has a value."""
        said = [self.yes("active"), self.denied("suspended"), self.denied("deleted"), self.employed()]
        answers = [answer for answer in said if answer is not None]
        return all(answers) if answers else None

    def yes(self, field: str) -> bool | None:
        word = normalised(self.text(field) or "")
        if word in YES or word in NO:
            return word in YES
        if word:
            self.wrong(field, _("This has to be yes or no (1 or 0)."))
        return None

    def denied(self, field: str) -> bool | None:
        answer = self.yes(field)
        return None if answer is None else not answer

    def employed(self) -> bool | None:
        text = self.text("status") or ""
        word = normalised(text)
        if word in EMPLOYED or word in GONE:
            return word in EMPLOYED
        if word:
            self.wrong("status", _("“%(text)s” is neither “Active” nor “Inactive”.") % {"text": text[:50]})
        return None
