"""What a change of a permission type does to the people who hold it, said before it is saved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.auth.models import Group
from django.db.models import Count, Q

from .grants import Grants
from .held_rights import COMPANY_WIDE, Holdings
from .models import Department, User
from .permission_actions import needs_admin_site
from .permission_matrix import BOXES, Matrix, label
from .reach import holders
from .rights import opens_admin_site


@dataclass(slots=True)
class Change:
    """
    One box's rights that are given or taken.

    places: department names, none where company-wide. people: how many active holders it makes a difference to;
    the others hold the same by another permission type, or own the platform.
    """

    label: str
    is_given: bool
    places: list[str]
    people: int = 0


@dataclass(slots=True)
class Preview:
    """All that changes. holders: how many active people hold the permission type."""

    holders: int
    changes: list[Change]
    opened: int = 0
    closed: int = 0


def preview(permission_type: Group | None, before: Holdings, after: Holdings, matrix: Matrix) -> Preview:
    """What becomes different, and for how many people; one statement counts them all."""
    parts = list(differences(before, after, matrix))
    paths = {holding.path for _name, _given, part in parts for holding in part}
    names = dict(Department.objects.filter(path__in=paths).order_by("path").values_list("path", "name"))
    changes = [
        Change(label(BOXES[name]), given, [names[path] for path in sorted({h.path for h in part} - {COMPANY_WIDE})])
        for name, given, part in parts
    ]
    if permission_type is None:
        return Preview(0, changes)
    elsewhere = Grants.read()
    elsewhere.pop(permission_type.pk, None)
    counts = {
        str(number): Count("pk", filter=~(Q(is_superuser=True) | all_held(part, elsewhere)))
        for number, (_name, _given, part) in enumerate(parts)
    }
    people = User.objects.filter(groups=permission_type, is_active=True).order_by()
    counted = people.aggregate(holders=Count("pk"), **{f"change_{key}": value for key, value in counts.items()})
    for number, change in enumerate(changes):
        change.people = counted[f"change_{number}"]
    result = Preview(counted["holders"], changes)
    opens, opened = (opens_admin_site(h.right for h in held) for held in (after, before))
    if opens and not opened:
        result.opened = people.filter(is_staff=False).count()
    elif opened and not opens:
        result.closed = people.filter(is_staff=True).exclude(needs_admin_site(elsewhere)).count()
    return result


def differences(before: Holdings, after: Holdings, matrix: Matrix) -> Iterator[tuple[str, bool, Holdings]]:
    """Each box with what it gives and with what it takes, in the order of the matrix."""
    for name in BOXES:
        old, new = matrix.of_box(name, before), matrix.of_box(name, after)
        for given, part, other in ((True, new, old), (False, old, new)):
            missing = Holdings(h for h in part if not other.covers(h.right, h.path))
            if missing:
                yield name, given, missing


def all_held(part: Holdings, grants: Grants) -> Q:
    """Those who hold all of it by one of these permission types or directly."""
    held = Q()
    for holding in part:
        held &= holders(grants, holding.right, holding.path)
    return held
