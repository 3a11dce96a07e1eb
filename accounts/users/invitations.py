"""Inviting users by email: a link with which they set their first password."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from accounts import policy
from accounts.authorization.changes import lock_users, require, why_not_manage
from accounts.authorization.refusals import AnyRefusal, ChangeRefusal
from accounts.models import User, mails
from accounts.policy import Refusal
from accounts.policy.rights import Right
from audit import log
from audit.kinds import Kind
from audit.models import AuditEvent

# Any of these rights invites people; who was invited is told to their holders alone.
INVITING = (Right.CREATE_PEOPLE, Right.EDIT_PEOPLE)


def why_not_invite(actor: User, user: User) -> AnyRefusal | None:
    """Return why the actor may not invite the user; None if they may. The link goes to the user's address only."""
    if not any(policy.reaches(actor, right, user) for right in INVITING):
        return ChangeRefusal.NO_RIGHT_TO_INVITE
    if not user.is_active:
        return Refusal.TARGET_INACTIVE
    if user.last_login is not None:
        return ChangeRefusal.SIGNED_IN_ALREADY
    return why_not_manage(actor, user)


def invite(*, actor: User, user: User) -> None:
    """Put an invitation into the outbox, and on record. Raise NotAllowed if the actor may not."""
    with log.recording():
        actor, user = lock_users(actor, user)
        require(why_not_invite(actor, user))
        store_invitations(actor, [user])


def invited_since(at: datetime, users: Sequence[User]) -> set[int]:
    """Return the ids of these users who were invited since that time."""
    ids = {user.pk for user in users}
    invited = AuditEvent.objects.filter(kind=Kind.USER_INVITED, target_id__in=ids, at__gte=at)
    return ids.intersection(invited.values_list("target_id", flat=True))


def store_invitations(actor: User, users: Sequence[User], **more: Any) -> None:
    """
    Invite users that the caller has locked and asked the rules about, and record each.

    more: what the detail of each event says as well.
    """
    mails.put_all(mails.mail_to(mails.Mail.Kind.INVITATION, user, actor=actor) for user in users)
    for user in users:
        log.record(Kind.USER_INVITED, actor=actor.as_person(), target=user.as_person(), detail=more)
