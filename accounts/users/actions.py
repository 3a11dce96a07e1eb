"""Changes of users: each is checked again under lock, and is one transaction with its audit event."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from accounts import policy
from accounts.authorization.changes import lock_users, require, why_not_manage
from accounts.authorization.refusals import AnyRefusal, ChangeRefusal
from accounts.models import Department, User, mails
from accounts.models.email_addresses import store_email_addresses
from accounts.policy.rights import Right
from audit import log
from audit.kinds import Kind

PREFERENCES = ("language", "time_zone")
EDITED = ("first_name", "last_name", "email", "department", "job_profile", *PREFERENCES)


class ChangedMeanwhile(Exception):
    """Somebody else changed the user after the form was shown; nothing of the form is stored."""


def why_not_create_user(actor: User) -> ChangeRefusal | None:
    """Return why the actor may create nobody; None if they may, in one department at least."""
    return None if policy.holds_anywhere(actor, Right.CREATE_PEOPLE) else ChangeRefusal.NO_RIGHT_TO_CREATE


def why_not_edit_user(actor: User, user: User) -> AnyRefusal | None:
    """
    Return why the actor may not edit the user; None if they may.

    An actor who changes an email address can sign in with it, so the user must hold nothing that the actor lacks.
    """
    if not policy.reaches(actor, Right.EDIT_PEOPLE, user):
        return ChangeRefusal.NO_RIGHT_TO_EDIT
    return why_not_manage(actor, user)


def why_not_change_status(actor: User, user: User) -> AnyRefusal | None:
    """Return why the actor may neither deactivate nor reactivate the user; None if they may."""
    if not policy.reaches(actor, Right.DEACTIVATE_PEOPLE, user):
        return ChangeRefusal.NO_RIGHT_TO_CHANGE_STATUS
    return why_not_manage(actor, user)


def why_not_use_department(actor: User, right: Right, department: Department | None) -> ChangeRefusal | None:
    """Return why the actor may not put somebody into the department, or into none; None if they may."""
    if policy.holds(actor, right, department):
        return None
    return ChangeRefusal.DEPARTMENT_MISSING if department is None else ChangeRefusal.DEPARTMENT_OUT_OF_SCOPE


def create_user(*, actor: User, values: dict[str, Any]) -> User:
    """
    Store a new user, who signs in only once they have set a password of their own.

    values: a value for each of EDITED. Raise NotAllowed if the actor may not create users in that department, and
    IntegrityError if the email address is taken.
    """
    with log.recording():
        [actor] = lock_users(actor)
        require(why_not_create_user(actor))
        require(why_not_use_department(actor, Right.CREATE_PEOPLE, values["department"]))
        user = User.objects.create_user(**values)
        after = said(user)
        log.record(Kind.USER_CREATED, actor=actor.as_person(), target=user.as_person(), detail={"after": after})
    return user


def edit_user(*, actor: User, user: User, values: dict[str, Any], seen: str) -> bool:
    """
    Store what is different, and return whether anything is.

    values: a value for each of EDITED. seen: the `fingerprint` that the form was made from. Raise ChangedMeanwhile if
    it no longer fits, NotAllowed if the actor may not, and IntegrityError if the email address is taken.
    """
    with log.recording():
        actor, user = lock_users(actor, user)
        require(why_not_edit_user(actor, user))
        if fingerprint(user) != seen:
            raise ChangedMeanwhile
        changed = [name for name in EDITED if getattr(user, name) != values[name]]
        if not changed:
            return False
        if "department" in changed:
            require(why_not_use_department(actor, Right.EDIT_PEOPLE, values["department"]))
        before = said(user)
        for name in changed:
            setattr(user, name, values[name])
        after = said(user)
        user.save(update_fields=changed)
        if "email" in changed:
            store_email_addresses([user])
            former = str(before["email"])
            mails.put(mails.Mail.Kind.ADDRESS_CHANGED, user, actor=actor, address=former, new=user.email)
        detail = {word: {name: told[name] for name in changed} for word, told in (("before", before), ("after", after))}
        log.record(Kind.USER_CHANGED, actor=actor.as_person(), target=user.as_person(), detail=detail)
    return True


def choose_preferences(user: User, values: dict[str, str]) -> bool:
    """
    Store the language and the time zone that a user chose for themselves, and return whether any is different.

    values: a value for each of PREFERENCES.
    """
    with log.recording():
        [user] = lock_users(user)
        changed = [name for name in PREFERENCES if getattr(user, name) != values[name]]
        if not changed:
            return False
        before = {name: getattr(user, name) for name in changed}
        for name in changed:
            setattr(user, name, values[name])
        user.save(update_fields=changed)
        detail = {"before": before, "after": {name: values[name] for name in changed}}
        log.record(Kind.USER_CHANGED, actor=user.as_person(), target=user.as_person(), detail=detail)
    return True


def set_active(*, actor: User, user: User, active: bool, reason: str = "") -> None:
    """
    Deactivate or reactivate a user.

    A deactivation signs out all browsers of the user at their next request, for good.

    reason: why; it goes into the audit log. Raise NotAllowed if the actor may not.
    """
    with log.recording():
        actor, user = lock_users(actor, user)
        require(why_not_change_status(actor, user))
        if user.is_active == active:
            return
        store_active(actor, [user], active=active, reason=reason)


def store_active(actor: User, users: Sequence[User], *, active: bool, reason: str = "", **more: Any) -> None:
    """
    Deactivate or reactivate users that the caller has locked and asked the rules about, and record each.

    more: what the detail of each event says as well.
    """
    for user in users:
        fields = user.set_active(active)
        log.record(
            Kind.USER_REACTIVATED if active else Kind.USER_DEACTIVATED,
            actor=actor.as_person(),
            target=user.as_person(),
            reason={"text": reason},
            detail=more,
        )
    if users:
        User.objects.bulk_update(users, fields)


def why_not_move(actor: User, user: User, department: Department) -> AnyRefusal | None:
    """Return why the actor may not move the user to the department; None if they may."""
    return why_not_edit_user(actor, user) or why_not_use_department(actor, Right.EDIT_PEOPLE, department)


def store_department(actor: User, users: Sequence[User], department: Department, **more: Any) -> None:
    """Move users that the caller has locked and asked the rules about, and record each. more: as in `store_active`."""
    for user in users:
        before, user.department = {"department": said(user)["department"]}, department
        detail = {"before": before, "after": {"department": str(department)}} | more
        log.record(Kind.USER_CHANGED, actor=actor.as_person(), target=user.as_person(), detail=detail)
    User.objects.bulk_update(users, ["department"])


def fingerprint(user: User) -> str:
    """Return a hash of the user's edited fields, so that nobody overwrites a change they have not seen."""
    fields: Any = User._meta
    values = [getattr(user, fields.get_field(name).attname) for name in EDITED]
    return hashlib.sha256(repr(values).encode()).hexdigest()


def said(user: User) -> dict[str, str | None]:
    """Return the user's edited values as the audit log shows them."""
    return {name: None if (value := getattr(user, name)) is None else str(value) for name in EDITED}
