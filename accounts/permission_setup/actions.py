"""Creating, changing and deleting permission types: within the editor's own rights and scope, and on the record."""

from __future__ import annotations

import hashlib

from django.contrib.auth.models import Group, Permission
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import policy
from accounts.authorization.changes import NotAllowed, lock, locked, may_hand_out, require
from accounts.authorization.grants import Grants
from accounts.authorization.reach import above, members
from accounts.models import Department, DepartmentGroupPermission, PermissionType, User
from accounts.policy.holdings import Holdings
from accounts.policy.rights import Right, opens_admin_site
from audit import log
from audit.kinds import Kind

from .matrix import Matrix


def may_create(actor: User) -> str:
    if not policy.holds_anywhere(actor, Right.MANAGE_PERMISSION_TYPES):
        return _("You don't hold the right to edit permission types.")
    return ""


def may_edit(actor: User, permission_type: Group, grants: Grants) -> str:
    """Why the actor may not change or delete the permission type; "" where they may."""
    sentence = may_create(actor) or may_set(actor, grants.of(permission_type))
    if sentence or actor.is_superuser:
        return sentence
    people = User.objects.filter(groups=permission_type)
    if people.filter(pk=actor.pk).exists():
        return _("You hold this permission type yourself: somebody else has to change it.")
    if not policy.holds(actor, Right.MANAGE_PERMISSION_TYPES):
        within = policy.in_scope(actor, Right.MANAGE_PERMISSION_TYPES)
        if people.exclude(within).exists():
            return _("Somebody outside your departments holds this permission type.")
    if people.filter(above(actor, grants)).exists():
        return _("Somebody who holds more than you holds this permission type.")
    return ""


def may_set(actor: User, held: Holdings) -> str:
    """Why the actor may not have a permission type hold this; "" where they may."""
    sentence = may_hand_out(actor, held)
    if sentence or actor.is_superuser:
        return sentence
    mine = policy.holdings(actor)
    if not all(mine.covers(Right.MANAGE_PERMISSION_TYPES, holding.path) for holding in held):
        return _("This reaches further than your right to edit permission types.")
    if opens_admin_site(holding.right for holding in held) and not actor.is_staff:
        return _("This permission type opens the administration site, which is closed to you.")
    return ""


def save_permission_type(
    *, actor: User, permission_type: Group | None, name: str, held: Holdings, seen: str
) -> PermissionType:
    """
    Create or change a permission type, and open or close the admin site for whoever holds it.

    seen: the `fingerprint` of what was shown when the change was confirmed. Raises NotAllowed where the actor may
    not, or where the permission type has changed since.
    """
    with log.recording():
        [actor] = locked(actor)
        if permission_type is None:
            require(may_create(actor))
            changed, kind, before_name = PermissionType(name=name), Kind.PERMISSION_TYPE_CREATED, ""
            before = Holdings()
        else:
            changed, grants = relocked(permission_type), Grants.read()
            require(may_edit(actor, changed, grants))
            before, before_name, kind = grants.of(changed), changed.name, Kind.PERMISSION_TYPE_CHANGED
            if fingerprint(before_name, before) != seen:
                raise NotAllowed(_("This permission type was changed meanwhile. Please look at it again."))
        require(may_set(actor, held))
        if (before_name, before) == (name, held) and permission_type is not None:
            return changed
        changed.name = name
        changed.save()
        write(changed, held)
        if opens_admin_site(holding.right for holding in before) != opens_admin_site(holding.right for holding in held):
            open_admin_site_where_needed(changed)
        paths = {holding.path for holding in before | held}
        places = dict(Department.objects.filter(path__in=paths).values_list("path", "name"))
        detail = {
            "permission_type": changed.pk,
            "name_before": before_name,
            "name_after": name,
            "before": in_words(before, places),
            "after": in_words(held, places),
        }
        log.record(kind, actor=actor.as_person(), detail=detail)
    return changed


def delete_permission_type(*, actor: User, permission_type: Group) -> None:
    """Delete a permission type that nobody holds; raises NotAllowed where the actor may not, or somebody does."""
    with log.recording():
        [actor] = locked(actor)
        group, grants = relocked(permission_type), Grants.read()
        require(may_delete(actor, group, grants))
        held = grants.of(group)
        places = dict(Department.objects.filter(path__in={h.path for h in held}).values_list("path", "name"))
        detail = {"permission_type": group.pk, "name_before": group.name, "before": in_words(held, places)}
        group.delete()
        log.record(Kind.PERMISSION_TYPE_DELETED, actor=actor.as_person(), detail=detail)


def may_delete(actor: User, permission_type: Group, grants: Grants) -> str:
    """Why the actor may not delete the permission type; "" where they may."""
    sentence = may_edit(actor, permission_type, grants)
    count = 0 if sentence else User.objects.filter(groups=permission_type).count()
    if not count:
        return sentence
    return ngettext(
        "%(count)s person holds this permission type. Take it from them first.",
        "%(count)s people hold this permission type. Take it from them first.",
        count,
    ) % {"count": count}


def relocked(permission_type: Group) -> PermissionType:
    found = lock(PermissionType.objects.filter(pk=permission_type.pk))
    if not found:
        raise NotAllowed(_("This permission type no longer exists."))
    return found[0]


def write(permission_type: PermissionType, held: Holdings) -> None:
    """Store what the permission type holds; rights that it may not hold for departments are never among those."""
    ids = Matrix().ids
    permission_type.permissions.set(ids[holding.right] for holding in held if not holding.path)
    departments = dict(Department.objects.filter(path__in={h.path for h in held}).values_list("path", "pk"))
    wanted = {(ids[holding.right], departments[holding.path]) for holding in held if holding.path}
    stored = DepartmentGroupPermission.objects.filter(group=permission_type)
    kept = set()
    for pk, *grant in stored.values_list("pk", "permission", "content_object"):
        if tuple(grant) not in wanted:
            stored.filter(pk=pk).delete()
        kept.add(tuple(grant))
    DepartmentGroupPermission.objects.bulk_create(
        DepartmentGroupPermission(group=permission_type, permission_id=permission, content_object_id=department)
        for permission, department in sorted(wanted - kept)
    )


def needs_admin_site(grants: Grants) -> Q:
    """Those who hold a right that is exercised on the admin site, and superusers."""
    opening = [group for group, held in grants.items() if opens_admin_site(holding.right for holding in held)]
    elsewhere = Permission.objects.exclude(content_type__app_label="accounts")
    direct = User.user_permissions.through.objects.filter(user=OuterRef("pk"), permission__in=elsewhere)
    return Q(is_superuser=True) | members(opening) | Q(Exists(direct))


def open_admin_site_where_needed(permission_type: Group) -> None:
    """Let holders of the permission type into the admin site where one of their rights needs it; no others."""
    needed = needs_admin_site(Grants.read())
    people = User.objects.filter(groups=permission_type)
    people.filter(needed, is_staff=False).update(is_staff=True)
    people.exclude(needed).filter(is_staff=True).update(is_staff=False)


def in_words(held: Holdings, places: dict[str, str]) -> list[str]:
    """What is held as the log keeps it: the right, and the department where it is not company-wide."""
    return sorted(f"{h.right} ({places[h.path]})" if h.path else h.right for h in held)


def fingerprint(name: str, held: Holdings) -> str:
    """What a permission type was when somebody looked at it, so that nobody confirms what they did not see."""
    text = "\n".join([name, *sorted(f"{holding.right}:{holding.path}" for holding in held)])
    return hashlib.sha256(text.encode()).hexdigest()
