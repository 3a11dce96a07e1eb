"""Helping somebody who can't sign in: each remedy is asked again under lock, on record, and told to the user."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator

from accounts.authentication.second_factors import factors_of, record_difference
from accounts.authentication.sign_in_limits import lift_sign_in_lock, sign_in_locked_until
from accounts.authorization.changes import NotAllowed, lock_users, require
from accounts.authorization.refusals import AnyRefusal, ChangeRefusal
from accounts.models import User, mails
from accounts.policy import Refusal
from audit import log
from audit.kinds import Kind

from .actions import why_not_edit_user


def why_not_help(actor: User, user: User) -> AnyRefusal | None:
    """Return why the actor may not help the user to sign in; None if they may: it takes the right to edit them."""
    return why_not_edit_user(actor, user) or (None if user.is_active else Refusal.TARGET_INACTIVE)


@dataclass(frozen=True, slots=True)
class SignIn:
    """What may keep a user from signing in; locked_until is None if nothing does."""

    has_factors: bool
    locked_until: datetime | None


def sign_in_of(user: User) -> SignIn:
    return SignIn(has_factors=bool(factors_of(user)), locked_until=sign_in_locked_until(user))


def remove_second_factors(*, actor: User, user: User, reason: str) -> None:
    """
    Remove every second factor of a user, recovery codes included, so that the password alone signs them in.

    reason: how the actor knows that it is really them; it goes into the audit log. Raises NotAllowed if the actor may
    not, or if there is none.
    """
    with log.recording():
        actor, user = lock_users(actor, user)
        require(why_not_help(actor, user))
        before = factors_of(user)
        if not before:
            raise NotAllowed(ChangeRefusal.NO_SECOND_FACTOR)
        Authenticator.objects.filter(user_id=user.pk).delete()
        record_difference(user, before, {}, actor=actor, reason=reason)
        mails.tell_of_sign_in_change(mails.What.FACTORS_REMOVED, user, actor=actor)


def send_password_link(*, actor: User, user: User) -> None:
    """Mail a user a link to a new password, to their own address alone; raises NotAllowed if the actor may not."""
    with log.recording():
        actor, user = lock_users(actor, user)
        require(why_not_help(actor, user))
        mails.put(mails.Mail.Kind.PASSWORD_LINK, user, actor=actor)
        log.record(Kind.USER_PASSWORD_LINK_SENT, actor=actor.as_person(), target=user.as_person())


def lift_lock(*, actor: User, user: User) -> None:
    """Let a user try to sign in again at once; raises NotAllowed if the actor may not."""
    with log.recording():
        actor, user = lock_users(actor, user)
        require(why_not_help(actor, user))
        lift_sign_in_lock(user)
        log.record(Kind.USER_SIGN_IN_LOCK_LIFTED, actor=actor.as_person(), target=user.as_person())
        mails.tell_of_sign_in_change(mails.What.LOCK_LIFTED, user, actor=actor)
