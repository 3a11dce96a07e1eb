"""Questions: what a file leaves open and only a person can decide."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from accounts.user_import.problems import Problem


class Kind(StrEnum):
    """What a question is about."""

    COLUMN = "column"
    STATUS = "status"
    DEPARTMENT = "department"
    JOB_PROFILE = "job_profile"
    PERSON = "person"
    PEOPLE = "people"


# Rows with an open question of these kinds can be left alone. A column concerns every row, and a name may be created.
LEFT_ALONE = frozenset({Kind.STATUS, Kind.PERSON, Kind.PEOPLE})
LEFT_OUT = frozenset({Kind.DEPARTMENT, Kind.JOB_PROFILE})


@dataclass(slots=True)
class Question:
    """
    A question about a word, a column or a row; the file can't be imported before it is answered.

    key: what is asked about: a status word, a heading, a department, or the `row_key` of a row. choices: the value and
    label of each answer. lines: the lines that the question is about.
    """

    kind: Kind
    key: str
    column: str
    sentence: str
    choices: list[tuple[str, str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)

    @property
    def id(self) -> str:
        """Return the name of the question's field on the page."""
        return f"{self.kind}:{self.key}"

    def problems(self) -> list[Problem]:
        """Return the question as a problem of each line that it is about."""
        return [Problem(line, self.column, self.sentence) for line in self.lines]
