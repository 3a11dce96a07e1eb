"""Whose request is this? Answered once, from the browser session and the database, and in doubt: nobody's."""

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


@dataclass(slots=True)
class Identity:
    """
    Who is at the keyboard (actor) and whose account is open (user).

    `over` is an assumed session that may not go on: then user and actor are nobody, never the actor alone.
    """

    user: User | AnonymousUser
    actor: User | AnonymousUser
    assumed_session: AssumedSession | None = None
    over: Over | None = None


@dataclass(slots=True)
class Over:
    """What to write down and to say when an assumed session may not go on; no cause: it was never ours."""

    cause: Cause | None = None
    found: loader.Found | None = None


def identity(request) -> Identity:
    """Resolve the request's identity, at most once; touches the session no more than Django itself would."""
    if not hasattr(request, "_identity"):
        key = request.session.get(ASSUMED_SESSION_KEY)
        if key is None:
            user = plain_user(request)
            request._identity = Identity(user, user, over=None if user.is_authenticated else left_behind(request))
        else:
            request._identity = assumed_identity(request, key)
            request._cached_user = request._acached_user = request._identity.user
    return request._identity


def assumed_identity(request, key: str) -> Identity:
    """The identity of a browser session that holds the id of an assumed one, checked from the ground up."""
    nobody = AnonymousUser()
    found = loader.find(UUID(key))
    if found is None or not belongs_together(request.session, found.session):
        return Identity(nobody, nobody, over=Over())
    cause = end_cause(found, request.session.get(HASH_SESSION_KEY, ""), clock.now())
    actor, target = found.actor, found.target
    if cause is not None or actor is None or target is None:
        return Identity(nobody, nobody, over=Over(cause, found))
    found.session.actor, found.session.target = actor, target
    return Identity(target, actor, found.session)


def left_behind(request) -> Over | None:
    """The assumed session of a browser that still names its browser session, though that one no longer exists."""
    cookie = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    if not cookie or request.session.session_key == cookie:
        return None
    key = AssumedSession.objects.live().filter(browser_session=cookie).values_list("pk", flat=True).first()
    found = key and loader.find(key)
    return Over(end_cause(found, None, clock.now()), found) if found else None


def cause_unasked(found: loader.Found, now: datetime) -> Cause | None:
    """`end_cause` where no request came: what the browser would say is read from its stored session."""
    store = SessionStore(found.session.browser_session)
    bound = store.get(ASSUMED_SESSION_KEY) == str(found.session.pk) and belongs_together(store, found.session)
    return end_cause(found, store.get(HASH_SESSION_KEY, "") if bound else None, now)


def belongs_together(browser_session, assumed_session: AssumedSession) -> bool:
    """An assumed session is bound to one browser session and to the person signed in there."""
    return (
        assumed_session.browser_session == browser_session.session_key
        and browser_session.get(SESSION_KEY) == str(assumed_session.actor_id)
        and browser_session.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
    )


def end_cause(found: loader.Found, session_hash: str | None, now: datetime) -> Cause | None:
    """
    The first cause, in the order of `Cause`, for which the session may not go on; None when it may.

    session_hash: what the browser session says of the actor's password; None where that session no longer exists.
    """
    session, actor, target = found.session, found.actor, found.target
    if session.ended_at is not None:
        # An unknown cause was written by another version of the platform: the session has ended all the same.
        return Cause(session.cause) if session.cause in Cause.values else Cause.BROWSER_SESSION_GONE
    if not (settings.LOGIN_AS_ENABLED and found.company_allows_login_as):
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
    return session.lapse(now) or (Cause.BROWSER_SESSION_GONE if session_hash is None else None)


def hash_verifies(user: User, session_hash: str) -> bool:
    """Whether the hash was made from today's password, under the current secret key or a fallback."""
    return constant_time_compare(session_hash, user.get_session_auth_hash()) or any(
        constant_time_compare(session_hash, fallback) for fallback in user.get_session_auth_fallback_hash()
    )
