"""Repeated rows: two rows with the same HR identifier or address."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _

from .rows import UserRow

# What two rows of one person with two jobs may differ in: the first row counts.
OF_A_JOB = ("department", "job_profile")


class Repeats:
    """
    Finder of rows about somebody that an earlier row is about.

    wrong: reports a problem, given a line, a field and a message. second_jobs: the lines of rows that differ from an
    earlier one in their department or job profile alone, each with the line of the earlier row.
    """

    def __init__(self, wrong: Callable[[int, str, str], None]):
        self.wrong = wrong
        self.by_email: dict[str, UserRow] = {}
        self.by_identifier: dict[str, UserRow] = {}
        self.second_jobs: dict[int, int] = {}

    def is_repeated(self, row: UserRow) -> bool:
        """Return whether an earlier row says the same of this person, another department or job profile excepted."""
        same_email = self.by_email.get(row.email) if row.email else None
        same_identifier = self.by_identifier.get(row.external_id) if row.external_id else None
        earlier = same_identifier or same_email
        if earlier is not None and is_second_job(earlier, row):
            self.second_jobs[row.line] = earlier.line
            return True
        if same_email is not None:
            message = _(
                "“%(value)s” is in line %(line)s already. Everybody needs an address of their own, because it is "
                "where a password is reset."
            )
            self.wrong(row.line, "email", message % {"value": row.email, "line": same_email.line})
        if same_identifier is not None:
            message = _("“%(value)s” is in line %(line)s already.")
            self.wrong(row.line, "external_id", message % {"value": row.external_id, "line": same_identifier.line})
        if row.email:
            self.by_email.setdefault(row.email, row)
        if row.external_id:
            self.by_identifier.setdefault(row.external_id, row)
        return False


def is_second_job(row: UserRow, other: UserRow) -> bool:
    """Return whether two rows with an HR identifier differ in nothing but their department or job profile."""
    if not row.external_id:
        return False
    differ = {name for name in UserRow.__slots__ if name != "line" and getattr(row, name) != getattr(other, name)}
    return differ <= set(OF_A_JOB)
