"""`policy.beyond` and `policy.refusal` as queryset filters: users above an actor, and pairs for Login as User."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.contrib.auth.models import Permission
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat

from accounts import policy
from accounts.models import Department, User
from accounts.policy.rights import LOG_IN_ON_BEHALF, Right

from .grants import Grants
from .login_as import login_as_enabled

MOST_IDS = 900
NOBODY = Q(pk__in=())
RIGHT_NAME = Concat(F("content_type__app_label"), Value("."), F("codename"))


def above(actor: User, grants: Grants) -> Q:
    """Return the users above the actor, as `policy.beyond` decides."""
    users = Q(is_superuser=True)
    if actor.is_superuser:
        return users
    held = policy.holdings(actor)
    if not policy.holds(actor, Right.LOG_IN_AS_PROTECTED):
        reached = User.objects.filter(policy.in_scope(actor, Right.LOG_IN_AS_PROTECTED), pk=OuterRef("pk"))
        users |= Q(is_protected=True) & ~Q(Exists(reached))
    if not actor.is_staff:
        users |= Q(is_staff=True)
    permissions = Permission.objects.annotate(name_of_right=RIGHT_NAME).values_list("pk", "name_of_right")
    not_held = [pk for pk, right in permissions if not held.covers(right, None)]
    return users | members(grants.beyond(held)) | direct(permission__in=not_held)


def targets_of(actor: User) -> QuerySet[User]:
    """Return the possible targets of the actor, in one of the modes; one statement checks all users."""
    users = User.objects.filter(is_active=True).exclude(pk=actor.pk)
    if not (actor.is_active and login_as_enabled(actor)):
        return users.none()
    reached = users.filter(in_scope_by_ids(actor, LOG_IN_ON_BEHALF))
    return reached.exclude(above(actor, Grants.read()))


def in_scope_by_ids(actor: User, rights: Collection[str]) -> Q:
    """
    Return the condition of `policy.in_scope_of_any`, by department ids if there are few departments.

    PostgreSQL estimates a list of ids well, and a comparison of paths badly.
    """
    if any(policy.holds(actor, right) for right in rights):
        return Q()
    reached = Department.objects.filter(policy.in_scope_of_any(actor, rights, "path")).order_by()
    ids = list(reached.values_list("pk", flat=True)[: MOST_IDS + 1])
    return Q(department__in=ids) if len(ids) <= MOST_IDS else policy.in_scope_of_any(actor, rights)


def actors_for(target: User) -> QuerySet[User]:
    """Return the users who can log in as the target, in one of the modes."""
    users = User.objects.filter(is_active=True).exclude(pk=target.pk)
    if not target.is_active or target.is_superuser or not login_as_enabled(target):
        return users.none()
    grants, facts = Grants.read(), policy.standing(target)
    # Few users of a large company hold the right: find these first, and check the other rules for them only.
    few = holding_any(((right, facts.department_path) for right in LOG_IN_ON_BEHALF), grants)
    able = NOBODY
    for right in LOG_IN_ON_BEHALF:
        able |= holders(grants, right, facts.department_path)
    if facts.is_protected:
        able &= holders(grants, Right.LOG_IN_AS_PROTECTED, facts.department_path)
    if facts.is_staff:
        able &= Q(is_staff=True)
    for holding in facts.holdings:
        able &= holders(grants, holding.right, holding.path)
    return users.filter(few).filter(Q(is_superuser=True) | able)


def holders(grants: Grants, right: str, path: str | None) -> Q:
    """Return the users, without superusers, who hold a right for the department at path; None or "": company-wide."""
    return members(grants.covering(right, path)) | direct(**named(right))


def holding_any(held: Iterable[tuple[str, str | None]], grants: Grants) -> Q:
    """
    Return superusers, and users who hold any of these rights for the department at path.

    The condition is one list of ids, so that the database need not read every user.
    """
    groups: set[int] = set()
    given = Q(pk__in=())
    for right, path in held:
        groups |= grants.covering(right, path)
        given |= Q(**named(right))
    return listed(
        User.objects.filter(is_superuser=True).order_by().values("pk"),
        User.groups.through.objects.filter(group__in=sorted(groups)).values("user"),
        User.user_permissions.through.objects.filter(given).values("user"),
    )


def listed(first: QuerySet, *more: QuerySet) -> Q:
    """Return the users whose ids are in one of these queries."""
    return Q(pk__in=first.union(*more, all=True))


def named(right: str) -> dict[str, str]:
    app, _dot, codename = str(right).partition(".")
    return {"permission__content_type__app_label": app, "permission__codename": codename}


def members(groups: Iterable[int]) -> Q:
    """Return the users who hold one of these permission types."""
    memberships = User.groups.through.objects.filter(user=OuterRef("pk"), group__in=sorted(groups))
    return Q(Exists(memberships)) if groups else NOBODY


def direct(**described) -> Q:
    """Return the users who hold one of these permissions directly, without a permission type."""
    return Q(Exists(User.user_permissions.through.objects.filter(user=OuterRef("pk"), **described)))
