"""The choices that a person made about one file."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import Any

from django.utils.translation import gettext as _

from accounts.user_import.mapping.mapping import Mapping

# The answer that a row is about somebody who is not here yet.
NOBODY = "new"


class InvalidChoices(Exception):
    """A file of choices that can't be used; the message is shown to the user."""


@dataclass(frozen=True, slots=True)
class Choices:
    """
    What a person decided about one file.

    mapping: how its columns and words are read; None: as remembered for files of its shape, else as its headings say.
    same: for the `row_key` of a row the HR identifier or email address of the user that it is about, or NOBODY.
    same_addresses: whether rows with the address and name of a user are about that user, whatever HR identifier they
    have; None if nobody has decided. left_out: the ids of questions whose rows are left out. leaves_out_undecided:
    whether that is so for every question about rows. deactivates_absent: whether users with an HR identifier who are
    not in the file are deactivated.
    """

    mapping: Mapping | None = None
    same: dict[str, str] = field(default_factory=dict)
    same_addresses: bool | None = None
    left_out: frozenset[str] = frozenset()
    leaves_out_undecided: bool = False
    deactivates_absent: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the choices as JSON, as they are kept between two pages."""
        said = {part.name: getattr(self, part.name) for part in fields(self)}
        return said | {"mapping": self.mapping and self.mapping.as_json(), "left_out": sorted(self.left_out)}

    @classmethod
    def of(cls, said: dict[str, Any]) -> Choices:
        """Return the choices that `as_json` returned."""
        mapping = Mapping.of(said["mapping"]) if said["mapping"] else None
        return cls(**said | {"mapping": mapping, "left_out": frozenset(said["left_out"])})


def row_key(external_id: str | None, email: str) -> str:
    """Return what names a row in choices: its HR identifier, or else its email address."""
    return external_id or email


def read_same(lines: Iterable[str]) -> dict[str, str]:
    """
    Return the contents of a file that says which rows are about which users.

    lines: of a CSV file with two cells each: the HR identifier or email address of a row, and that of the user, or
    "new". Raise InvalidChoices if a line has other cells, or names a row twice.
    """
    same: dict[str, str] = {}
    for number, cells in enumerate(csv.reader(lines), start=1):
        values = [cell.strip().removeprefix("\ufeff") for cell in cells]
        if not any(values):
            continue
        if len(values) != 2 or not all(values):
            message = _("Line %(line)s of the file of choices needs two cells: a row, and the person it is about.")
            raise InvalidChoices(message % {"line": number})
        if same.setdefault(values[0], values[1]) != values[1]:
            message = _("Line %(line)s of the file of choices says otherwise of %(row)s than a line before it.")
            raise InvalidChoices(message % {"line": number, "row": values[0]})
    return same
