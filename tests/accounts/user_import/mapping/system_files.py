"""Made-up files of the systems whose exports are recognised, with the people that they mean."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from accounts.user_import.mapping.fields import Field

from .hr_files import HR_FILES
from .learning_files import LEARNING_FILES

Person = tuple[str, str, str, str, str | None, str | None, bool | None]


@dataclass(frozen=True)
class SystemFile:
    """
    A file of a system.

    system: its name on pages. text: the file. read: the columns that are read, as "heading = field | heading = field".
    said: one line for each person, as "HR identifier|first name|last name|e-mail|department|job profile|active, gone or
    nothing". encoding: of the file. asked: the words whose meaning a person has to say.
    """

    system: str
    text: str
    read: str
    said: str
    encoding: str = "utf-8"
    asked: str = ""

    @property
    def content(self) -> bytes:
        return self.text.lstrip("\n").encode(self.encoding)

    @property
    def headings(self) -> list[str]:
        """Return the row with the headings, which of the first three rows fills the most cells."""
        text = self.text.lstrip("\n")
        separator = max(",;\t|", key=text.split("\n")[-2].count)
        rows = list(csv.reader(io.StringIO(text), delimiter=separator, skipinitialspace=True))[:3]
        return max(rows, key=lambda row: len(list(filter(None, row))))

    @property
    def fields(self) -> dict[str, Field]:
        """Return the field of each column that is read."""
        pairs = (pair.rsplit("=", 1) for pair in self.read.replace("\n", " ").split("|"))
        return {" ".join(heading.split()): Field(field.strip()) for heading, field in pairs}

    @property
    def people(self) -> list[Person]:
        """Return the people that the file means; None for what it doesn't say."""
        found = []
        for line in self.said.strip("\n").split("\n"):
            identifier, first, last, email, department, job, state = line.split("|")
            is_active = {"active": True, "gone": False, "": None}[state]
            found.append((identifier, first, last, email, department or None, job or None, is_active))
        return found


FILES = {name: SystemFile(*parts) for name, parts in (LEARNING_FILES | HR_FILES).items()}
