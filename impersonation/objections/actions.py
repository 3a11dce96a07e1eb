"""The end of an assumed session by its target, and the target's objection, each recorded in its transaction."""

from __future__ import annotations

from uuid import UUID

from accounts.authorization.grants import Grants
from accounts.authorization.reach import holding_any
from accounts.models import User, mails
from audit import clock, log
from audit.kinds import Kind
from impersonation import loader
from impersonation.actions import end
from impersonation.models import AssumedSession, Cause

REVIEW = "impersonation.review_assumedsession"


def end_by_target(user: User, key: UUID) -> bool:
    """
    End an assumed session of the user's account, at the actor's next request; return False if it had ended already.

    Raise AssumedSession.DoesNotExist if it is not a session of this account.
    """
    session = loader.find(key)
    if session is None or session.target_id != user.pk:
        raise AssumedSession.DoesNotExist
    return end(session, session.limit_reached(clock.now()) or Cause.ENDED_BY_PERSON)


def object_to(user: User, key: UUID) -> bool:
    """
    Record that the user did not ask for an assumed session, and mail the reviewers.

    Return False if the user has objected before, even if they took it back. Raise AssumedSession.DoesNotExist if it is
    not a session of this account.
    """
    with log.recording():
        session = AssumedSession.objects.select_for_update(no_key=True).get(pk=key, target=user.pk)
        if session.objected_at is not None:
            return False
        AssumedSession.objects.filter(pk=key).update(objected_at=clock.now())
        record(Kind.ASSUMED_SESSION_OBJECTED, user, key)
        reviewers = reviewers_of(session)
        mails.put_all(
            mails.mail_to(mails.Mail.Kind.OBJECTION, reviewer, actor=None, session=str(key)) for reviewer in reviewers
        )
    return True


def withdraw(user: User, key: UUID) -> bool:
    """Take an objection back; return False if there is none. Errors as for `object_to`."""
    with log.recording():
        session = AssumedSession.objects.select_for_update(no_key=True).get(pk=key, target=user.pk)
        if not session.is_objected_to:
            return False
        AssumedSession.objects.filter(pk=key).update(objection_withdrawn_at=clock.now())
        record(Kind.ASSUMED_SESSION_OBJECTION_WITHDRAWN, user, key)
    return True


def record(kind: Kind, user: User, key: UUID) -> None:
    """Record what the user did about a session. The event is not part of the session, which may have ended long ago."""
    log.record(kind, actor=user.as_person(), target=user.as_person(), detail={"about": str(key)})


def reviewers_of(session: AssumedSession) -> list[User]:
    """Return the active users who may review sessions, without the actor, who must not review their own session."""
    may_review = holding_any([(REVIEW, None)], Grants.read())
    return list(User.objects.filter(may_review, is_active=True).exclude(pk=session.actor_id))
