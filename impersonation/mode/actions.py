"""The change of a session's mode and its audit event, in one transaction."""

from __future__ import annotations

from django.middleware.csrf import rotate_token

from accounts.authorization.login_as import login_as_refusal
from accounts.authorization.requests import Request, SessionEnded
from audit import log
from audit.kinds import Kind
from impersonation.actions import lock_both
from impersonation.models import AssumedSession, Mode
from impersonation.refusals import Refused


def change_mode(*, request: Request, mode: Mode, text: str) -> bool:
    """
    Change the mode of the request's assumed session; return False if it has this mode already.

    text: the reason, "" on the way down. Every rule of a start is checked again under lock: raise Refused if one
    refuses the mode, and SessionEnded if the session has ended. The CSRF secret changes, so that a form which was
    loaded in the former mode does nothing in the new one.
    """
    session: AssumedSession = request.assumed_session
    with log.recording():
        actor, target = lock_both(request.actor.pk, request.user.pk)
        if target is None or session.lock_live() is None:
            raise SessionEnded
        if (refusal := login_as_refusal(actor, target, rights={mode.right})) is not None:
            raise Refused(refusal, target)
        if not AssumedSession.objects.live().filter(pk=session.pk).exclude(mode=mode).update(mode=mode):
            return False
        log.record(
            Kind.ASSUMED_SESSION_MODE_CHANGED,
            actor=actor.as_person(),
            target=target.as_person(),
            reason={"text": text, "mode": mode.value},
            detail={"before": {"mode": session.mode}, "after": {"mode": mode.value}},
        )
    session.mode = mode
    rotate_token(request)
    return True
