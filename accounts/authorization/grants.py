"""The rights of all permission types, read in one query because their number is small."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.contrib.auth.models import Group
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Concat

from accounts import policy
from accounts.models import DepartmentGroupPermission, PermissionType, User
from accounts.policy.holdings import COMPANY_WIDE, Holding, Holdings
from accounts.policy.rights import Right

NOTHING = Holdings()


class Grants(dict[int, Holdings]):
    """Permission types by id, each with its holdings; a type without rights may be missing."""

    @classmethod
    def read(cls, *groups: Group) -> Grants:
        """Return the grants of these permission types, or of all."""
        named = {"group__in": groups} if groups else {}
        right = Concat("permission__content_type__app_label", Value("."), "permission__codename")
        company_wide = Group.permissions.through.objects.filter(**named).values_list("group", right)
        scoped = DepartmentGroupPermission.objects.filter(**named).values_list(
            "group", right, F("content_object__path")
        )
        found = defaultdict(set)
        for group, name in company_wide:
            found[group].add(Holding(name, COMPANY_WIDE))
        for group, name, path in scoped:
            found[group].add(Holding(name, path))
        return cls((group, Holdings(held)) for group, held in found.items())

    def of(self, group: Group) -> Holdings:
        return self.get(group.pk, NOTHING)

    def together(self, groups: Iterable[Group]) -> Holdings:
        """Return the holdings of a user who holds all of these types."""
        return Holdings(holding for group in groups for holding in self.of(group))

    def covering(self, right: str, path: str | None) -> frozenset[int]:
        """Return the permission types that give the right for the department at path (None: company-wide)."""
        return frozenset(group for group, held in self.items() if held.covers(right, path))

    def beyond(self, holdings: Holdings) -> frozenset[int]:
        """Return the permission types with rights that these holdings don't cover."""
        return frozenset(group for group, held in self.items() if not held.all_covered_by(holdings))


def visible_types(actor: User) -> QuerySet[Group]:
    """Return the permission types that reach no further than the actor's right to edit permission types."""
    types = PermissionType.objects.order_by("name")
    if policy.holds(actor, Right.MANAGE_PERMISSION_TYPES):
        return types
    if not policy.holds_anywhere(actor, Right.MANAGE_PERMISSION_TYPES):
        return types.none()
    reached = policy.in_scope(actor, Right.MANAGE_PERMISSION_TYPES, "content_object__path")
    elsewhere = DepartmentGroupPermission.objects.exclude(reached)
    return types.filter(permissions=None).exclude(pk__in=elsewhere.values("group"))
