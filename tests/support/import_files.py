"""Import files in memory, and the output of the import command."""

import io
from pathlib import Path

from django.core.management import call_command
from openpyxl import Workbook

from accounts.user_import import apply_import, plan_import

HEADING = "Employee ID,First name,Last name,E-mail,Department,Job title,Status"


def planned(content, name="people.csv", **options):
    """Return the import plan of these bytes, or of this text in UTF-8."""
    if isinstance(content, str):
        content = content.encode()
    return plan_import(io.BytesIO(content), name, **options)


def imported(content, name="people.csv", *, actor=None):
    """Check that the file has no problems, import it, and return the counts of the run."""
    plan = planned(content, name, actor=actor)
    assert [str(problem) for problem in plan.problems] == []
    return apply_import(plan, actor=actor).counts


def problems(content, **options):
    """Return the problems of a file, as (line, column, message)."""
    return [(problem.line, problem.column, problem.message) for problem in planned(content, **options).problems]


def rows(*lines, heading=HEADING):
    return "\n".join([heading, *lines]) + "\n"


def row(identifier="", first="Lena", last="Sørensen", email="lena@harbour.example", place="", job="", status=""):
    return ",".join([identifier, first, last, email, place, job, status])


def workbook(*sheet_rows):
    """Return the bytes of a workbook whose only sheet has these rows."""
    book = Workbook()
    for row in sheet_rows:
        book.active.append(row)
    return saved(book)


def saved(book):
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def run(directory: Path, content, *options):
    """Run the import command with a file of this content, and return its output."""
    file = directory / "people.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    said = io.StringIO()
    call_command("import_users", str(file), *options, stdout=said, stderr=said)
    return said.getvalue()
