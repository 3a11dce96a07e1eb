"""Changes of permission types and of the company's settings: within the rights of the actor, and recorded."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db.models import Exists, OuterRef, Q

from accounts import policy
from accounts.authorization.changes import (
    NotAllowed,
    lock_rows,
    lock_users,
    require,
    why_not_edit_settings,
    why_not_hand_out,
)
from accounts.authorization.grants import Grants
from accounts.authorization.reach import above, members
from accounts.authorization.refusals import ChangeRefusal
from accounts.models import Department, DepartmentGroupPermission, Organisation, PermissionType, User
from accounts.policy.holdings import Holdings
from accounts.policy.rights import Right, opens_admin_site
from audit import log
from audit.context import Person
from audit.kinds import Kind

from . import shipped
from .matrix import Matrix


def why_not_create_type(actor: User) -> ChangeRefusal | None:
    """Return why the actor may edit no permission type; None if they may, in one department at least."""
    if not policy.holds_anywhere(actor, Right.MANAGE_PERMISSION_TYPES):
        return ChangeRefusal.NO_RIGHT_TO_EDIT_TYPES
    return None


def why_not_edit_type(actor: User, permission_type: Group, grants: Grants) -> ChangeRefusal | None:
    """Return why the actor may not change or delete the permission type; None if they may."""
    refused = why_not_create_type(actor) or why_not_set_rights(actor, grants.of(permission_type))
    if refused or actor.is_superuser:
        return refused
    users = User.objects.filter(groups=permission_type)
    if users.filter(pk=actor.pk).exists():
        return ChangeRefusal.TYPE_IS_OWN
    if not policy.holds(actor, Right.MANAGE_PERMISSION_TYPES):
        within = policy.in_scope(actor, Right.MANAGE_PERMISSION_TYPES)
        if users.exclude(within).exists():
            return ChangeRefusal.HOLDER_OUT_OF_SCOPE
    if users.filter(above(actor, grants)).exists():
        return ChangeRefusal.HOLDER_HOLDS_MORE
    return None


def why_not_set_rights(actor: User, held: Holdings) -> ChangeRefusal | None:
    """Return why the actor may not give a permission type these rights; None if they may."""
    refused = why_not_hand_out(actor, held)
    if refused or actor.is_superuser:
        return refused
    mine = policy.holdings(actor)
    if not all(mine.covers(Right.MANAGE_PERMISSION_TYPES, holding.path) for holding in held):
        return ChangeRefusal.RIGHTS_OUT_OF_SCOPE
    if opens_admin_site(holding.right for holding in held) and not actor.is_staff:
        return ChangeRefusal.TYPE_OPENS_ADMIN_SITE
    return None


def save_permission_type(
    *, actor: User, permission_type: Group | None, name: str, held: Holdings, seen: str
) -> PermissionType:
    """
    Create or change a permission type, and open or close the admin site for its holders.

    seen: the `fingerprint` of what was shown when the change was confirmed. Raise NotAllowed if the actor may not, or
    if the permission type has changed since.
    """
    with log.recording():
        [actor] = lock_users(actor)
        if permission_type is None:
            require(why_not_create_type(actor))
            changed, kind, before_name = PermissionType(name=name), Kind.PERMISSION_TYPE_CREATED, ""
            before = Holdings()
        else:
            changed, grants = relocked(permission_type), Grants.read()
            require(why_not_edit_type(actor, changed, grants))
            before, before_name, kind = grants.of(changed), changed.name, Kind.PERMISSION_TYPE_CHANGED
            if fingerprint(before_name, before) != seen:
                raise NotAllowed(ChangeRefusal.TYPE_CHANGED)
        require(why_not_set_rights(actor, held))
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


def create_usual_types(*, actor: User) -> list[Group]:
    """
    Create the permission types of a new installation that are missing, and return them.

    Raise NotAllowed if the actor may not create each of them, or if none is missing.
    """
    with log.recording():
        [actor] = lock_users(actor)
        require(why_not_create_type(actor))
        created = shipped.ship()
        if not created:
            raise NotAllowed(ChangeRefusal.USUAL_TYPES_EXIST)
        grants = Grants.read(*created)
        for permission_type in created:
            require(why_not_set_rights(actor, grants.of(permission_type)))
        record_created(created, grants, actor=actor.as_person())
    return created


def create_types_of_first_owner() -> list[Group]:
    """Create the permission types of a new installation that are missing; a command does it, and nobody acts."""
    with log.recording():
        created = shipped.ship()
        if created:
            record_created(created, Grants.read(*created), actor=None)
    return created


def record_created(created: list[Group], grants: Grants, *, actor: Person | None) -> None:
    """Record new permission types with the rights that each has for the whole company."""
    for permission_type in created:
        detail = {
            "permission_type": permission_type.pk,
            "name_before": "",
            "name_after": permission_type.name,
            "before": [],
            "after": in_words(grants.of(permission_type), {}),
        }
        log.record(Kind.PERMISSION_TYPE_CREATED, actor=actor, detail=detail)


def delete_permission_type(*, actor: User, permission_type: Group) -> None:
    """Delete a permission type that nobody holds. Raise NotAllowed if the actor may not, or if somebody holds it."""
    with log.recording():
        [actor] = lock_users(actor)
        group, grants = relocked(permission_type), Grants.read()
        require(why_not_delete_type(actor, group, grants), count=count_holders(group))
        held = grants.of(group)
        places = dict(Department.objects.filter(path__in={h.path for h in held}).values_list("path", "name"))
        detail = {"permission_type": group.pk, "name_before": group.name, "before": in_words(held, places)}
        group.delete()
        log.record(Kind.PERMISSION_TYPE_DELETED, actor=actor.as_person(), detail=detail)


def why_not_delete_type(actor: User, permission_type: Group, grants: Grants) -> ChangeRefusal | None:
    """Return why the actor may not delete the permission type; None if they may. Its sentence needs the `count`."""
    refused = why_not_edit_type(actor, permission_type, grants)
    if refused is None and is_held(permission_type):
        return ChangeRefusal.TYPE_IS_HELD
    return refused


def is_held(permission_type: Group) -> bool:
    """Return whether somebody holds the permission type, active or not."""
    return User.objects.filter(groups=permission_type).exists()


def count_holders(permission_type: Group) -> int:
    """Count the users who hold the permission type."""
    return User.objects.filter(groups=permission_type).count()


def relocked(permission_type: Group) -> PermissionType:
    """Lock the permission type until the transaction ends, and return it. Raise NotAllowed if it no longer exists."""
    found = lock_rows(PermissionType.objects.filter(pk=permission_type.pk))
    if not found:
        raise NotAllowed(ChangeRefusal.TYPE_GONE)
    return found[0]


def write(permission_type: PermissionType, held: Holdings) -> None:
    """Store the rights of the permission type; the caller has refused rights that can't be held for departments."""
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
    """Return the users who hold a right that needs the admin site, and superusers."""
    opening = [group for group, held in grants.items() if opens_admin_site(holding.right for holding in held)]
    elsewhere = Permission.objects.exclude(content_type__app_label="accounts")
    direct = User.user_permissions.through.objects.filter(user=OuterRef("pk"), permission__in=elsewhere)
    return Q(is_superuser=True) | members(opening) | Q(Exists(direct))


