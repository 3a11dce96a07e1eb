"""Starting and ending an assumed session: each change and its audit event are one transaction."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, logout
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.http import HttpResponse
from django.middleware.csrf import rotate_token
from django.utils import timezone

from accounts.models import User
from accounts.policy import Refusal, login_as_refusal
from accounts.requests import Request
from audit import log
from audit.context import Person
from audit.kinds import Kind, Outcome

from .identity import ASSUMED_SESSION_KEY
from .models import AssumedSession, Cause, Mode
from .notices import Moment, announce

REFUSALS_A_MINUTE = 10


class Refused(Exception):
    """The start is refused; nothing has changed."""

    def __init__(self, refusal: Refusal):
        super().__init__(refusal.label)
        self.refusal = refusal


def start(*, request: Request, target: User, mode: Mode, reason: dict[str, str]) -> AssumedSession:
    """
    Put the person who is signed in into the target's place, in a new browser session.

    reason: category, text and ticket, as the form cleaned them. Raises Refused where the rules, asked again under
    lock, say no, and SessionInterrupted where the browser session was signed out meanwhile. Until all of it is
    committed `request.session` stays what it was, so that a failure leaves the actor the actor.
    """
    now = timezone.now()
    with log.recording():
        actor, target = locked(request.actor.pk, target.pk)
        refusal = login_as_refusal(actor, target, rights={mode.right})
        if refusal is not None:
            raise Refused(refusal)
        for earlier in AssumedSession.objects.live().filter(actor=actor).select_related("target"):
            end(earlier, earlier.lapse(now) or Cause.SUPERSEDED, actor=actor, target=earlier.target)
        browser_session = replace_browser_session(request)
        assumed_session = AssumedSession(
            actor=actor, target=target, mode=mode, started_at=now, last_active_at=now,
            target_auth_hash=target.get_session_auth_hash(),
        )  # fmt: skip
        browser_session[ASSUMED_SESSION_KEY] = str(assumed_session.pk)
        browser_session.create()
        assumed_session.browser_session = browser_session.session_key or ""
        assumed_session.save(force_insert=True)
        announce(assumed_session, Moment.START)
        log.record(
            Kind.ASSUMED_SESSION_STARTED,
            actor=actor.as_person(),
            target=target.as_person(),
            assumed_session=assumed_session.pk,
            reason=reason | {"mode": mode.value},
        )
    browser_session.modified = False  # it is stored; `hand_over` gives the browser its key
    request.session = browser_session
    rotate_token(request)
    return assumed_session


def hand_over(response: HttpResponse, browser_session: SessionStore) -> HttpResponse:
    """Give the browser the key of the new browser session, as Django's middleware does after storing one."""
    age = None if browser_session.get_expire_at_browser_close() else browser_session.get_expiry_age()
    response.set_cookie(
        settings.SESSION_COOKIE_NAME,
        browser_session.session_key or "",
        max_age=age,
        domain=settings.SESSION_COOKIE_DOMAIN,
        path=settings.SESSION_COOKIE_PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=settings.SESSION_COOKIE_HTTPONLY,
        samesite=settings.SESSION_COOKIE_SAMESITE,
    )
    return response


def locked(*ids: int) -> list[User]:
    """These people in this order, locked until the transaction ends, with what the rules need; always by id first."""
    people = User.objects.filter(pk__in=ids).select_for_update(no_key=True, of=("self",)).order_by("pk")
    found = {person.pk: person for person in people.with_standing()}
    if len(found) < len(set(ids)):
        raise SessionInterrupted("A person was deleted before the request completed.")
    return [found[pk] for pk in ids]


def replace_browser_session(request: Request) -> SessionStore:
    """A new browser session that knows nothing but who is signed in; the old one is deleted, its key dead."""
    deleted, _ = Session.objects.filter(session_key=request.session.session_key).delete()
    if not deleted:
        raise SessionInterrupted("The browser session was ended before the request completed.")
    store = SessionStore()
    for key in (SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY):
        store[key] = request.session[key]
    return store


def end(assumed_session: AssumedSession, cause: Cause, *, actor: User | None, target: User | None) -> bool:
    """
    End an assumed session for good, once; False where somebody else ended it first.

    actor and target: as far as they still exist.
    """
    with log.recording():
        ended = AssumedSession.objects.live().filter(pk=assumed_session.pk).update(ended_at=timezone.now(), cause=cause)
        if ended:
            if target is not None:
                announce(assumed_session, Moment.END)
            log.record(
                Kind.ASSUMED_SESSION_ENDED,
                actor=as_known(actor, assumed_session.actor_id),
                target=as_known(target, assumed_session.target_id),
                assumed_session=assumed_session.pk,
                detail={"cause": cause.value},
            )
    return bool(ended)


def as_known(person: User | None, person_id: int | None) -> Person | None:
    """Somebody as the log shall name them: by number alone where they no longer exist."""
    if person is not None:
        return person.as_person()
    return None if person_id is None else Person(person_id, "", "")


def exit_assumed_session(request: Request, cause: Cause) -> None:
    """End the request's assumed session and log out entirely, as the person who is really there."""
    session = request.assumed_session
    end(session, cause, actor=session.actor, target=session.target)
    request.user = request.actor
    leave(request)


def leave(request: Request) -> None:
    """Log this browser out; nothing of its session, messages and CSRF secret included, crosses."""
    logout(request)
    rotate_token(request)


def record_refusal(request: Request, target: User, refusal: Refusal) -> None:
    """Put a refused start on record: each one, but after ten in a minute by one actor one summary."""
    key = f"refused-starts:{request.actor.pk}:{timezone.now():%Y%m%d%H%M}"
    cache.add(key, 0, timeout=120)
    count = cache.incr(key)
    if count > REFUSALS_A_MINUTE + 1:
        return
    detail = {"refusal": refusal.value}
    if count > REFUSALS_A_MINUTE:
        detail = {"summary": f"more than {REFUSALS_A_MINUTE} refused starts in this minute"}
    with log.recording():
        log.record(
            Kind.ASSUMED_SESSION_REFUSED,
            outcome=Outcome.REFUSED,
            actor=request.actor.as_person(),
            target=target.as_person(),
            detail=detail,
        )
