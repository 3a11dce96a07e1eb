"""By which permission types users can log in as somebody: what an owner changes if one of them should not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import NamedTuple

from django.contrib.auth.models import Group
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import policy
from accounts.models import User
from accounts.policy.rights import LOG_IN_ON_BEHALF

from .grants import Grants


class Able(NamedTuple):
    """A user who can log in as somebody, and the names of the permission types that let them."""

    user: User
    by: list[str | Promise]


def by_which(users: Collection[User], target: User) -> list[Able]:
    """Return the users in their order, each with what lets them log in as the target; four queries."""
    if not users:
        return []
    grants, path = Grants.read(), policy.standing(target).department_path
    letting = {group for right in LOG_IN_ON_BEHALF for group in grants.covering(right, path)}
    memberships = User.groups.through.objects.filter(user__in=[user.pk for user in users], group__in=letting)
    held = defaultdict(set)
    for user, group in memberships.values_list("user", "group"):
        held[user].add(group)
    names = dict(Group.objects.filter(pk__in=letting).values_list("pk", "name"))
    directly = policy.holdings_held_directly(users)

    def reasons(user: User) -> list[str | Promise]:
        if user.is_superuser:
            return [_("Owner of the platform")]
        found: list[str | Promise] = sorted(names[group] for group in held[user.pk] if group in names)
        if any(directly[user.pk].covers(right, path) for right in LOG_IN_ON_BEHALF):
            found.append(_("A right without a permission type"))
        return found

    return [Able(user, reasons(user)) for user in users]
