"""Whose progress an actor may see: two rights decide, the one to see progress and the one to see people."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import policy
from accounts.models import Department, User
from accounts.policy.rights import Right
from learning.models import Module
from learning.visibility.audience import RULES
from learning.visibility.knowledge import paths_of_all, reached

# The rules that hide an item from everybody, no matter who it is meant for.
OF_EVERYBODY = tuple(rule for rule in RULES if rule.name in ("published", "opened", "not_closed"))


class ProgressRefusal(models.TextChoices):
    """Why an actor may not see how far a user is."""

    NO_RIGHT = "no_right", _("You don't hold the right to see this person's progress.")


def why_not_see_progress(actor: User, user: User) -> ProgressRefusal | None:
    """Return why the actor may not see how far the user is; None if they may. The caller asks whether they see them."""
    return None if policy.reaches(actor, Right.SEE_PROGRESS, user) else ProgressRefusal.NO_RIGHT


def counts_progress(actor: User) -> bool:
    """Return whether the actor may see numbers about anybody's progress."""
    return policy.holds_anywhere(actor, Right.SEE_PROGRESS)


def leads_a_team(actor: User) -> bool:
    """Return whether the actor may see the progress of anybody by name."""
    return bool(paths_of_all(actor, Right.SEE_PROGRESS, Right.SEE_PEOPLE))


def counted_by(actor: User) -> QuerySet[User]:
    """Return the active users that count in the numbers of the actor."""
    return User.objects.filter(policy.in_scope(actor, Right.SEE_PROGRESS), is_active=True)


def named_by(actor: User) -> QuerySet[User]:
    """Return the active users whose progress the actor may see by name: these are also in User Management."""
    return counted_by(actor).filter(policy.in_scope(actor, Right.SEE_PEOPLE))


def team_departments(actor: User) -> QuerySet[Department]:
    """Return the departments whose users the actor sees by name, in the order of the tree."""
    within = policy.in_scope(actor, Right.SEE_PROGRESS, "path") & policy.in_scope(actor, Right.SEE_PEOPLE, "path")
    return Department.objects.filter(within).order_by("path")


def modules_counted_by(actor: User) -> Any:
    """
    Return the modules of which the actor may know how far people are.

    Of what is open now: the modules that may be meant for somebody in the scope of the right. Users who read content
    know all modules.
    """
    modules: Any = Module.objects
    if not counts_progress(actor):
        return modules.none()
    is_open = Q(*(rule.condition(Module, actor, timezone.now()) for rule in OF_EVERYBODY))
    mine = reached(Module, paths_of_all(actor, Right.SEE_PROGRESS)) & is_open
    return modules.filter(mine) | modules.known_to(actor)
