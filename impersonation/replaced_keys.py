"""
Replaced keys of browser sessions: what happened to a session whose old key a browser still sends.

A response that brings a new key can be lost or late. So a replaced key is distinguished from an unknown key, and the
sign-in page says what happened. Only a digest of the key is stored, and a digest gives no right.
"""

from __future__ import annotations

import hashlib
import logging
from datetime import timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.db import DatabaseError
from django.db.models import Q
from django.http import QueryDict
from django.shortcuts import redirect
from django.urls import reverse

from accounts.authorization.decorators import SAFE_METHODS
from accounts.authorization.requests import page_of_form
from audit import clock

from .browser_session import hand_over
from .ended_cookie import tell_browser
from .identity import ASSUMED_SESSION_KEY
from .models import AssumedSession, Cause

logger = logging.getLogger(__name__)
SENT_TWICE_WITHIN = timedelta(minutes=1)
STARTED, SIGNED_IN = "started", "signed_in"


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def remember(key: str, *, is_signed_in: bool) -> None:
    """
    Remember that a key was replaced, for as long as a browser session can last.

    The first word counts: a request that finds the new password with the old session ends that session once more.
    is_signed_in: whether the user has a new key now (after a new password), or none (after sign-out).
    """
    word = SIGNED_IN if is_signed_in else Cause.SIGNED_OUT.value
    try:
        cache.add(f"replaced-key:{digest(key)}", word, settings.SESSION_COOKIE_AGE)
    except DatabaseError:
        logger.exception("A replaced key can't be remembered; sign-out works without the word")


def remembered(key: str) -> str | None:
    """Return what `remember` stored for a key."""
    try:
        return cache.get(f"replaced-key:{digest(key)}")
    except DatabaseError:
        logger.exception("What became of a key can't be read; sign-in works without the word")
        return None


def is_sign_out(request) -> bool:
    """Return whether this request signs out. It does not lead an anonymous user to the sign-in page first."""
    return request.method not in SAFE_METHODS and getattr(request.resolver_match.func, "is_sign_out_page", False)


def dead_key(request) -> str | None:
    """Return the key that the browser sent if no browser session has this key."""
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    request.session.get(ASSUMED_SESSION_KEY)  # loads the session: only then is it known whether the key exists
    return None if not key or request.session.session_key == key else key


def assumed_session_of(key: str) -> AssumedSession | None:
    """Return the last assumed session that had this key, or whose start replaced it."""
    either = Q(browser_session=key) | Q(started_from=digest(key))
    return AssumedSession.objects.filter(either).order_by("-started_at").first()


def is_same_form(request, session: AssumedSession) -> bool:
    """Return whether the request sends again the form that started the session."""
    once = request.POST.get("once", "")
    return (
        bool(once)
        and session.started_by == digest(once)
        and request.resolver_match.view_name == "login_as"
        and request.resolver_match.kwargs["pk"] == session.target_id
    )


def answer_again(request, session: AssumedSession):
    """
    Answer a form that was sent twice like the first time: with the session that it started.

    When a form is sent again, the browser drops the first response, and the new key with it. The old key alone is not
    enough: the random value of the form, which no cookie holds, must match, and it is accepted for one minute only.
    """
    late = clock.now() - session.started_at > SENT_TWICE_WITHIN
    if session.ended_at or late or not is_same_form(request, session):
        return None
    store = SessionStore(session.browser_session)
    if store.get(ASSUMED_SESSION_KEY) != str(session.pk):
        return None
    hand_over(request, store)
    return redirect("dashboard")


def answer(request, view):
    """Answer a request with a replaced key; return None if its key was never replaced."""
    key = dead_key(request)
    if key is None:
        return None
    session = assumed_session_of(key)
    if session is None:
        word = None if is_sign_out(request) else remembered(key)
        return sign_in_page(request, view, word) if word else None
    if session.ended_at is None:
        return answer_again(request, session) or sign_in_page(request, view, STARTED)
    if request.method in SAFE_METHODS:
        return sign_in_page(request, view, session.cause)
    return to_sign_in(session.cause, session.target_id)


def answer_interrupted(request, view):
    """Answer a request whose browser session was replaced or ended while it ran; no change is kept."""
    request.session, request.user = type(request.session)(), AnonymousUser()
    return answer(request, view) or sign_in_page(request, view)


def to_sign_in(cause: str, target_id: int | None):
    """Redirect to the sign-in page, which says why an assumed session ended and leads back to its target."""
    back = f"{reverse('user_list')}?{urlencode({'id': target_id})}"
    address = f"{reverse('account_login')}?{urlencode({'ended': cause, 'next': back})}"
    return tell_browser(redirect(address), cause)


def sign_in_page(request, view, word: str = ""):
    """
    Redirect to the sign-in page, which redirects again if the browser has a newer key by then.

    word: what the page explains: a cause, STARTED or SIGNED_IN.
    """
    told = QueryDict(mutable=True)
    if word:
        told["ended" if word in Cause.values else "replaced"] = word
    if not is_sign_out(request) and (back := page_of_form(request, view)):
        told["next"] = back
    response = redirect(f"{reverse('account_login')}?{told.urlencode(safe='/')}".removesuffix("?"))
    return tell_browser(response, word) if word else response


def lost_by(request, user) -> AssumedSession | None:
    """Return the user's live session that this browser started but whose key it never received."""
    key = dead_key(request)
    session = assumed_session_of(key) if key else None
    return session if session and session.ended_at is None and session.actor_id == user.pk else None
