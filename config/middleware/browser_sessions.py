"""
Cookies of a browser session, set so that a late response can't overwrite a newer one (docs/decisions/0020).

The cookie of a signed-in user is set only by a response that creates a new session key: sign-in, start of an assumed
session, new password. No response deletes or repeats the cookie, because the browser may already have a newer one.
"""

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.middleware import SessionMiddleware as DjangoSessionMiddleware
from django.contrib.sessions.models import Session
from django.db.models import DateTimeField
from django.middleware.csrf import CsrfViewMiddleware as DjangoCsrfViewMiddleware
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from audit.statements import Parameter, Statement
from impersonation import replaced_keys
from impersonation.identity import ASSUMED_SESSION_KEY

STORED = Statement(
    lambda: Session.objects.filter(
        session_key=Parameter("key", Session._meta.pk), expire_date__gt=Parameter("now", DateTimeField())
    ).order_by()
)


class BrowserSession(SessionStore):
    """The session of the signed-in user or, if there is none, the session of a sign-in that isn't complete yet."""

    key_salt = SessionStore().key_salt  # Django would derive a different salt from the name of this class

    def __init__(self, session_key=None, signing_in_key=None):
        super().__init__(session_key)
        if self.session_key is None:
            self._session_key = signing_in_key
        self.signing_in_key = signing_in_key
        self.replaced_key = None  # the session key of a user who was signed in when the request arrived

    def _get_session_from_db(self):
        """Return the row of the key, or forget a key that has none or an expired one, as Django does."""
        for row in STORED.objects(key=self.session_key, now=timezone.now()):
            return row
        self._session_key = None
        return None

    def load(self):
        data = super().load()
        if self.session_key is None:
            self._session_key = self.signing_in_key
            data = super().load() if self.session_key else {}
        if SESSION_KEY in data:
            if self.session_key == self.signing_in_key:
                self._session_key, data = None, {}  # the key of a signed-in user is invalid in this cookie
            elif ASSUMED_SESSION_KEY not in data:  # an assumed session has its own row for this
                self.replaced_key = self.session_key
        return data

    def cycle_key(self):
        self.remember_key(is_signed_in=True)
        super().cycle_key()

    def flush(self):
        self.remember_key(is_signed_in=False)
        super().flush()

    def remember_key(self, *, is_signed_in: bool) -> None:
        """Remember the key before it becomes invalid, so that no request finds it invalid and unknown."""
        if self.replaced_key:
            replaced_keys.remember(self.replaced_key, is_signed_in=is_signed_in)


class SessionMiddleware(DjangoSessionMiddleware):
    """Stores the browser session, and sets the cookie only if its key differs from the one that the browser sent."""

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
                # The user signed out meanwhile. The target of a redirect checks the user again; a page would not.
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
    """Sets the cookie only if its secret is new. Django sets it with every form, which could restore an old secret."""

    def process_response(self, request, response):
        if request.META.get("CSRF_COOKIE") == request.COOKIES.get(settings.CSRF_COOKIE_NAME):
            request.META["CSRF_COOKIE_NEEDS_UPDATE"] = False
        return super().process_response(request, response)
