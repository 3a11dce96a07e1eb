"""Who gives rights to whom: each change is asked again under lock, and is one transaction with its audit event."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.auth.models import Group
from django.db import connection
from django.utils.translation import gettext as _

from accounts import policy
from accounts.models import Organisation, User
from accounts.policy import Refusal
from accounts.policy.holdings import Holdings
from accounts.policy.rights import Right, opens_admin_site
from audit import log
from audit.kinds import Kind

from .grants import Grants


class NotAllowed(Exception):
    """The change is refused, and nothing has changed; `sentence` says why."""

    def __init__(self, sentence: str):
        super().__init__(sentence)
        self.sentence = str(sentence)


def set_permission_types(
    *, actor: User, person: User, types: Collection[Group], seen: Collection[int] | None = None
) -> None:
    """
    Give a person these permission types, and with them the admin site where one of their rights needs it.

    seen: the ids of the types that the person held when the page was made, so that only what the actor changed there is
    given or taken; None gives exactly these types. Raises NotAllowed where the actor may not: without the right to for
    this person's department, for oneself, for somebody who is or would be above the actor, and for a type, given or
    taken, that reaches further than the actor.
    """
    with log.recording():
        actor, person = locked(actor, person)
        before = set(person.groups.all())
        asked = {group.pk for group in types}
        if seen is not None:
            asked = {group.pk for group in before} - (set(seen) - asked) | (asked - set(seen))
        wanted = set(lock(Group.objects.filter(pk__in=asked)))
        grants = Grants.read()
        require(may_assign(actor, person))
        for group in before ^ wanted:
            require(may_hand_out(actor, grants.of(group)))
        held = grants.together(wanted) | policy.holdings_held_directly(person)
        staff = person.is_superuser or opens_admin_site(holding.right for holding in held)
        if staff and not (actor.is_staff or actor.is_superuser):
            raise NotAllowed(_("This permission type opens the administration site, which is closed to you."))
        if (before, person.is_staff) == (wanted, staff):
            return
        detail = {
            "before": sorted(group.name for group in before),
            "after": sorted(group.name for group in wanted),
            "admin_site_before": person.is_staff,
            "admin_site_after": staff,
        }
        person.groups.set(wanted)
        User.objects.filter(pk=person.pk).update(is_staff=staff)
        log.record(Kind.PERMISSION_TYPE_ASSIGNED, actor=actor.as_person(), target=person.as_person(), detail=detail)


def may_assign(actor: User, person: User) -> str:
    """Why the actor may not change which permission types the person holds; "" where they may."""
    if not policy.reaches(actor, Right.MANAGE_PERMISSION_TYPES, person):
        return _("You don't hold the right to assign permission types to this person.")
    return above(actor, person)


def above(actor: User, person: User) -> str:
    """Why the actor may not change what the person may do, being no more than their equal; "" where they may."""
    if actor.pk == person.pk:
        return str(Refusal.SELF.label)
    if person.is_superuser and actor.is_superuser:
        return ""
    refused = policy.beyond(policy.standing(actor), policy.standing(person))
    return str(refused.label) if refused else ""


def may_hand_out(actor: User, held: Holdings) -> str:
    """Why the actor may neither give nor take rights that reach so far; "" where they may."""
    if actor.is_superuser or held.all_covered_by(policy.holdings(actor)):
        return ""
    return _("A permission type with rights that you don't hold yourself can't be given or taken by you.")


def set_protected(*, actor: User, person: User, protected: bool) -> None:
    """Mark an account as protected, or no longer; raises NotAllowed where the actor may not."""
    with log.recording():
        actor, person = locked(actor, person)
        require(may_protect(actor, person))
        if person.is_protected == protected:
            return
        User.objects.filter(pk=person.pk).update(is_protected=protected)
        log.record(
            Kind.USER_PROTECTION_CHANGED,
            actor=actor.as_person(),
            target=person.as_person(),
            detail={"before": not protected, "after": protected},
        )


def may_protect(actor: User, person: User) -> str:
    """
    Why the actor may not protect the account or lift its protection; "" where they may.

    Lifting opens the account to others, so it takes the right to log in on behalf of protected accounts as well.
    """
    if not policy.reaches(actor, Right.PROTECT_PEOPLE, person):
        return _("You don't hold the right to protect this account.")
    return above(actor, person)


def set_login_as_enabled(*, actor: User, enabled: bool) -> None:
    """Switch Login as User on or off for the company; raises NotAllowed where the actor may not."""
    with log.recording():
        [actor] = locked(actor)
        if not policy.holds(actor, Right.MANAGE_SETTINGS):
            raise NotAllowed(_("You don't hold the right to edit settings."))
        organisation, _created = Organisation.objects.get_or_create(pk=1)
        if organisation.login_as_enabled == enabled:
            return
        Organisation.objects.filter(pk=1).update(login_as_enabled=enabled)
        log.record(
            Kind.SETTINGS_CHANGED,
            actor=actor.as_person(),
            detail={"login_as_enabled_before": not enabled, "login_as_enabled_after": enabled},
        )


def require(sentence: str) -> None:
    """Raise NotAllowed where there is a sentence that says why not."""
    if sentence:
        raise NotAllowed(sentence)


def locked(*people: User) -> list[User]:
    """These people in this order, read anew with what the rules need, and locked until the transaction ends."""
    ids = [person.pk for person in people]
    found = lock(User.objects.filter(pk__in=ids).with_standing())
    by_id = {person.pk: person for person in found}
    if len(by_id) < len(set(ids)):
        raise NotAllowed(_("This account no longer exists."))
    return [by_id[pk] for pk in ids]


def lock(rows):
    """Rows that stay as they are until the transaction ends; always by id first, so that nobody waits in a circle."""
    rows = rows.order_by("pk")
    if connection.features.has_select_for_update:
        rows = rows.select_for_update(no_key=True, of=("self",))
    return list(rows)
