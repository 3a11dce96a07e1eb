"""Creating, editing and deactivating people: each asked again under lock, and one transaction with its event."""

from __future__ import annotations

import hashlib
from typing import Any

from django.utils.translation import gettext as _

from accounts import policy
from accounts.authorization.changes import above, locked, require
from accounts.models import Department, User, mails
from accounts.models.email_addresses import store_email_addresses
from accounts.policy.rights import Right
from audit import log
from audit.kinds import Kind

EDITED = ("first_name", "last_name", "email", "department", "job_profile", "language", "time_zone")


class ChangedMeanwhile(Exception):
    """Somebody else has changed the person since the form was shown; nothing of the form is stored."""


def may_create(actor: User) -> str:
    """Why the actor may create nobody; "" where they may, in some department at least."""
    if policy.holds_anywhere(actor, Right.CREATE_PEOPLE):
        return ""
    return _("You don't hold the right to create people.")


def may_edit(actor: User, person: User) -> str:
    """
    Why the actor may not edit the person; "" where they may.

    Whoever changes an e-mail address can sign in with it, so the person must hold nothing that the actor doesn't.
    """
    if not policy.reaches(actor, Right.EDIT_PEOPLE, person):
        return _("You don't hold the right to edit this person.")
    return above(actor, person)


def may_change_status(actor: User, person: User) -> str:
    """Why the actor may neither deactivate nor reactivate the person; "" where they may."""
    if not policy.reaches(actor, Right.DEACTIVATE_PEOPLE, person):
        return _("You don't hold the right to deactivate or reactivate this person.")
    return above(actor, person)


def may_place(actor: User, right: Right, department: Department | None) -> str:
    """Why the actor may not put somebody into the department, or into none; "" where they may."""
    if policy.holds(actor, right, department):
        return ""
    if department is None:
        return _("Choose a department: yours don't include people without one.")
    return _("This department is outside yours.")


def create_person(*, actor: User, values: dict[str, Any]) -> User:
    """
    Store a new person, who signs in only once they have set a password of their own.

    values: a value for each of EDITED. Raises NotAllowed where the actor may not create people in that department, and
    IntegrityError where the e-mail address is taken.
    """
    with log.recording():
        [actor] = locked(actor)
        require(may_create(actor))
        require(may_place(actor, Right.CREATE_PEOPLE, values["department"]))
        person = User.objects.create_user(**values)
        after = said(person)
        log.record(Kind.USER_CREATED, actor=actor.as_person(), target=person.as_person(), detail={"after": after})
    return person


def edit_person(*, actor: User, person: User, values: dict[str, Any], seen: str) -> bool:
    """
    Store what is different; False where nothing is.

    values: a value for each of EDITED. seen: the `fingerprint` that the form was made from. Raises ChangedMeanwhile
    where it no longer fits, NotAllowed where the actor may not, and IntegrityError where the e-mail address is taken.
    """
    with log.recording():
        actor, person = locked(actor, person)
        require(may_edit(actor, person))
        if fingerprint(person) != seen:
            raise ChangedMeanwhile
        changed = [name for name in EDITED if getattr(person, name) != values[name]]
        if not changed:
            return False
        if "department" in changed:
            require(may_place(actor, Right.EDIT_PEOPLE, values["department"]))
        before = said(person)
        for name in changed:
            setattr(person, name, values[name])
        after = said(person)
        person.save(update_fields=changed)
        if "email" in changed:
            store_email_addresses([person])
            former = str(before["email"])
            mails.put(mails.Mail.Kind.ADDRESS_CHANGED, person, by=actor, address=former, new=person.email)
        detail = {word: {name: told[name] for name in changed} for word, told in (("before", before), ("after", after))}
        log.record(Kind.USER_CHANGED, actor=actor.as_person(), target=person.as_person(), detail=detail)
    return True


def set_active(*, actor: User, person: User, active: bool, reason: str = "") -> None:
    """
    Deactivate a person, or let them in again; whatever browser they are signed in with is out at its next request,
    and stays out.

    reason: why; it goes into the audit log. Raises NotAllowed where the actor may not.
    """
    with log.recording():
        actor, person = locked(actor, person)
        require(may_change_status(actor, person))
        if person.is_active == active:
            return
        person.save(update_fields=person.set_active(active))
        log.record(
            Kind.USER_REACTIVATED if active else Kind.USER_DEACTIVATED,
            actor=actor.as_person(),
            target=person.as_person(),
            reason={"text": reason},
        )


def fingerprint(person: User) -> str:
    """What a form about the person was made from, so that nobody overwrites what they did not see."""
    fields: Any = User._meta
    values = [getattr(person, fields.get_field(name).attname) for name in EDITED]
    return hashlib.sha256(repr(values).encode()).hexdigest()


def said(person: User) -> dict[str, str | None]:
    """The person's edited values as the audit log tells them."""
    return {name: None if (value := getattr(person, name)) is None else str(value) for name in EDITED}
