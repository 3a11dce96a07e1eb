"""The user and the actor of a request. Any inconsistency resolves to AnonymousUser."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.middleware import get_user as plain_user
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.utils.crypto import constant_time_compare

from accounts.models import User
from accounts.policy import holds_anywhere, refusal, standing
from audit import clock

from . import loader
from .models import AssumedSession, Cause, Mode

logger = logging.getLogger(__name__)
ASSUMED_SESSION_KEY = "assumed_session"


@dataclass(frozen=True, slots=True)
class Plain:
    """The identity of a request without an assumed session: user and actor are the same."""

    user: User | AnonymousUser


@dataclass(frozen=True, slots=True)
class Assumed:
    """The identity of a request in a live assumed session."""

    session: AssumedSession
    actor: User
    target: User


@dataclass(frozen=True, slots=True)
class Ended:
    """
    The identity of a request whose assumed session must end. It has no user, and above all not the actor.

    cause: why the session must end; None when it belongs to another browser. Then `session` is None too.
    """

    cause: Cause | None = None
    session: AssumedSession | None = None


Identity = Plain | Assumed | Ended


def user_of(who: Identity) -> User | AnonymousUser:
    """Return the user whose account is open."""
    match who:
        case Plain(user):
            return user
        case Assumed(target=target):
            return target
        case Ended():  # pragma: no branch (mypy verifies that there is no fourth type)
            return AnonymousUser()


def actor_of(who: Identity) -> User | AnonymousUser:
    """Return the human at the keyboard."""
    return who.actor if isinstance(who, Assumed) else user_of(who)


def session_of(who: Identity) -> AssumedSession | None:
    """Return the live assumed session."""
    return who.session if isinstance(who, Assumed) else None


def identity(request) -> Identity:
    """Return the identity of a request; resolve it at the first call only."""
    if not hasattr(request, "_identity"):
        key = request.session.get(ASSUMED_SESSION_KEY)
        if key is None:
            user = plain_user(request)
            request._identity = (None if user.is_authenticated else left_behind(request)) or Plain(user)
        else:
            request._identity = assumed_identity(request.session, key)
            request._cached_user = request._acached_user = user_of(request._identity)
    return request._identity


def assumed_identity(browser_session, key: str) -> Assumed | Ended:
    """Resolve the identity of a browser session that holds the id of an assumed session."""
    session = loader.find(UUID(key))
    if session is None or not belongs_together(browser_session, session):
        return Ended()
    cause = end_cause(session, browser_session.get(HASH_SESSION_KEY, ""), clock.now())
    if cause is not None or session.actor is None or session.target is None:
        return Ended(cause, session)
    return Assumed(session, session.actor, session.target)


def left_behind(request) -> Ended | None:
    """Return the live assumed session of a browser whose browser session no longer exists."""
    cookie = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    if not cookie or request.session.session_key == cookie:
        return None
    key = AssumedSession.objects.live().filter(browser_session=cookie).values_list("pk", flat=True).first()
    session = loader.find(key) if key else None
    return Ended(end_cause(session, None, clock.now()), session) if session else None


def end_cause_without_request(session: AssumedSession, now: datetime) -> Cause | None:
    """Return `end_cause`, with the password hash from the stored browser session instead of a request."""
    store = SessionStore(session.browser_session)
    bound = store.get(ASSUMED_SESSION_KEY) == str(session.pk) and belongs_together(store, session)
    return end_cause(session, store.get(HASH_SESSION_KEY, "") if bound else None, now)


def belongs_together(browser_session, assumed_session: AssumedSession) -> bool:
    """Return whether the assumed session is bound to this browser session and to the user signed in there."""
    return (
        assumed_session.browser_session == browser_session.session_key
        and browser_session.get(SESSION_KEY) == str(assumed_session.actor_id)
        and browser_session.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
    )


def end_cause(session: AssumedSession, session_hash: str | None, now: datetime) -> Cause | None:
    """
    Return the first cause, in the order of `Cause`, why the session must end; None if it may continue.

    session: as `loader.find` returns it. session_hash: the hash of the actor's password that the browser session
    holds; None if the browser session no longer exists.
    """
    actor, target = session.actor, session.target
    if session.ended_at is not None:
        # An unknown cause was written by another version of the platform. The session has ended in this case too.
        return Cause(session.cause) if session.cause in Cause.values else Cause.BROWSER_SESSION_GONE
    if not session.login_as_rules.login_as_enabled:
        return Cause.FEATURE_OFF
    if actor is None:
        return Cause.ACTOR_DELETED
    if not actor.is_active:
        return Cause.ACTOR_DEACTIVATED
    if session_hash is not None and not hash_verifies(actor, session_hash):
        return Cause.ACTOR_PASSWORD_CHANGED
    if session.mode not in Mode.values:
        logger.error("Assumed session %s has the unknown mode %r, and ends", session.pk, session.mode)
        return Cause.RIGHT_LOST
    right = Mode(session.mode).right
    if target is None:
        return Cause.TARGET_DELETED if holds_anywhere(actor, right) else Cause.RIGHT_LOST
    refused = refusal(standing(actor), standing(target), enabled=True, rights={right})
    if refused is not None:
        return Cause.of(refused)
    if not hash_verifies(target, session.target_auth_hash):
        return Cause.TARGET_PASSWORD_CHANGED
    return session.limit_reached(now) or (Cause.BROWSER_SESSION_GONE if session_hash is None else None)


def hash_verifies(user: User, session_hash: str) -> bool:
    """Return whether the hash comes from the user's password, under the current secret key or a fallback key."""
    return constant_time_compare(session_hash, user.get_session_auth_hash()) or any(
        constant_time_compare(session_hash, fallback) for fallback in user.get_session_auth_fallback_hash()
    )
