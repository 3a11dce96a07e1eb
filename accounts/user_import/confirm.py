"""An import that somebody looks at first: rows with problems are left out, and only what was seen is done."""

from __future__ import annotations

import hashlib
from typing import BinaryIO

from django.utils.translation import gettext as _

from accounts import policy
from accounts.authorization.changes import locked, require
from accounts.models import User
from accounts.policy.rights import Right
from audit import log

from .apply import PeopleChanged, apply_import
from .plan import Plan, plan_import
from .problems import Problem

# Leaving out one row can be another one's problem; a file in which that goes on for longer has to be corrected.
ROUNDS = 4


def may_import(actor: User) -> str:
    """Why the person may not import; "" where they may. An import knows no departments, so the right doesn't either."""
    if policy.holds(actor, Right.IMPORT_PEOPLE):
        return ""
    return _("An import can reach everybody, so it takes the right to import people for the whole company.")


def plan_good_rows(file: BinaryIO, name: str, *, actor: User) -> Plan:
    """What importing the rows without problems would do; a file that can't be read keeps its problems."""
    plan = plan_import(file, name, actor=actor)
    rejected: list[Problem] = []
    for _round in range(ROUNDS):
        if not plan.problems or not plan.is_readable:
            break
        rejected += plan.problems
        lines = {problem.line for problem in rejected if problem.line is not None}
        plan = plan_import(file, name, actor=actor, leaving_out=lines)
    plan.rejected = rejected
    return plan


def fingerprint(plan: Plan) -> str:
    """What the plan would do and what it leaves undone, so that nobody confirms what they did not see."""
    digest = hashlib.sha256((plan.source.sha256 if plan.source else "").encode())
    said = [
        *(f"{creation.row!r} {creation.department} {creation.job_profile!r}" for creation in plan.creations),
        *(
            f"{update.id} {field} {str(before)!r} {str(after)!r}"
            for update in plan.updates
            for field, (before, after) in update.changes.items()
        ),
        *map(str, [*plan.departments, *plan.job_profiles, *plan.not_taken]),
    ]
    for line in said:
        digest.update(line.encode(errors="backslashreplace") + b"\0")
    return digest.hexdigest()


def import_people(plan: Plan, *, actor: User, seen: str) -> dict[str, int]:
    """
    Do what was looked at, and return the counts that the audit log keeps.

    seen: the `fingerprint` of the plan that was confirmed. Raises PeopleChanged where this is another one, or one that
    does nothing, or people have changed since, and NotAllowed where the actor may no longer import.
    """
    if fingerprint(plan) != seen or plan.problems or not plan.changes_anything:
        raise PeopleChanged
    with log.recording():
        [actor] = locked(actor)
        require(may_import(actor))
        return apply_import(plan, actor=actor)
