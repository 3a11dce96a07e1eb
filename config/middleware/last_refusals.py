"""The last request of each signed-in user, and the last refused one: what their browser last did here."""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

from django.db import DatabaseError, InterfaceError, transaction

from accounts.authorization.decorators import closed_for_reading
from accounts.models import LastRefusal, last_requests
from accounts.models.last_refusals import keep

logger = logging.getLogger(__name__)
Kind = LastRefusal.Kind
KINDS = {
    403: Kind.FORBIDDEN,
    413: Kind.TOO_LARGE,
    422: Kind.FORM_ERRORS,
    429: Kind.TOO_MANY,
}


def keep_last_refusal(get_response):
    """
    Keep what a user's browser was refused, and every ten minutes that it was here.

    Nothing is kept for a stranger, or in an assumed session.

    Its place is outside of AssumedSessionMiddleware, which closes the database for writes while a page is looked at.
    """

    def middleware(request):
        response = get_response(request)
        try:
            if kind := kind_of(request, response.status_code):
                keep_of(request, kind, response.status_code)
            if request.session.accessed and response.status_code < 500:
                keep_time(request)
        except (DatabaseError, InterfaceError) as error:  # the answer leaves in any case
            logger.warning("A request was not kept: %r", error)
        return response

    return middleware


def kind_of(request, status: int) -> str | None:
    """Return the kind of a refused or failed response; None for another one, and for an address that was typed."""
    if status >= 500:
        return Kind.FAILED
    if status == 404:
        if is_file(request):
            return Kind.NO_FILE
        return Kind.NO_PAGE if is_led_here(request) else None
    if status == 403 and getattr(request, "is_out_of_date", False):
        return Kind.OUT_OF_DATE
    return KINDS.get(status)


def is_file(request) -> bool:
    return bool(request.resolver_match and (request.resolver_match.url_name or "").endswith("_file"))


def is_led_here(request) -> bool:
    """Return whether a page of the platform led to the address, so that it was not typed."""
    try:
        return urlsplit(request.headers.get("Referer", "")).netloc == request.get_host()
    except ValueError:
        return False


def keep_of(request, kind: str, status: int) -> None:
    """Keep the refusal of a signed-in user who is there themselves."""
    if not request.user.is_authenticated or request.assumed_session:
        return
    with transaction.atomic():
        keep(user_id=request.user.pk, kind=kind, path=path_of(request), status=status)


def keep_time(request) -> None:
    """Keep when a signed-in user was here themselves; the session knows of most requests that nothing is to be kept."""
    if request.user.is_authenticated and not getattr(request, "assumed_session", True):
        last_requests.keep(request.user.pk, request.session)


def path_of(request) -> str:
    """
    Return the path that may be kept.

    It is the route if the path holds more than numbers, such as the key of a link to a new password, and "" for a page
    that is closed to everybody else.
    """
    found = request.resolver_match
    if found is None:
        return request.path
    if closed_for_reading(found.func):
        return ""
    return request.path if all(isinstance(value, int) for value in found.kwargs.values()) else f"/{found.route}"
