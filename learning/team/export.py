"""The users of a module and how far they are, as the rows of a CSV file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import islice
from typing import Any

from accounts import policy
from accounts.models import User
from accounts.policy.rights import Right
from accounts.users.export import department_paths, in_order, moment
from accounts.users.export import may_export as may_export_people
from audit.export import Echo, cell
from learning.models import Module

from .scope import counts_progress, named_by
from .submissions import with_progress

BATCH = 500
COLUMNS = (
    "HR identifier", "First name", "Last name", "Email", "Department path", "Module", "State", "Due date",
    "Started (UTC)", "Submitted (UTC)",
)  # fmt: skip


def may_export(actor: User) -> bool:
    """Return whether the actor may see how far anybody is, and export anybody."""
    return counts_progress(actor) and may_export_people(actor)


def exported_by(actor: User) -> Any:
    """Return the users whose progress the actor may see and store as a file."""
    return named_by(actor).filter(policy.in_scope(actor, Right.EXPORT_PEOPLE))


def csv_lines(module: Module, users: Any, ids: str) -> Iterator[str]:
    """
    Yield CSV with a byte order mark; formulas are escaped.

    ids: those that the audit event names; nobody else is in the file.
    """
    writer = csv.writer(Echo(), quoting=csv.QUOTE_ALL)
    yield "\ufeff" + writer.writerow(COLUMNS)
    paths = department_paths()
    rows = in_order(users, ids)
    while batch := list(islice(rows, BATCH)):
        for user in with_progress(module, {user.pk: user for user in batch}).values():
            values = [
                user.external_id, user.first_name, user.last_name, user.email, paths.get(user.department_id or 0),
                module.title, user.progress, user.deadline, moment(user.module_started_at),
                moment(user.module_submitted_at),
            ]  # fmt: skip
            yield writer.writerow([cell(value) for value in values])
