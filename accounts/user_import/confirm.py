"""Import with a preview: rows with problems are skipped, and only the confirmed plan is applied."""

from __future__ import annotations

import hashlib
from typing import BinaryIO

from django.db import IntegrityError

from accounts import policy
from accounts.authorization.changes import lock_users, require
from accounts.authorization.refusals import ChangeRefusal
from accounts.models import User, UserImport
from accounts.policy.rights import Right
from audit import log

from .applying.apply import Steps, UsersChanged, apply_import, apply_steps
from .mapping.remembered import remember
from .planning.choices import Choices
from .planning.mass_change import require_confirmed
from .planning.plan import Plan
from .planning.planner import NO_CHOICES, Progress, plan_import
from .problems import Problem

# Skipping a row can cause a problem in another row. After this many rounds the file has to be corrected.
ROUNDS = 4


def why_not_import(actor: User) -> ChangeRefusal | None:
    """Return why the actor may not import; None if they may. An import reaches all departments, so must the right."""
    return None if policy.holds(actor, Right.IMPORT_PEOPLE) else ChangeRefusal.NO_RIGHT_TO_IMPORT


def plan_good_rows(
    file: BinaryIO,
    name: str,
    *,
    actor: User | None,
    choices: Choices = NO_CHOICES,
    progress: Progress | None = None,
) -> Plan:
    """Return the plan of the rows without problems. The plan of an unreadable file keeps its problems."""
    plan = plan_import(file, name, actor=actor, choices=choices, progress=progress)
    rejected: list[Problem] = []
    for _round in range(ROUNDS):
        if not plan.problems or not plan.is_readable:
            break
        rejected += plan.problems
        lines = {problem.line for problem in rejected if problem.line is not None}
        plan = plan_import(file, name, actor=actor, choices=choices, leaving_out=lines, progress=progress)
    plan.rejected = rejected
    return plan


def fingerprint(plan: Plan) -> str:
    """Return a hash of what the plan would and would not do, so that nobody confirms what they did not see."""
    digest = hashlib.sha256((plan.source.sha256 if plan.source else "").encode())
    said = [
        *(f"{creation.row!r} {creation.department} {creation.job_profile!r}" for creation in plan.creations),
        *(
            f"{update.id} {field} {str(before)!r} {str(after)!r}"
            for update in plan.updates
            for field, (before, after) in update.changes.items()
        ),
        *map(str, [*plan.departments, *plan.job_profiles, *plan.skipped]),
    ]
    for line in said:
        digest.update(line.encode(errors="backslashreplace") + b"\0")
    return digest.hexdigest()


def import_steps(plan: Plan, *, actor: User, seen: str, typed: int | None = None) -> Steps:
    """
    Apply the confirmed plan in one transaction, yield after each batch, and return the run.

    seen: the `fingerprint` of the plan that was confirmed. typed: the number that a mass change is confirmed with.
    Raise UsersChanged if this is another plan, or a plan that can't be applied, or if users have changed since; raise
    NotConfirmed if a mass change is not confirmed, and NotAllowed if the actor may no longer import.
    """
    if not is_as_seen(plan, seen):
        raise UsersChanged
    try:
        with log.recording():
            [actor] = lock_users(actor)
            require(why_not_import(actor))
            require_confirmed(plan, typed)
            run = yield from apply_steps(plan, actor=actor, way=UserImport.Way.PAGE)
            if plan.columns:
                remember(plan.headings, plan.columns.mapping, actor=actor)
    except IntegrityError as error:  # a department that is gone is noticed at the end of the transaction
        raise UsersChanged from error
    return run


def is_as_seen(plan: Plan, seen: str) -> bool:
    """Return whether the plan is the one that was confirmed, and can be applied."""
    return fingerprint(plan) == seen and plan.can_be_applied


def apply_confirmed(
    plan: Plan,
    *,
    actor: User | None,
    typed: int | None = None,
    way: str = UserImport.Way.COMMAND,
    progress: Progress | None = None,
) -> UserImport:
    """
    Apply the plan, and return the run.

    typed: the number that a mass change is confirmed with. Raise NotConfirmed if it is another one, and what
    `apply_import` raises.
    """
    require_confirmed(plan, typed)
    return apply_import(plan, actor=actor, way=way, progress=progress)
