"""Response headers, request id, required sign-in, language and time zone of every request."""

import uuid

from django.contrib.auth.middleware import LoginRequiredMiddleware as DjangoLoginRequiredMiddleware
from django.utils import timezone, translation

from accounts.authentication.remote_address import remote_address
from accounts.authorization.decorators import is_for_actor
from accounts.models.preferences import language_of, time_zone_of
from audit import context
from impersonation.replaced_keys import sign_in_page

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; media-src 'self'; "
    "font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


def response_headers(get_response):
    """Add a strict content security policy, and forbid browsers and proxies to store pages."""

    def middleware(request):
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def audit_context(get_response):
    """Set the request's id and origin for the audit log, and send the id in the response."""

    def middleware(request):
        request_id = uuid.uuid4()
        with context.scoped(
            request_id=request_id,
            address=remote_address(request),
            user_agent=request.headers.get("User-Agent", "")[:300],
        ):
            response = get_response(request)
            request.audit_context = context.current()  # for lines that Django logs after the block
        response.headers["X-Request-Id"] = str(request_id)
        return response

    return middleware


class LoginRequiredMiddleware(DjangoLoginRequiredMiddleware):
    """Checks the view's mark before the user, so that a public page doesn't load the session (as Django 6 does)."""

    def process_view(self, request, view_func, view_args, view_kwargs):
        if not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(self, request, view_func):
        """Redirect to the platform's sign-in, even if a package names another; come back only to a view with a page."""
        return sign_in_page(request, view_func)


class PreferencesMiddleware:
    """
    Shows pages that require sign-in in the language and time zone of request.user (the target, if assumed).

    What is about the session itself speaks to the actor. Other pages are in the language that the browser has chosen
    or prefers, among those that the platform offers.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with translation.override(translation.get_language_from_request(request)), timezone.override(None):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language())
            return response

    def process_view(self, request, view_func, view_args, view_kwargs):
        if getattr(view_func, "login_required", True) and request.user.is_authenticated:
            reader = request.actor if is_for_actor(view_func) else request.user
            translation.activate(language_of(reader))
            timezone.activate(time_zone_of(reader))
