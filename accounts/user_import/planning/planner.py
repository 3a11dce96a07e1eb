"""The planner: checks each row alone, then the rows against each other, then against the stored users."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from contextlib import closing
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from accounts.mail_domains import stored_form
from accounts.models import User
from accounts.user_import.mapping.columns import Columns, recognise
from accounts.user_import.mapping.fields import Field
from accounts.user_import.mapping.remembered import mapping_of
from accounts.user_import.memory import left_alone_by_collections
from accounts.user_import.problems import Problem, Unreadable
from accounts.user_import.reading.files import Line
from accounts.user_import.reading.table import Layout, Table, open_table, reread

from .absent import find_absent
from .choices import NOBODY, Choices, row_key
from .column_questions import column_questions
from .departments import key
from .left_out import LeftOut
from .matching import Matches
from .names import Names
from .plan import PLAIN_FIELDS, Creation, Plan, Update
from .questions import LEFT_ALONE, LEFT_OUT, Question
from .remarks import remarks
from .repeats import Repeats
from .rows import MAX_STATUSES, RowReader, UserRow
from .stored_users import StoredUser

Progress = Callable[[int], None]
REPORT_EVERY = 5_000
# With more questions about people than this, the wrong column is the HR identifier.
MAX_PEOPLE_QUESTIONS = 200
NO_CHOICES = Choices()


def plan_import(
    file: BinaryIO,
    name: str,
    *,
    actor: User | None = None,
    progress: Progress | None = None,
    leaving_out: Collection[int] = frozenset(),
    choices: Choices = NO_CHOICES,
) -> Plan:
    """
    Read a file and return the plan of its import.

    file: opened for reading bytes, seekable. actor: the importing user; users with rights that the actor doesn't hold
    are left alone. progress: called every REPORT_EVERY rows with the number of rows read. leaving_out: numbers of the
    lines to ignore. choices: what a person decided about this file.
    """
    planner = Planner(actor, progress, leaving_out, choices)
    try:
        table = open_table(file, name, recognise=recognise, layout=layout_of(choices))
        try:
            planner.read(table)
        finally:
            table.lines.close()
    except Unreadable as error:
        planner.plan.problems.append(error.problem)
        planner.plan.is_readable = False
    with left_alone_by_collections():
        planner.compare()
    planner.plan.problems.sort(key=lambda problem: problem.line or 0)
    planner.plan.notices += planner.plan.left_alone
    planner.plan.notices.sort(key=lambda notice: notice.line or 0)
    return planner.plan


def skipped_rows(file: BinaryIO, plan: Plan) -> Iterator[tuple[Line, list[Problem]]]:
    """Read the file again and yield its rows without effect, unchanged, each with its problems."""
    problems: dict[int, list[Problem]] = defaultdict(list)
    for problem in plan.skipped:
        if problem.line is not None:
            problems[problem.line].append(problem)
    if plan.layout is None:
        return
    try:
        with closing(reread(file, plan.layout)) as lines:
            for line in lines:
                if line.number in problems:
                    yield line, problems[line.number]
    except Unreadable:
        # The plan contains this problem already; the readable rows have been yielded.
        return


def layout_of(choices: Choices) -> Layout:
    """Return where the table of a file stands, as far as a person has said it."""
    return choices.mapping.layout if choices.mapping else Layout()


class Planner:
    """Builder of a plan: checks each row alone, then the rows against each other, then against the stored users."""

    names: Names

    def __init__(self, actor: User | None, progress: Progress | None, leaving_out: Collection[int], choices: Choices):
        self.plan = Plan()
        self.leaving_out = leaving_out
        self.actor = actor
        self.progress = progress
        self.choices = choices
        self.columns = Columns([], 0)
        self.rows: list[UserRow] = []
        # HR identifiers and addresses of the rows that are read, and what the other rows say.
        self.present: set[str] = set()
        self.left_out = LeftOut()
        self.wrong_cells: set[tuple[int | None, str]] = set()

    def wrong(self, line: int, field: str, message: str) -> None:
        self.plan.problems.append(Problem(line, self.columns.heading(Field(field)) if field else "", message))

    def remark(self, line: int | None, column: str, message: str) -> None:
        self.plan.notices.append(Problem(line, column, message))

    def ask(self, question: Question) -> None:
        """Ask the question, or leave its rows as they are if nobody wants to answer it now."""
        is_left = self.choices.leaves_out_undecided or question.id in self.choices.left_out
        if is_left and question.kind in LEFT_ALONE:
            self.plan.undecided += question.problems()
        elif is_left and question.kind in LEFT_OUT:
            self.plan.problems += question.problems()
        else:
            self.plan.questions.append(question)

    def read(self, table: Table) -> None:
        """Read each row, and check it alone and against the rows before it."""
        first = table.headings
        self.plan.source, self.plan.layout = table.source, table.layout
        mapping = self.choices.mapping or mapping_of(first.cells)
        self.columns = self.plan.columns = Columns(first.cells, first.number, mapping)
        self.plan.problems += self.columns.problems()
        if self.plan.problems:
            self.plan.is_readable = False
            return
        reader = RowReader(self.columns)
        reader.problems = self.plan.problems
        repeats = Repeats(self.wrong)
        for line in table.lines:
            if line.number in self.leaving_out:
                self.leave_out(reader, line)
                continue
            row = reader.read(line)
            self.present.update((row.external_id or "", row.email))
            self.plan.rows += 1
            if not repeats.is_repeated(row):
                self.rows.append(row)
            if self.progress and self.plan.rows % REPORT_EVERY == 0:
                self.progress(self.plan.rows)
        self.conclude(reader, repeats)
        self.plan.notices += table.remarks

    def leave_out(self, reader: RowReader, line: Line) -> None:
        """Keep what a row that is left out says about whose row it is, and what a person said about it."""
        external_id, address, name, others = reader.identity(line)
        named = self.choices.same.get(row_key(external_id, stored_form(address)), NOBODY)
        self.left_out.add(external_id, address, name, others if named == NOBODY else [*others, named])

    def conclude(self, reader: RowReader, repeats: Repeats) -> None:
        """Add the questions and remarks that need all rows."""
        for question in [*column_questions(self.columns, reader.values), *self.status_questions(reader)]:
            self.ask(question)
        self.plan.notices += remarks(self.columns, reader, repeats)

    def status_questions(self, reader: RowReader) -> list[Question]:
        """Return the questions about words, or report that a column with so much to ask about is no status."""
        questions = list(reader.activity.questions.values())
        if len(questions) <= MAX_STATUSES:
            return questions
        message = _(
            "%(count)s words in this column are unknown, such as “%(word)s”. Is another column the status? "
            "Say what this one is."
        )
        said = {"count": len(questions), "word": questions[0].key[:50]}
        self.plan.problems.append(Problem(self.columns.line, questions[0].column, message % said))
        self.plan.is_readable = False
        return []

    def compare(self) -> None:
        """Compare the rows with the stored departments, job profiles and users."""
        if not self.rows:
            return
        self.wrong_cells = {(problem.line, problem.column) for problem in self.plan.problems}
        self.names = Names(self.plan, self.columns, self.wrong, self.ask)
        self.names.find_departments(self.rows)
        self.names.find_job_profiles(self.rows)
        matches = Matches(self.rows, self.actor, self.wrong, self.choices, self.left_out)
        for row, user in matches.pairs():
            if user is None:
                self.create(row)
            elif not row.unknown:
                self.update(row, user, is_protected=user.pk in matches.protected)
        self.ask_about_people(matches)
        if self.choices.deactivates_absent:
            self.deactivate_absent(matches)

    def ask_about_people(self, matches: Matches) -> None:
        questions = matches.doubts.questions()
        if len(questions) > MAX_PEOPLE_QUESTIONS:
            message = _(
                "%(count)s rows look like people who are here with another HR identifier or address. "
                "Is another column the HR identifier?"
            )
            heading = self.columns.heading(Field.EXTERNAL_ID)
            self.plan.problems.append(Problem(self.columns.line, heading, message % {"count": len(questions)}))
            self.plan.is_readable = False
            return
        for question in questions:
            self.ask(question)

    def create(self, row: UserRow) -> None:
        """
        Add a new user, or say what is missing.

        Nobody can tell which leaver is meant by a row with neither HR identifier nor address, so that is a problem.
        """
        if row.is_active is False and row.external_id and not row.email:
            message = _("This person has left and is not here: nothing to do.")
            self.remark(row.line, "", message)
            self.plan.unchanged += 1
            return
        if not row.email:
            message = _("The email address is missing: everybody here signs in with an address of their own.")
            self.missing(row.line, Field.EMAIL, message)
        if not row.first_name and Field.NAME in self.columns.places:
            self.missing(row.line, Field.NAME, _("The name is missing."))
        elif not row.first_name:
            message = _("The first name is missing. If they use one name, enter it as first name.")
            self.missing(row.line, Field.FIRST_NAME, message)
        if row.unknown:
            return
        place = self.names.places.get(row.department) if row.department else None
        profile = self.names.profiles.get(key(row.job_profile), "") if row.job_profile else ""
        self.plan.creations.append(Creation(row, place, profile))

    def missing(self, line: int, field: Field, message: str) -> None:
        """Add the problem that a new user needs a value, unless the cell has a problem already."""
        if (line, self.columns.heading(field)) not in self.wrong_cells:
            self.wrong(line, field, message)

    def update(self, row: UserRow, user: StoredUser, *, is_protected: bool) -> None:
        """Add what the row changes about a stored user."""
        changes = self.changes(row, user)
        if changes and is_protected:
            self.leave_alone(row.line, user)
        elif changes:
            self.plan.updates.append(Update(user.pk, row.line, user.name, changes))
        else:
            self.plan.unchanged += 1

    def leave_alone(self, line: int | None, user: StoredUser) -> None:
        self.plan.protected += 1
        message = _("%(name)s holds rights here and is left as is. Change this account in User Management.")
        self.plan.left_alone.append(Problem(line, "", message % {"name": user.name}))

    def deactivate_absent(self, matches: Matches) -> None:
        """Add the deactivation of users with an HR identifier who are not in the file."""
        if Field.EXTERNAL_ID not in self.columns.places:
            message = _("Who is absent can be told by the HR identifier alone, and the file has no column for it.")
            self.plan.problems.append(Problem(self.columns.line, "", message))
            self.plan.is_readable = False
            return
        for user in find_absent(matches.claims.lines, self.present | matches.doubts.named, self.left_out):
            if user.pk in matches.protected:
                self.leave_alone(None, user)
                continue
            self.plan.updates.append(Update(user.pk, None, user.name, {"is_active": (True, False)}))
            self.plan.absent += 1

    def changes(self, row: UserRow, user: StoredUser) -> dict[str, tuple[Any, Any]]:
        """Return the fields in which the row differs from the database; a field without a value in the row stays."""
        changes: dict[str, tuple[Any, Any]] = {}
        for name in PLAIN_FIELDS:
            said, stored = getattr(row, name), getattr(user, name)
            is_said = said is not None and (said != "" or name == "last_name")
            if is_said and said != stored:
                changes[name] = (stored, said)
        if row.department is not None:
            stored_place = self.plan.tree.by_id.get(user.department_id) if self.plan.tree else None
            place = self.names.places.get(row.department)
            if place is not stored_place:
                changes["department"] = (stored_place, place)
        if row.job_profile is not None:
            stored_profile = self.names.stored_profiles.get(user.job_profile_id, "")
            profile = self.names.profiles[key(row.job_profile)] if row.job_profile else ""
            if profile != stored_profile:
                changes["job_profile"] = (stored_profile, profile)
        return changes
