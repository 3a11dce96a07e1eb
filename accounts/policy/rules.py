"""The rules for rights and for Login as User. Every rule is stated here, once."""

from __future__ import annotations

from collections.abc import Collection, Hashable
from dataclasses import dataclass, replace
from typing import Any, Protocol

from django.contrib.auth import get_user_model
from django.db import models
from django.utils.translation import gettext_lazy as _

from .holdings import COMPANY_WIDE, Holding, Holdings
from .rights import LOG_IN_ON_BEHALF, Right


class Account(Protocol):
    """The attributes of a user that the rules read. `with_standing` loads `held` and `department_path`."""

    pk: Any
    is_active: Any
    is_superuser: Any
    is_staff: Any
    is_protected: Any
    held: str | None
    department_path: str | None
    company_rules: str | None
    user_permissions: Any
    _holdings: Holdings

    @property
    def is_authenticated(self) -> bool: ...


class InTree(Protocol):
    """A node of the organisation's tree, such as a department."""

    path: Any


class Refusal(models.TextChoices):
    """Why an actor may not log in as a target, in the order in which the rules are checked."""

    FEATURE_OFF = "feature_off", _("Login as User is switched off.")
    ACTOR_INACTIVE = "actor_inactive", _("Your own account is deactivated.")
    NO_RIGHT = "no_right", _("You don't hold the right to log in on behalf of others.")
    SELF = "self", _("This is your own account.")
    OUT_OF_SCOPE = "out_of_scope", _("This person is outside your departments.")
    TARGET_INACTIVE = "target_inactive", _("This account is deactivated.")
    TARGET_SUPERUSER = "target_superuser", _("This account owns the platform.")
    TARGET_PROTECTED = "target_protected", _("This account is protected.")
    TARGET_HOLDS_MORE = "target_holds_more", _("This person holds rights that you don't.")
    WITHOUT_SECOND_FACTOR = (
        "without_second_factor",
        _("You may do this with a second factor only. Set one up under My account."),
    )
    LOOK_FIRST = "look_first", _("You begin each session by looking only. You can change the mode afterwards.")
    TOO_MANY = "too_many", _("You have logged in on behalf of others very often within an hour. Try again later.")
    ON_MOBILE = "on_mobile", _("Login as User works on desktops only.")
    NESTED = "nested", _("You are already logged in on behalf of somebody. Exit that session first.")


@dataclass(frozen=True, slots=True)
class Standing:
    """The facts about one user that the rules need."""

    id: int
    is_active: bool
    is_superuser: bool
    is_staff: bool
    is_protected: bool
    department_path: str | None
    holdings: Holdings


def refusal(
    actor: Standing, target: Standing, *, enabled: bool, rights: Collection[str] = LOG_IN_ON_BEHALF
) -> Refusal | None:
    """
    Return why the actor may not log in as the target; None if the actor may.

    enabled: whether the feature is switched on. rights: any one of them is enough.
    """
    if not enabled:
        return Refusal.FEATURE_OFF
    if not actor.is_active:
        return Refusal.ACTOR_INACTIVE
    if not actor.is_superuser and not any(actor.holdings.anywhere(right) for right in rights):
        return Refusal.NO_RIGHT
    if actor.id == target.id:
        return Refusal.SELF
    if not actor.is_superuser and not any(actor.holdings.covers(right, target.department_path) for right in rights):
        return Refusal.OUT_OF_SCOPE
    if not target.is_active:
        return Refusal.TARGET_INACTIVE
    return beyond(actor, target)


def beyond(actor: Standing, target: Standing) -> Refusal | None:
    """
    Return why the target has more power than the actor; None if the actor holds everything that the target holds.

    This prevents privilege escalation. It is also checked before an actor changes a user's rights or sign-in.
    """
    if target.is_superuser:
        return Refusal.TARGET_SUPERUSER
    if actor.is_superuser:
        return None
    if target.is_protected and not actor.holdings.covers(Right.LOG_IN_AS_PROTECTED, target.department_path):
        return Refusal.TARGET_PROTECTED
    if target.is_staff and not actor.is_staff:
        return Refusal.TARGET_HOLDS_MORE
    if not target.holdings.all_covered_by(actor.holdings):
        return Refusal.TARGET_HOLDS_MORE
    return None


def standing(user: Account) -> Standing:
    """Return the facts about a user; this costs one query if the queryset did not load them (`with_standing`)."""
    return Standing(
        id=user.pk, is_active=user.is_active, is_superuser=user.is_superuser, is_staff=user.is_staff,
        is_protected=user.is_protected, holdings=holdings(user), department_path=user.department_path,
    )  # fmt: skip


def facts_for(actor: Account, user: Account) -> Hashable:
    """Return all that an answer of the policy about a user depends on: users with equal facts get equal answers."""
    return replace(standing(user), id=0), user.pk == actor.pk, user.company_rules


def holdings(user: Account) -> Holdings:
    """Return what the user holds; cached on the instance, as Django caches permissions."""
    if not hasattr(user, "_holdings"):
        read_facts(user)
        user._holdings = Holdings.parse(user.held)
    return user._holdings


def holdings_held_directly(users: Collection[Account]) -> dict[int, Holdings]:
    """Return what each user holds directly, not through a permission type, by id; always company-wide."""
    given = get_user_model().user_permissions.through.objects.filter(user__in=[user.pk for user in users])
    held: dict[int, set[Holding]] = {user.pk: set() for user in users}
    for pk, app, codename in given.values_list("user", "permission__content_type__app_label", "permission__codename"):
        held[pk].add(Holding(f"{app}.{codename}", COMPANY_WIDE))
    return {pk: Holdings(found) for pk, found in held.items()}


def read_facts(user: Account) -> None:
    """Read the facts of `with_standing` if the queryset did not load them."""
    if not hasattr(user, "held"):
        facts = get_user_model().objects.filter(pk=user.pk).with_standing()
        names = ("held", "department_path", "company_rules")
        user.held, user.department_path, user.company_rules = facts.values_list(*names).get()


def holds(user: Account, right: str, department: InTree | None = None) -> bool:
    """Return whether the user holds the right for the department, or company-wide if none is given."""
    if not user.is_active or not user.is_authenticated:
        return False
    return user.is_superuser or holdings(user).covers(right, department.path if department else None)


def reaches(actor: Account, right: str, user: Account) -> bool:
    """Return whether the actor holds the right for a user's department, or company-wide if they have none."""
    if not actor.is_active or not actor.is_authenticated:
        return False
    read_facts(user)
    return actor.is_superuser or holdings(actor).covers(right, user.department_path)


def holds_anywhere(user: Account, right: str) -> bool:
    """Return whether the user holds the right company-wide or for any department."""
    if not user.is_active or not user.is_authenticated:
        return False
    return user.is_superuser or holdings(user).anywhere(right)


def in_scope(user: Account, right: str, path: str = "department__path") -> models.Q:
    """
    Return the condition of the rows for whose department the user holds the right: `holds` as a queryset filter.

    path: lookup of the department's path. A row without a department needs the right company-wide.
    """
    return in_scope_of_any(user, {right}, path)


def in_scope_of_any(user: Account, rights: Collection[str], path: str = "department__path") -> models.Q:
    """Return the condition of `in_scope` for any one of several rights."""
    if any(holds(user, right) for right in rights):
        return models.Q()
    reached = models.Q(pk__in=())
    if user.is_active and user.is_authenticated:
        for right in rights:
            for prefix in holdings(user).paths(right):
                reached |= models.Q(**{f"{path}__startswith": prefix})
    return reached
