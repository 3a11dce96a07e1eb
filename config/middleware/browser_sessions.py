"""
The cookies of a browser session, so that an answer that arrives late takes nothing away (docs/decisions/0020).

A cookie of somebody who is signed in is set only by an answer that gives them a new key: sign-in, start of an assumed
session, new password. No answer deletes it, and no answer repeats it, because the browser may have a newer one by then.
"""

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.middleware import SessionMiddleware as DjangoSessionMiddleware
from django.middleware.csrf import CsrfViewMiddleware as DjangoCsrfViewMiddleware
from django.utils.cache import patch_vary_headers

from impersonation import replaced_keys
from impersonation.identity import ASSUMED_SESSION_KEY


class BrowserSession(SessionStore):
    """The session of the person who is signed in or, if there is none, that of somebody who is still signing in."""

    key_salt = SessionStore().key_salt  # Django would derive another one from the name of this class

    def __init__(self, session_key=None, signing_in_key=None):
        super().__init__(session_key)
        if self.session_key is None:
            self._session_key = signing_in_key
        self.signing_in_key = signing_in_key
        self.replaced_key = None  # of somebody who was signed in when the request came

    def load(self):
        data = super().load()
        if self.session_key is None:
            self._session_key = self.signing_in_key
            data = super().load() if self.session_key else {}
        if SESSION_KEY in data:
            if self.session_key == self.signing_in_key:
                self._session_key, data = None, {}  # a key of somebody who is signed in opens nothing in this cookie
            elif ASSUMED_SESSION_KEY not in data:  # the row of an assumed session says it itself
                self.replaced_key = self.session_key
        return data

    def cycle_key(self):
        self.remember_key(is_signed_in=True)
        super().cycle_key()

    def flush(self):
        self.remember_key(is_signed_in=False)
        super().flush()

    def remember_key(self, *, is_signed_in: bool) -> None:
        """Remember the key while it still opens the session, so that no request finds it dead and unknown."""
        if self.replaced_key:
            replaced_keys.remember(self.replaced_key, is_signed_in=is_signed_in)


class SessionMiddleware(DjangoSessionMiddleware):
    """Stores the browser session, and sets the cookie only if the key is not the one that the browser has sent."""

    def process_request(self, request):
        sent = request.COOKIES.get
        request.session = BrowserSession(sent(settings.SESSION_COOKIE_NAME), sent(settings.SIGNING_IN_COOKIE_NAME))

    def process_response(self, request, response):
        session = request.session
        if not session.accessed:
            return response
        patch_vary_headers(response, ("Cookie",))
        if session.modified and not session.is_empty() and response.status_code < 500:
            try:
                session.save()
            except UpdateError:
                # Signed out while it ran. What a redirect leads to asks again who is there; a page would not.
                if response.has_header("Location"):
                    return response
                return replaced_keys.sign_in_page(request, request.resolver_match and request.resolver_match.func)
        name = settings.SESSION_COOKIE_NAME if SESSION_KEY in session else settings.SIGNING_IN_COOKIE_NAME
        if session.session_key and session.session_key != request.COOKIES.get(name):
            response.set_cookie(
                name,
                session.session_key,
                domain=settings.SESSION_COOKIE_DOMAIN,
                path=settings.SESSION_COOKIE_PATH,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=settings.SESSION_COOKIE_HTTPONLY,
                samesite=settings.SESSION_COOKIE_SAMESITE,
            )
        return response


class CsrfViewMiddleware(DjangoCsrfViewMiddleware):
    """Sets the cookie only if its secret is new: Django repeats it with every form, and so brings back an old one."""

    def process_response(self, request, response):
        if request.META.get("CSRF_COOKIE") == request.COOKIES.get(settings.CSRF_COOKIE_NAME):
            request.META["CSRF_COOKIE_NEEDS_UPDATE"] = False
        return super().process_response(request, response)
