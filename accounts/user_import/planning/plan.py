"""The plan of an import: every change, and every problem with its line; nothing is written."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import JobProfile, User
from accounts.user_import.mapping.columns import Columns
from accounts.user_import.problems import Problem, Unreadable
from accounts.user_import.reading.files import Line, Source, read

from .departments import Place, Tree, Unclear, key
from .matching import Matches
from .rows import RowReader, UserRow

Progress = Callable[[int], None]
REPORT_EVERY = 5_000
PLAIN_FIELDS = ("email", "first_name", "last_name", "external_id", "language", "time_zone", "is_active")


@dataclass(slots=True)
class Creation:
    """A user to create, without department or job profile if the file names none."""

    row: UserRow
    department: Place | None
    job_profile: str


@dataclass(slots=True)
class Update:
    """A user to change; `changes` maps each field to its values before and after."""

    id: int
    line: int
    name: str
    changes: dict[str, tuple[Any, Any]]


@dataclass(slots=True)
class Plan:
    """
    Everything that a file would do; it can be applied if `problems` is empty.

    is_readable: whether all problems, if any, belong to single rows. rejected: the problems of rows that were left out.
    left_alone: why a row does not change a protected user. appearing: the number of rows that name each department.
    """

    source: Source | None = None
    headings: list[str] = field(default_factory=list)
    rows: int = 0
    problems: list[Problem] = field(default_factory=list)
    notices: list[Problem] = field(default_factory=list)
    rejected: list[Problem] = field(default_factory=list)
    left_alone: list[Problem] = field(default_factory=list)
    is_readable: bool = True
    creations: list[Creation] = field(default_factory=list)
    updates: list[Update] = field(default_factory=list)
    unchanged: int = 0
    protected: int = 0
    tree: Tree | None = None
    job_profiles: list[str] = field(default_factory=list)
    appearing: Counter[Place] = field(default_factory=Counter)

    @property
    def departments(self) -> list[Place]:
        """Return the departments to create, parents first."""
        return self.tree.new if self.tree else []

    @property
    def changes_anything(self) -> bool:
        return bool(self.creations or self.updates or self.departments or self.job_profiles)

    @property
    def not_taken(self) -> list[Problem]:
        """Return why rows of the file have no effect, sorted by line."""
        return sorted([*self.problems, *self.rejected, *self.left_alone], key=lambda problem: problem.line or 0)

    def counts(self) -> dict[str, int]:
        """Return the counts of the import, as the audit log keeps them."""
        return {
            "rows": self.rows,
            "created": len(self.creations),
            "updated": len(self.updates),
            "deactivated": sum(update.changes.get("is_active") == (True, False) for update in self.updates),
            "addresses": sum("email" in update.changes for update in self.updates),
            "unchanged": self.unchanged,
            "protected": self.protected,
            "rejected": len({problem.line for problem in self.rejected}),
            "departments": len(self.departments),
            "job_profiles": len(self.job_profiles),
        }


def plan_import(
    file: BinaryIO,
    name: str,
    *,
    actor: User | None = None,
    progress: Progress | None = None,
    leaving_out: Collection[int] = frozenset(),
) -> Plan:
    """
    Read a file and return the plan of its import.

    file: opened for reading bytes, seekable. actor: the importing user; users with rights that the actor doesn't hold
    are left alone. progress: called every REPORT_EVERY rows with the number of rows read. leaving_out: numbers of the
    lines to ignore.
    """
    planner = Planner(actor, progress, leaving_out)
    try:
        planner.plan.source, lines = read(file, name)
        with closing(lines):
            planner.read(lines)
    except Unreadable as error:
        planner.plan.problems.append(error.problem)
        planner.plan.is_readable = False
    planner.compare()
    planner.plan.problems.sort(key=lambda problem: problem.line or 0)
    planner.plan.notices += planner.plan.left_alone
    planner.plan.notices.sort(key=lambda notice: notice.line or 0)
    return planner.plan


def rejected_rows(file: BinaryIO, plan: Plan) -> Iterator[tuple[Line, list[Problem]]]:
    """Read the file again and yield its rows without effect, unchanged, each with its problems."""
    problems: dict[int, list[Problem]] = defaultdict(list)
    for problem in plan.not_taken:
        if problem.line is not None:
            problems[problem.line].append(problem)
    try:
        with closing(read(file, "")[1]) as lines:
            for line in lines:
                if line.number in problems:
                    yield line, problems[line.number]
    except Unreadable:
        # The plan contains this problem already; the readable rows have been yielded.
        return


class Planner:
    """Builder of a plan: checks each row alone, then the rows against each other, then against the stored users."""

    def __init__(self, actor: User | None, progress: Progress | None, leaving_out: Collection[int]):
        self.plan = Plan()
        self.leaving_out = leaving_out
        self.actor = actor
        self.progress = progress
        self.columns = Columns([], 0)
        self.rows: list[UserRow] = []
        self.places: dict[str, Place] = {}
        self.profiles: dict[str, str] = {}

    def wrong(self, line: int, field: str, message: str) -> None:
        self.plan.problems.append(Problem(line, self.columns.heading(field), message))

    def read(self, lines: Iterator[Line]) -> None:
        """Read each row, and check it alone and against the rows before it."""
        first = next(lines, None)
        if first is None:
            raise Unreadable(_("The file is empty."))
        self.columns = Columns(first.cells, first.number)
        self.plan.headings = self.columns.headings
        self.plan.problems += self.columns.problems()
        if self.plan.problems:
            self.plan.is_readable = False
            return
        if ignored := self.columns.ignored():
            message = _("These columns are not used: %(headings)s.") % {"headings": ", ".join(ignored)}
            self.plan.notices.append(Problem(first.number, "", message))
        reader = RowReader(self.columns)
        reader.problems = self.plan.problems
        emails: dict[str, int] = {}
        identifiers: dict[str, int] = {}
        for line in lines:
            if line.number in self.leaving_out:
                continue
            row = reader.read(line)
            self.refuse_repetition(row, "email", row.email, emails)
            self.refuse_repetition(row, "external_id", row.external_id, identifiers)
            self.rows.append(row)
            self.plan.rows += 1
            if self.progress and self.plan.rows % REPORT_EVERY == 0:
                self.progress(self.plan.rows)
        for code, count in reader.unknown_languages.items():
            message = ngettext(
                "The language “%(code)s” is not offered here: %(count)s person keeps theirs or gets the standard one.",
                "The language “%(code)s” is not offered here: %(count)s people keep theirs or get the standard one.",
                count,
            )
            notice = Problem(first.number, self.columns.heading("language"), message % {"code": code, "count": count})
            self.plan.notices.append(notice)

    def refuse_repetition(self, row: UserRow, field: str, value: str | None, seen: dict[str, int]) -> None:
        if not value:
            return
        if value in seen:
            message = _("“%(value)s” stands in line %(line)s already.")
            self.wrong(row.line, field, message % {"value": value, "line": seen[value]})
        seen.setdefault(value, row.line)

    def compare(self) -> None:
        """Compare the rows with the stored departments, job profiles and users."""
        if not self.rows:
            return
        self.plan.tree = Tree()
        self.find_departments(self.plan.tree)
        self.find_job_profiles()
        matches = Matches(self.rows, self.actor, self.wrong)
        for row, user in matches.pairs():
            if user is None:
                self.plan.creations.append(self.creation(row))
                continue
            changes = self.changes(row, user)
            if changes and matches.protected(user):
                self.plan.protected += 1
                message = _("%(name)s holds rights here and is left as is. Change this account in User Management.")
                self.plan.left_alone.append(Problem(row.line, "", message % {"name": user.name}))
            elif changes:
                self.plan.updates.append(Update(user.pk, row.line, user.name, changes))
            else:
                self.plan.unchanged += 1

    def find_departments(self, tree: Tree) -> None:
        """Find the departments, paths first, because a plain name may mean a department that a later path creates."""
        texts: dict[str, list[int]] = {}
        for row in self.rows:
            if row.department:
                texts.setdefault(row.department, []).append(row.line)
        for text in sorted(texts, key=lambda text: len(tree.names(text)) == 1):
            try:
                place = self.places[text] = tree.find(text)
                self.plan.appearing[place] += len(texts[text])
            except Unclear as unclear:
                for line in texts[text]:
                    self.wrong(line, "department", str(unclear))

    def find_job_profiles(self) -> None:
        self.profiles = {key(name): name for name in JobProfile.objects.values_list("name", flat=True)}
        for row in self.rows:
            if row.job_profile and key(row.job_profile) not in self.profiles:
                self.profiles[key(row.job_profile)] = row.job_profile
                self.plan.job_profiles.append(row.job_profile)

    def creation(self, row: UserRow) -> Creation:
        place = self.places.get(row.department) if row.department else None
        return Creation(row, place, self.profiles[key(row.job_profile)] if row.job_profile else "")

    def changes(self, row: UserRow, user: User) -> dict[str, tuple[Any, Any]]:
        """Return the fields in which the row differs from the database; a field without a value in the row stays."""
        changes: dict[str, tuple[Any, Any]] = {}
        for name in PLAIN_FIELDS:
            said, stored = getattr(row, name), getattr(user, name)
            if said is not None and said != stored:
                changes[name] = (stored, said)
        if row.department is not None:
            stored_place = self.plan.tree.by_id.get(user.department_id) if self.plan.tree else None
            place = self.places.get(row.department)
            if place is not stored_place:
                changes["department"] = (stored_place, place)
        if row.job_profile is not None:
            stored_profile = user.job_profile.name if user.job_profile else ""
            profile = self.profiles[key(row.job_profile)] if row.job_profile else ""
            if profile != stored_profile:
                changes["job_profile"] = (stored_profile, profile)
        return changes
