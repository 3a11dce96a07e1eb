"""Preview of a change of a permission type: its effect on the holders, shown before it is saved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.auth.models import Group
from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise

from accounts.authorization.grants import Grants
from accounts.authorization.reach import holders, holding_any
from accounts.models import Department, User
from accounts.policy.holdings import COMPANY_WIDE, Holdings
from accounts.policy.rights import opens_admin_site

from .actions import needs_admin_site
from .matrix import BOXES, Matrix

# The name of a box, whether it is given (else taken), and the holdings that are given or taken.
Part = tuple[str, bool, Holdings]


@dataclass(slots=True)
class Change:
    """
    The rights of a box that are given or taken.

    places: department names, none if company-wide. users: the number of active holders that are affected; the others
    hold the same rights by another permission type, or own the platform.
    """

    label: str | Promise
    is_given: bool
    places: list[str]
    users: int = 0


@dataclass(slots=True)
class Preview:
    """
    All changes of a permission type, with numbers of users.

    holders: active users who hold the permission type. opened, closed: holders who gain or lose the admin site.
    """

    holders: int
    changes: list[Change]
    opened: int = 0
    closed: int = 0


def preview(permission_type: Group | None, before: Holdings, after: Holdings, matrix: Matrix) -> Preview:
    """Return what changes, and for how many users."""
    parts = list(differences(before, after, matrix))
    paths = {holding.path for _name, _given, part in parts for holding in part}
    names = dict(Department.objects.filter(path__in=paths).order_by("path").values_list("path", "name"))
    changes = [
        Change(BOXES[name].label, given, [names[path] for path in sorted({h.path for h in part} - {COMPANY_WIDE})])
        for name, given, part in parts
    ]
    if permission_type is None:
        return Preview(0, changes)
    elsewhere = Grants.read()
    elsewhere.pop(permission_type.pk, None)
    users = User.objects.filter(groups=permission_type, is_active=True).order_by()
    counted = users.aggregate(holders=Count("pk"), staff=Count("pk", filter=Q(is_staff=True)))
    for change, untouched in zip(changes, untouched_by(users, parts, elsewhere), strict=True):
        change.users = counted["holders"] - untouched
    result = Preview(counted["holders"], changes)
    opens, opened = (opens_admin_site(h.right for h in held) for held in (after, before))
    if opens and not opened:
        result.opened = counted["holders"] - counted["staff"]
    elif opened and not opens:
        result.closed = counted["staff"] - users.filter(needs_admin_site(elsewhere), is_staff=True).count()
    return result


def untouched_by(users: QuerySet, parts: list[Part], elsewhere: Grants) -> list[int]:
    """
    Return for each part how many users it doesn't affect, because they hold all of it by other permission types too.

    These users are counted because they are few, while the affected users are many.
    """
    held = {(holding.right, holding.path) for _name, _given, part in parts for holding in part}
    counts = {
        f"part_{number}": Count("pk", filter=Q(is_superuser=True) | all_held(part, elsewhere))
        for number, (_name, _given, part) in enumerate(parts)
    }
    counted = users.filter(holding_any(held, elsewhere)).aggregate(**counts) if parts else {}
    return [counted[name] for name in counts]


def differences(before: Holdings, after: Holdings, matrix: Matrix) -> Iterator[Part]:
    """Yield the given and the taken holdings of each box, in the order of the matrix."""
    for name in BOXES:
        old, new = matrix.of_box(name, before), matrix.of_box(name, after)
        for given, part, other in ((True, new, old), (False, old, new)):
            missing = Holdings(h for h in part if not other.covers(h.right, h.path))
            if missing:
                yield name, given, missing


def all_held(part: Holdings, grants: Grants) -> Q:
    """Return a filter for users who hold all of the part by these permission types or directly."""
    held = Q()
    for holding in part:
        held &= holders(grants, holding.right, holding.path)
    return held
