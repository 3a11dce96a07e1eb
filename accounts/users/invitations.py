"""Inviting people by e-mail: a link with which they set their first password."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts import policy
from accounts.authorization.changes import above, locked, require
from accounts.models import User, mails
from accounts.policy.rights import Right
from audit import log
from audit.kinds import Kind


def may_invite(actor: User, person: User) -> str:
    """Why the actor may not invite the person; "" where they may. The link goes to the person's own address alone."""
    if not any(policy.reaches(actor, right, person) for right in (Right.CREATE_PEOPLE, Right.EDIT_PEOPLE)):
        return _("You don't hold the right to invite this person.")
    if not person.is_active:
        return _("This account is deactivated.")
    if person.last_login is not None:
        return _("This person has signed in already.")
    return above(actor, person)


def invite(*, actor: User, person: User) -> None:
    """Put an invitation into the outbox, and on record; raises NotAllowed if the actor may not."""
    with log.recording():
        actor, person = locked(actor, person)
        require(may_invite(actor, person))
        mails.put(mails.Mail.Kind.INVITATION, person, by=actor)
        log.record(Kind.USER_INVITED, actor=actor.as_person(), target=person.as_person())
