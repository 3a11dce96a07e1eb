"""The queryset twins of `policy.beyond` and `policy.refusal`: everybody above somebody, and who can log in as whom."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import Permission
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat

from . import policy
from .grants import Grants
from .models import User
from .rights import LOG_IN_ON_BEHALF, Right

NOBODY = Q(pk__in=())
RIGHT_NAME = Concat(F("content_type__app_label"), Value("."), F("codename"))


def above(actor: User, grants: Grants) -> Q:
    """Those whom `policy.beyond` puts above the actor."""
    people = Q(is_superuser=True)
    if actor.is_superuser:
        return people
    held = policy.holdings(actor)
    if not policy.holds(actor, Right.LOG_IN_AS_PROTECTED):
        reached = User.objects.filter(policy.in_scope(actor, Right.LOG_IN_AS_PROTECTED), pk=OuterRef("pk"))
        people |= Q(is_protected=True) & ~Q(Exists(reached))
    if not actor.is_staff:
        people |= Q(is_staff=True)
    named = Permission.objects.annotate(name_of_right=RIGHT_NAME).values_list("pk", "name_of_right")
    not_held = [pk for pk, right in named if not held.covers(right, None)]
    return people | members(grants.beyond(held)) | direct(permission__in=not_held)


def targets_of(actor: User) -> QuerySet[User]:
    """Those as whom the actor can log in, one way or the other; the rules asked of everybody in one statement."""
    people = User.objects.filter(is_active=True).exclude(pk=actor.pk)
    if not (actor.is_active and policy.login_as_enabled(actor)):
        return people.none()
    reached = people.filter(policy.in_scope_of_any(actor, LOG_IN_ON_BEHALF))
    return reached.exclude(above(actor, Grants.read()))


def actors_for(target: User) -> QuerySet[User]:
    """Those who can log in as the target, one way or the other."""
    people = User.objects.filter(is_active=True).exclude(pk=target.pk)
    if not target.is_active or target.is_superuser or not policy.login_as_enabled(target):
        return people.none()
    grants, facts = Grants.read(), policy.standing(target)
    able = NOBODY
    for right in LOG_IN_ON_BEHALF:
        able |= holders(grants, right, facts.department_path)
    if facts.is_protected:
        able &= holders(grants, Right.LOG_IN_AS_PROTECTED, facts.department_path)
    if facts.is_staff:
        able &= Q(is_staff=True)
    for holding in facts.holdings:
        able &= holders(grants, holding.right, holding.path)
    return people.filter(Q(is_superuser=True) | able)


def holders(grants: Grants, right: str, path: str | None) -> Q:
    """Those who hold a right for the department at path, superusers apart; None or "": company-wide."""
    app, _dot, codename = str(right).partition(".")
    named = {"permission__content_type__app_label": app, "permission__codename": codename}
    return members(grants.covering(right, path)) | direct(**named)


def members(groups: Iterable[int]) -> Q:
    """Those who hold one of these permission types."""
    memberships = User.groups.through.objects.filter(user=OuterRef("pk"), group__in=sorted(groups))
    return Q(Exists(memberships)) if groups else NOBODY


def direct(**named) -> Q:
    """Those to whom one of the permissions so described was given by no permission type."""
    return Q(Exists(User.user_permissions.through.objects.filter(user=OuterRef("pk"), **named)))
