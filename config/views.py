"""Error pages."""

import math
import sys
from contextlib import nullcontext

from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import get_language

from accounts.authentication.backends import LED_TO
from accounts.authentication.views import way_back
from accounts.authorization.decorators import SAFE_METHODS
from accounts.models.preferences import preferences_of
from audit import clock
from audit.log import UNAVAILABLE, NotRecorded
from impersonation.mode.views import has_mode_already, onwards
from impersonation.replaced_keys import is_same_form

from .caching.redis import CacheUnreachable
from .files.full_disks import is_full
from .files.uploads import StoreUnavailable
from .postgresql.errors import is_gone, is_too_slow

RETRY_AFTER_SECONDS = "5"

# Faults beside the database, each with a page of its own.
FAULTS: dict[type[Exception], str] = {CacheUnreachable: "503_cache.html", StoreUnavailable: "503_uploads.html"}


def bad_request(request, exception=None):
    return error_page(request, 400)


def permission_denied(request, exception=None):
    return error_page(request, 403, reason=str(exception or ""))


def page_not_found(request, exception=None):
    return error_page(request, 404)


def too_many_requests(request):
    """Show the 429 page, with the time of the next attempt if the rate limit has set request.open_again_at."""
    at = getattr(request, "open_again_at", None)
    if at is None:
        return error_page(request, 429)
    seconds = math.ceil((at - clock.now()).total_seconds())
    response = error_page(request, 429, open_again_at=at, minutes=math.ceil(seconds / 60))
    response.headers["Retry-After"] = str(seconds)
    return response


def server_error(request):
    """
    Say that the fault is ours or, if the log or the database can't be written, that nothing was done (503).

    A page that writes while it is only looked at has a fault of its own, which the database refuses (500).
    """
    error = sys.exception()
    if is_gone(error) or (is_too_slow(error) and not isinstance(error, NotRecorded)):
        return plain_page(503)  # no question to the database: it would wait again
    for fault, template in FAULTS.items():
        if isinstance(error, fault):
            return error_page(request, 503, template=template)
    if isinstance(error, OSError) and is_full(error):
        return error_page(request, 503, template="503_full.html")
    unwritten = (
        isinstance(error, NotRecorded)
        or is_full(error)
        or (isinstance(error, UNAVAILABLE) and request.method not in SAFE_METHODS)
    )
    return error_page(request, 503 if unwritten else 500)


def csrf_failure(request, reason=""):
    """
    Redirect to the destination of the first request if the form was sent twice; else say that it is out of date.

    Never read the content of the form, least of all credentials; the user comes from the cookie alone.
    """
    name = request.resolver_match.view_name
    if request.user.is_authenticated and name in ("account_login", "mfa_authenticate", "demo_sign_in"):
        return redirect(request.session.get(LED_TO) or way_back(request))
    if request.assumed_session and is_same_form(request, request.assumed_session):
        return redirect("dashboard")
    if name == "assumed_session_mode" and has_mode_already(request):
        return onwards(request)
    request.is_out_of_date = True  # for config.middleware.last_refusals
    return error_page(request, 403, template="403_csrf.html", has_no_cookies=not request.COOKIES)


def error_page(request, status, *, template=None, **context):
    """Render an error page under the warning bar or, if that fails (no database), a plain page that names no user."""
    try:
        with preferences_of(request.user) if request.user.is_authenticated else nullcontext():
            response = render(request, template or f"{status}.html", context, status=status)
            response.headers["Content-Language"] = get_language()
    except Exception as error:
        if status < 500 and template is None and getattr(request, "_identity", None) is not None:
            raise
        if isinstance(error, OperationalError | InterfaceError):
            status = 503  # the database is unreachable, so a later attempt may succeed
        return plain_page(status)
    if status == 503:
        response.headers["Retry-After"] = RETRY_AFTER_SECONDS
    return response


def plain_page(status: int):
    """Render a page that names no user, without a question to the database."""
    response = HttpResponse(render_to_string("error_plain.html", {"status": status}), status=status)
    if status == 503:
        response.headers["Retry-After"] = RETRY_AFTER_SECONDS
    return response
