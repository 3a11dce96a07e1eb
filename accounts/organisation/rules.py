"""Who may change departments and job profiles. The admin site has no page for them, so these are the only rules."""

from __future__ import annotations

from accounts import policy
from accounts.authorization.refusals import ChangeRefusal
from accounts.models import User
from accounts.policy.rights import Right
from accounts.policy.rules import InTree


def why_not_edit_departments(actor: User) -> ChangeRefusal | None:
    """Return why the actor may edit no department; None if they may, in one branch at least."""
    if policy.holds_anywhere(actor, Right.MANAGE_DEPARTMENTS):
        return None
    return ChangeRefusal.NO_RIGHT_TO_EDIT_DEPARTMENTS


def why_not_edit_department(actor: User, department: InTree) -> ChangeRefusal | None:
    """Return why the actor may not edit the department; None if they may."""
    if policy.holds(actor, Right.MANAGE_DEPARTMENTS, department):
        return None
    return why_not_edit_departments(actor) or ChangeRefusal.DEPARTMENT_OUT_OF_SCOPE


def why_not_change_level(actor: User, parent: InTree | None) -> ChangeRefusal | None:
    """
    Return why the actor may not change which departments lie directly below another one; None if they may.

    parent: that other department; None for the top of the tree, which needs the right for the whole company.
    """
    if parent is not None:
        return why_not_edit_department(actor, parent)
    if policy.holds(actor, Right.MANAGE_DEPARTMENTS):
        return None
    return why_not_edit_departments(actor) or ChangeRefusal.TOP_LEVEL_OUT_OF_SCOPE


def why_not_edit_profiles(actor: User) -> ChangeRefusal | None:
    """Return why the actor may not edit job profiles; None if they may. They belong to the whole company."""
    if policy.holds(actor, Right.MANAGE_JOB_PROFILES):
        return None
    return ChangeRefusal.NO_RIGHT_TO_EDIT_PROFILES


def edits_organisation(actor: User) -> bool:
    """Return whether the actor may open the pages of the organisation."""
    return why_not_edit_departments(actor) is None or why_not_edit_profiles(actor) is None
