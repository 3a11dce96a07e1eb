"""Changes of rights: each is checked again under lock, and is one transaction with its audit event."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import TextChoices

from accounts import policy
from accounts.models import User
from accounts.policy import Refusal
from accounts.policy.holdings import Holdings
from accounts.policy.rights import Right, opens_admin_site
from audit import log
from audit.kinds import Kind

from .grants import Grants
from .refusals import AnyRefusal, ChangeRefusal


class NotAllowed(PermissionDenied):
    """
    A change is refused, and nothing has changed. A view that lets it through answers 403 with the sentence.

    refusal: why; usually a ChangeRefusal. facts: values for the placeholders in the sentence of the refusal.
    """

    def __init__(self, refusal: TextChoices, **facts: object) -> None:
        self.refusal = refusal
        self.sentence = str(refusal.label % facts) if facts else str(refusal.label)
        super().__init__(self.sentence)


def set_permission_types(
    *, actor: User, user: User, types: Collection[Group], seen: Collection[int] | None = None
) -> None:
    """
    Give a user these permission types, and open the admin site if one of their rights needs it.

    seen: the ids of the types that the user held when the page was made, so that only what the actor changed there is
    given or taken; None gives exactly these types. Raise NotAllowed if the actor does not hold the right for the
    user's department, if the user is the actor or holds more than the actor, or if a type that is given or taken
    reaches further than the actor.
    """
    with log.recording():
        actor, user = lock_users(actor, user)
        before = set(user.groups.all())
        asked = {group.pk for group in types}
        if seen is not None:
            asked = {group.pk for group in before} - (set(seen) - asked) | (asked - set(seen))
        wanted = set(lock_rows(Group.objects.filter(pk__in=asked)))
        grants = Grants.read()
        change = TypeChange(user, before, wanted, policy.holdings_held_directly([user])[user.pk])
        require(why_not_change_types(actor, change, grants))
        store_permission_types(actor, [change], grants)


@dataclass(frozen=True, slots=True)
class TypeChange:
    """The permission types of a user before and after a change. directly: what the user holds without any type."""

    user: User
    before: set[Group]
    after: set[Group]
    directly: Holdings

    def opens_admin_site(self, grants: Grants) -> bool:
        """Return whether the user may open the admin site after the change."""
        held = grants.together(self.after) | self.directly
        return self.user.is_superuser or opens_admin_site(holding.right for holding in held)


def why_not_change_types(actor: User, change: TypeChange, grants: Grants) -> AnyRefusal | None:
    """Return why the actor may not give and take these permission types; None if they may."""
    refused: AnyRefusal | None = why_not_assign(actor, change.user)
    for group in change.before ^ change.after:
        refused = refused or why_not_hand_out(actor, grants.of(group))
    if refused is None and change.opens_admin_site(grants) and not (actor.is_staff or actor.is_superuser):
        return ChangeRefusal.TYPE_OPENS_ADMIN_SITE
    return refused


def store_permission_types(actor: User, changes: Iterable[TypeChange], grants: Grants, **more: Any) -> None:
    """
    Store and record which permission types these users hold; a change without a difference is left out.

    The caller has locked the users and asked `why_not_change_types`. more: what the detail of each event says as well.
    """
    membership = User.groups.through
    given, taken, staff = [], defaultdict(list), defaultdict(list)
    for change in changes:
        user, is_staff = change.user, change.opens_admin_site(grants)
        if (change.before, user.is_staff) == (change.after, is_staff):
            continue
        given += [membership(user_id=user.pk, group_id=group.pk) for group in change.after - change.before]
        for group in change.before - change.after:
            taken[group.pk].append(user.pk)
        if user.is_staff != is_staff:
            staff[is_staff].append(user.pk)
        detail = {
            "before": sorted(group.name for group in change.before),
            "after": sorted(group.name for group in change.after),
            "admin_site_before": user.is_staff,
            "admin_site_after": is_staff,
        }
        log.record(
            Kind.PERMISSION_TYPE_ASSIGNED, actor=actor.as_person(), target=user.as_person(), detail=detail | more
        )
    membership.objects.bulk_create(given, batch_size=500)
    for group_id, users in taken.items():
        membership.objects.filter(group=group_id, user__in=users).delete()
    for is_staff, users in staff.items():
        User.objects.filter(pk__in=users).update(is_staff=is_staff)


def why_not_assign(actor: User, user: User) -> AnyRefusal | None:
    """Return why the actor may not change which permission types the user holds; None if they may."""
    if not policy.reaches(actor, Right.MANAGE_PERMISSION_TYPES, user):
        return ChangeRefusal.NO_RIGHT_TO_ASSIGN
    return why_not_manage(actor, user)


def why_not_manage(actor: User, user: User) -> Refusal | None:
    """Return why the actor may not change a user's rights or sign-in: it is their own, or the user holds more."""
    if actor.pk == user.pk:
        return Refusal.SELF
    if user.is_superuser and actor.is_superuser:
        return None
    return policy.beyond(policy.standing(actor), policy.standing(user))


