"""
Template filters that ask the policy.

    {% if actor|can:"import_users" %}
    {% if actor|with_target:user|can:"edit_user" %}
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import template

from accounts.authorization.changes import why_not_assign, why_not_edit_settings, why_not_protect
from accounts.authorization.login_as import logs_in_as_somebody
from accounts.models import User
from accounts.organisation.rules import (
    edits_organisation,
    why_not_edit_department,
    why_not_edit_departments,
    why_not_edit_profiles,
)
from accounts.permission_setup.actions import why_not_create_type
from accounts.policy.admin_pages import administers, reads_log, sees_assumed_sessions
from accounts.user_import.confirm import why_not_import
from accounts.users.actions import why_not_change_status, why_not_create_user, why_not_edit_user
from accounts.users.export import may_export
from accounts.users.invitations import why_not_invite

register = template.Library()

# What an actor can do, by the verb that templates use.
CAN: dict[str, Callable[[User], bool]] = {
    "administer": administers,
    "create_user": lambda actor: why_not_create_user(actor) is None,
    "edit_departments": lambda actor: why_not_edit_departments(actor) is None,
    "edit_job_profiles": lambda actor: why_not_edit_profiles(actor) is None,
    "edit_organisation": edits_organisation,
    "edit_permission_types": lambda actor: why_not_create_type(actor) is None,
    "edit_settings": lambda actor: why_not_edit_settings(actor) is None,
    "export_users": may_export,
    "import_users": lambda actor: why_not_import(actor) is None,
    "log_in_as_somebody": logs_in_as_somebody,
    "open_palette": lambda actor: actor.sees_people or reads_log(actor) or administers(actor),
    "read_audit_log": reads_log,
    "see_assumed_sessions": sees_assumed_sessions,
}
# What an actor can do to a target; apps above this one add their own verbs.
CAN_TO_TARGET: dict[str, Callable[[User, Any], bool]] = {
    "assign_permission_types": lambda actor, target: why_not_assign(actor, target) is None,
    "change_status": lambda actor, target: why_not_change_status(actor, target) is None,
    "edit_department": lambda actor, target: why_not_edit_department(actor, target) is None,
    "edit_user": lambda actor, target: why_not_edit_user(actor, target) is None,
    "invite": lambda actor, target: why_not_invite(actor, target) is None,
    "protect": lambda actor, target: why_not_protect(actor, target) is None,
}


@dataclass(frozen=True, slots=True)
class ActorWithTarget:
    """An actor and the target of an action: a user or a department."""

    actor: User
    target: Any


@register.filter
def with_target(actor: User, target: Any) -> ActorWithTarget:
    """Name the target of the verb that follows: actor|with_target:user|can:"edit_user"."""
    return ActorWithTarget(actor, target)


@register.filter
def can(asked: User | ActorWithTarget, verb: str) -> bool:
    """
    Return whether the actor can do what the verb says.

    Raise KeyError if the verb is unknown, or needs a target and has none.
    """
    if isinstance(asked, ActorWithTarget):
        return CAN_TO_TARGET[verb](asked.actor, asked.target)
    return CAN[verb](asked)
