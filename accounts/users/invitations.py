"""Inviting people by e-mail: a link with which they set their first password."""

from __future__ import annotations

from accounts import policy
from accounts.authorization.changes import lock_users, require, why_not_manage
from accounts.authorization.refusals import AnyRefusal, ChangeRefusal
from accounts.models import User, mails
from accounts.policy import Refusal
from accounts.policy.rights import Right
from audit import log
from audit.kinds import Kind


def why_not_invite(actor: User, person: User) -> AnyRefusal | None:
    """Return why the actor may not invite the person; None if they may. The link goes to the person's address only."""
    if not any(policy.reaches(actor, right, person) for right in (Right.CREATE_PEOPLE, Right.EDIT_PEOPLE)):
        return ChangeRefusal.NO_RIGHT_TO_INVITE
    if not person.is_active:
        return Refusal.TARGET_INACTIVE
    if person.last_login is not None:
        return ChangeRefusal.SIGNED_IN_ALREADY
    return why_not_manage(actor, person)


def invite(*, actor: User, person: User) -> None:
    """Put an invitation into the outbox, and on record. Raise NotAllowed if the actor may not."""
    with log.recording():
        actor, person = lock_users(actor, person)
        require(why_not_invite(actor, person))
        mails.put(mails.Mail.Kind.INVITATION, person, by=actor)
        log.record(Kind.USER_INVITED, actor=actor.as_person(), target=person.as_person())