def why_not_hand_out(actor: User, held: Holdings) -> ChangeRefusal | None:
    """Return why the actor may neither give nor take a permission type with these rights; None if they may."""
    if actor.is_superuser or held.all_covered_by(policy.holdings(actor)):
        return None
    return ChangeRefusal.TYPE_HOLDS_MORE


def set_protected(*, actor: User, user: User, protected: bool) -> None:
    """Protect an account, or lift its protection. Raise NotAllowed if the actor may not."""
    with log.recording():
        actor, user = lock_users(actor, user)
        require(why_not_protect(actor, user))
        if user.is_protected == protected:
            return
        User.objects.filter(pk=user.pk).update(is_protected=protected)
        log.record(
            Kind.USER_PROTECTION_CHANGED,
            actor=actor.as_person(),
            target=user.as_person(),
            detail={"before": not protected, "after": protected},
        )


def why_not_protect(actor: User, user: User) -> AnyRefusal | None:
    """
    Return why the actor may not protect the account or lift its protection; None if they may.

    Lifting opens the account to others, so it takes the right to log in on behalf of protected accounts as well.
    """
    if not policy.reaches(actor, Right.PROTECT_PEOPLE, user):
        return ChangeRefusal.NO_RIGHT_TO_PROTECT
    return why_not_manage(actor, user)


def why_not_edit_settings(actor: User) -> ChangeRefusal | None:
    """Return why the actor may not change the settings of the company; None if they may."""
    return None if policy.holds(actor, Right.MANAGE_SETTINGS) else ChangeRefusal.NO_RIGHT_TO_EDIT_SETTINGS


def require(refusal: TextChoices | None, **facts: object) -> None:
    """Raise NotAllowed if there is a refusal; facts: values for the placeholders in its sentence."""
    if refusal is not None:
        raise NotAllowed(refusal, **facts)


def lock_users(*users: User) -> list[User]:
    """
    Lock these users until the transaction ends, and return them in this order, read again with what the rules need.

    Raise NotAllowed if one of them no longer exists.
    """
    ids = [user.pk for user in users]
    by_id = lock_users_by_id(ids)
    if len(by_id) < len(set(ids)):
        raise NotAllowed(ChangeRefusal.USER_GONE)
    return [by_id[pk] for pk in ids]


def lock_users_by_id(ids: Collection[int]) -> dict[int, User]:
    """Lock the users with these ids until the transaction ends, and return those that exist, as `lock_users` does."""
    return {user.pk: user for user in lock_rows(User.objects.filter(pk__in=ids).with_standing())}


def lock_rows(rows):
    """Lock rows until the transaction ends, and return them; ordered by id, so that no deadlock is possible."""
    rows = rows.order_by("pk")
    if connection.features.has_select_for_update:
        rows = rows.select_for_update(no_key=True, of=("self",))
    return list(rows)
