"""Helping somebody who can't sign in: each remedy is asked again under lock, on record, and told to the person."""

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


def why_not_help(actor: User, person: User) -> AnyRefusal | None:
    """Return why the actor may not help the person to sign in; None if they may: it takes the right to edit them."""
    return why_not_edit_user(actor, person) or (None if person.is_active else Refusal.TARGET_INACTIVE)


@dataclass(frozen=True, slots=True)
class SignIn:
    """What may keep a person from signing in; locked_until is None if nothing does."""

    has_factors: bool
    locked_until: datetime | None


def sign_in_of(person: User) -> SignIn:
    return SignIn(has_factors=bool(factors_of(person)), locked_until=sign_in_locked_until(person))


def remove_second_factors(*, actor: User, person: User, reason: str) -> None:
    """
    Remove every second factor of a person, recovery codes included, so that the password alone signs them in.

    reason: how the actor knows that it is really them; it goes into the audit log. Raises NotAllowed if the actor may
    not, or if there is none.
    """
    with log.recording():
        actor, person = lock_users(actor, person)
        require(why_not_help(actor, person))
        before = factors_of(person)
        if not before:
            raise NotAllowed(ChangeRefusal.NO_SECOND_FACTOR)
        Authenticator.objects.filter(user_id=person.pk).delete()
        record_difference(person, before, {}, actor=actor, reason=reason)
        mails.tell_of_sign_in_change(mails.What.FACTORS_REMOVED, person, by=actor)


def send_password_link(*, actor: User, person: User) -> None:
    """Mail a person a link to a new password, to their own address alone; raises NotAllowed if the actor may not."""
    with log.recording():
        actor, person = lock_users(actor, person)
        require(why_not_help(actor, person))
        mails.put(mails.Mail.Kind.PASSWORD_LINK, person, by=actor)
        log.record(Kind.USER_PASSWORD_LINK_SENT, actor=actor.as_person(), target=person.as_person())


def lift_lock(*, actor: User, person: User) -> None:
    """Let a person try to sign in again at once; raises NotAllowed if the actor may not."""
    with log.recording():
        actor, person = lock_users(actor, person)
        require(why_not_help(actor, person))
        lift_sign_in_lock(person)
        log.record(Kind.USER_SIGN_IN_LOCK_LIFTED, actor=actor.as_person(), target=person.as_person())
        mails.tell_of_sign_in_change(mails.What.LOCK_LIFTED, person, by=actor)
