"""The browser session at the start and at the end of an assumed session."""

from __future__ import annotations

from typing import Any

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, logout
from django.contrib.sessions.backends.base import VALID_KEY_CHARS, UpdateError
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import connection
from django.http import HttpRequest, HttpResponseBase
from django.middleware.csrf import rotate_token
from django.utils.crypto import get_random_string

from audit.statements import execute

from .identity import ASSUMED_SESSION_KEY
from .models import AssumedSession

# When and how the actor authenticated, which a change of the mode asks for.
AUTHENTICATED_AT = (AUTHENTICATION_METHODS_SESSION_KEY, f"{AUTHENTICATION_METHODS_SESSION_KEY}_user")
REPLACE_SESSION = (
    "UPDATE django_session SET session_key = %s, session_data = %s, expire_date = %s WHERE session_key = %s"
)


def replace(request: HttpRequest, assumed_session: AssumedSession, **kept: Any) -> SessionStore:
    """
    Replace the stored browser session by one that holds only the signed-in actor and the assumed session.

    kept: what the browser session holds until the end of the assumed session as well.
    One statement writes the new key and the new contents, so the old key is dead at once and two simultaneous starts
    can't both succeed. Raise SessionInterrupted if the browser session no longer exists. `request.session` is
    unchanged: call `hand_over` after the commit.
    """
    store = SessionStore()
    for key in (SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY):
        store[key] = request.session[key]
    for key in AUTHENTICATED_AT:
        if key in request.session:
            store[key] = request.session[key]
    store[ASSUMED_SESSION_KEY] = str(assumed_session.pk)
    store.update(kept)
    store._session_key = assumed_session.browser_session = get_random_string(32, VALID_KEY_CHARS)
    expires = connection.ops.adapt_datetimefield_value(store.get_expiry_date())
    new = (store.session_key, store.encode(dict(store.items())), expires)
    if not execute(REPLACE_SESSION, (*new, request.session.session_key)):
        raise SessionInterrupted("The browser session was ended before the request completed.")
    return store


def hand_over(request: HttpRequest, store: SessionStore) -> None:
    """Give a stored browser session to the browser of this request, with a new CSRF secret."""
    store.modified = False  # it is already stored; SessionMiddleware only has to send its key
    request.session = store
    rotate_token(request)


def leave(request: HttpRequest) -> None:
    """
    Log out, so that no session data survives, messages included.

    The CSRF secret changes at the next sign-in. A new secret in this response could arrive after that sign-in, and
    would then invalidate every form that is open in the browser.
    """
    logout(request)


def is_stored(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Store the browser session, as Django's SessionMiddleware does; return False if it ended during this request."""
    session = request.session
    if session.modified and not session.is_empty() and response.status_code < 500:
        try:
            session.save()
        except UpdateError:  # the row no longer exists, or the database failed: Django does not say which
            return bool(session.session_key and session.exists(session.session_key))
        session.modified = False
    return True
