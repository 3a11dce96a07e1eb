"""What every request of the project gets: headers, a request id, the sign-in wall, language and time zone."""

import uuid

from django.contrib.auth.middleware import LoginRequiredMiddleware as DjangoLoginRequiredMiddleware
from django.utils import timezone, translation

from accounts.authentication.remote_address import remote_address
from accounts.models.preferences import language_of, time_zone_of
from audit import context
from impersonation.replaced_keys import sign_in_page

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; media-src 'self'; "
    "font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


def response_headers(get_response):
    """A strict content policy, and nothing of what people see kept by browsers or proxies."""

    def middleware(request):
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def audit_context(get_response):
    """Tells the audit log where a request comes from, and gives it an id that the response repeats."""

    def middleware(request):
        request_id = uuid.uuid4()
        with context.scoped(
            request_id=request_id,
            address=remote_address(request),
            user_agent=request.headers.get("User-Agent", "")[:300],
        ):
            response = get_response(request)
            request.audit_context = context.current()  # for what Django logs once the block is over
        response.headers["X-Request-Id"] = str(request_id)
        return response

    return middleware


class LoginRequiredMiddleware(DjangoLoginRequiredMiddleware):
    """Asks the view before it asks who is there, so that a public page costs no session (as Django 6 does)."""

    def process_view(self, request, view_func, view_args, view_kwargs):
        if not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(self, request, view_func):
        """There is one way to sign in, whatever a package says of its views; a view without a page is not its next."""
        return sign_in_page(request, view_func)


class PreferencesMiddleware:
    """Shows signed-in pages in the language and time zone of the person whose account is open."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with translation.override(translation.get_language_from_request(request)), timezone.override(None):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language())
            return response

    def process_view(self, request, view_func, view_args, view_kwargs):
        if getattr(view_func, "login_required", True) and request.user.is_authenticated:
            translation.activate(language_of(request.user))
            timezone.activate(time_zone_of(request.user))