def open_admin_site_where_needed(permission_type: Group) -> None:
    """Let the holders of the permission type into the admin site if one of their rights needs it."""
    needed = needs_admin_site(Grants.read())
    users = User.objects.filter(groups=permission_type)
    users.filter(needed, is_staff=False).update(is_staff=True)
    users.exclude(needed).filter(is_staff=True).update(is_staff=False)


def in_words(held: Holdings, places: dict[str, str]) -> list[str]:
    """Return the holdings for the audit log: each right, with its department unless it is company-wide."""
    return sorted(f"{h.right} ({places[h.path]})" if h.path else h.right for h in held)


def fingerprint(name: str, held: Holdings) -> str:
    """Return a hash of the permission type, so that nobody confirms a change of another version than they saw."""
    text = "\n".join([name, *sorted(f"{holding.right}:{holding.path}" for holding in held)])
    return hashlib.sha256(text.encode()).hexdigest()


def change_settings(*, actor: User, values: dict[str, Any], seen: str | None = None) -> bool:
    """
    Store which of the company's rules are different, and return whether any is. They hold from the next request on.

    values: by column of COMPANY_RULES; others stay. seen: the `settings_fingerprint` that the form was made from; None
    compares nothing. Raise NotAllowed if the actor may not, or if the settings have changed since.
    """
    with log.recording():
        [actor] = lock_users(actor)
        require(why_not_edit_settings(actor))
        Organisation.objects.get_or_create(pk=1)
        [organisation] = lock_rows(Organisation.objects.filter(pk=1))
        if seen not in (None, settings_fingerprint(organisation)):
            raise NotAllowed(ChangeRefusal.SETTINGS_CHANGED)
        stored = organisation.stored_rules()
        after = {name: value for name, value in values.items() if stored[name] != value}
        if after:
            Organisation.objects.filter(pk=1).update(**after)
            detail = {"before": {name: stored[name] for name in after}, "after": after}
            log.record(Kind.SETTINGS_CHANGED, actor=actor.as_person(), detail=detail)
    return bool(after)


def settings_fingerprint(organisation: Organisation) -> str:
    """Return a hash of the company's settings, so that nobody overwrites a change that they have not seen."""
    return hashlib.sha256(json.dumps(organisation.stored_rules()).encode()).hexdigest()
