"""The permission types of a new installation, which Permission setup can change afterwards."""

from __future__ import annotations

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q

from accounts.models import Department, DepartmentGroupPermission, PermissionType
from accounts.policy.rights import DUTIES, Right

SUPPORT = (
    Right.SEE_PEOPLE,
    Right.CREATE_PEOPLE,
    Right.EDIT_PEOPLE,
    Right.DEACTIVATE_PEOPLE,
    Right.ACT_ON_BEHALF,
    Right.LOOK_ONLY_ON_BEHALF,
    Right.CHECK_ACCESS,
    Right.HELP_WITH_RESULTS,
    Right.SEE_PROGRESS,
    Right.KNOW_DRAFTS,
)
# Named as text, not imported, because the apps that declare these rights are above this app.
AUDIT = ("audit.view_auditevent", "audit.export_auditevent")
EVERYTHING_OF_LEARNING = "learning.*"
REVIEW = "impersonation.review_assumedsession"
ASSUMED_SESSIONS = ("impersonation.view_assumedsession", "impersonation.end_assumedsession", REVIEW)

SHIPPED: dict[str, tuple[str, ...]] = {
    "Owner": (*(right for right in Right if right not in DUTIES), *AUDIT, *ASSUMED_SESSIONS, EVERYTHING_OF_LEARNING),
    "Support": SUPPORT,
    "Manager": (Right.SEE_PEOPLE, Right.SEE_PROGRESS),
    # Numbers of the whole company, and no names: these need the right to see people as well.
    "Content creator": (EVERYTHING_OF_LEARNING, Right.SEE_PROGRESS),
    "Auditor": (*AUDIT, REVIEW),
    "User": (),
}


@transaction.atomic
def ship() -> list[Group]:
    """Create the missing permission types, and return them. An existing one is not changed."""
    created = []
    for name, rights in SHIPPED.items():
        permission_type, is_new = PermissionType.objects.get_or_create(name=name)
        if is_new:
            permission_type.permissions.set(permissions(rights))
            created.append(permission_type)
    return created


@transaction.atomic
def ship_scoped(name: str, rights: tuple[str, ...], department: Department) -> Group:
    """Return the permission type of this name; create a missing one with rights for the department and all below it."""
    permission_type, is_new = PermissionType.objects.get_or_create(name=name)
    if is_new:
        DepartmentGroupPermission.objects.bulk_create(
            DepartmentGroupPermission(group=permission_type, permission=permission, content_object=department)
            for permission in permissions(rights)
        )
    return permission_type


def permissions(rights: tuple[str, ...]) -> list[Permission]:
    """Return the stored permissions that these rights name; "app.*" means all permissions that the app has now."""
    wanted = Q(pk__in=())
    for right in rights:
        app, _dot, codename = str(right).partition(".")
        named = Q() if codename == "*" else Q(codename=codename)
        wanted |= Q(content_type__app_label=app) & named
    return list(Permission.objects.filter(wanted))
