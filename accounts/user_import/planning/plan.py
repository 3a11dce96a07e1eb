"""The plan of an import: every change, and every problem with its line; nothing is written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from accounts.user_import.mapping.columns import Columns
from accounts.user_import.problems import Problem
from accounts.user_import.reading.files import Source
from accounts.user_import.reading.table import Layout

from .departments import Place, Tree
from .questions import Question
from .rows import UserRow

# The fields of a user whose values a plan holds as they are stored; a department and a job profile have their own.
PLAIN_FIELDS = ("email", "first_name", "last_name", "external_id", "language", "time_zone", "is_active")


@dataclass(slots=True)
class Creation:
    """A user to create, without department or job profile if the file names none."""

    row: UserRow
    department: Place | None
    job_profile: str


@dataclass(slots=True)
class Update:
    """
    A user to change; `changes` maps each field to its values before and after.

    line: the line of the file, or None for somebody who is not in the file.
    """

    id: int
    line: int | None
    name: str
    changes: dict[str, tuple[Any, Any]]


@dataclass(slots=True)
class Plan:
    """
    Everything that a file would do; it can be applied if `problems` and `questions` are empty.

    layout: where the table stands in the file. columns: what each column is. is_readable: whether all problems, if any,
    belong to single rows. rejected: the problems of rows that are skipped. undecided: questions that were left open,
    whose rows change nothing. left_alone: why a row does not change a protected user. appearing: the number of rows
    that name each department. absent: the number of users who are deactivated because the file does not list them.
    """

    source: Source | None = None
    layout: Layout | None = None
    columns: Columns | None = None
    rows: int = 0
    problems: list[Problem] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    notices: list[Problem] = field(default_factory=list)
    rejected: list[Problem] = field(default_factory=list)
    undecided: list[Problem] = field(default_factory=list)
    left_alone: list[Problem] = field(default_factory=list)
    is_readable: bool = True
    creations: list[Creation] = field(default_factory=list)
    updates: list[Update] = field(default_factory=list)
    unchanged: int = 0
    protected: int = 0
    absent: int = 0
    tree: Tree | None = None
    job_profiles: list[str] = field(default_factory=list)
    appearing: Counter[Place] = field(default_factory=Counter)

    @property
    def departments(self) -> list[Place]:
        """Return the departments to create, parents first."""
        return self.tree.new if self.tree else []

    @property
    def headings(self) -> list[str]:
        """Return the headings as the file spells them."""
        return self.columns.headings if self.columns else []

    @property
    def can_be_applied(self) -> bool:
        """Return whether nothing is wrong or open, and something would change."""
        return not self.problems and not self.questions and self.changes_anything

    @property
    def changes_anything(self) -> bool:
        return bool(self.creations or self.updates or self.departments or self.job_profiles)

    @property
    def skipped(self) -> list[Problem]:
        """Return why rows of the file have no effect, sorted by line."""
        said = [*self.problems, *self.rejected, *self.undecided, *self.left_alone]
        return sorted(said, key=lambda problem: problem.line or 0)

    def counts(self) -> dict[str, int]:
        """Return the counts of the import, as the audit log keeps them."""
        return {
            "rows": self.rows,
            "created": len(self.creations),
            "updated": len(self.updates),
            "deactivated": sum(update.changes.get("is_active") == (True, False) for update in self.updates),
            "absent": self.absent,
            "moved": sum("department" in update.changes for update in self.updates),
            "addresses": sum("email" in update.changes for update in self.updates),
            "unchanged": self.unchanged,
            "protected": self.protected,
            "rejected": len({problem.line for problem in [*self.rejected, *self.undecided]}),
            "departments": len(self.departments),
            "job_profiles": len(self.job_profiles),
        }
