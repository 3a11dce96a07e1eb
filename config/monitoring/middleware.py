"""Middleware that measures each request: for the metrics, and for the access line."""

from __future__ import annotations

import logging
import time
from typing import Any
from uuid import UUID

from django.conf import settings

from . import metrics

logger = logging.getLogger(__name__)
access = logging.getLogger("access")
NO_VIEW = "none"
STATIC_FILE = "static_file"
# Scrapes come every few seconds. They are counted, and have no line. Health checks are answered before this middleware.
WITHOUT_A_LINE = {"metrics"}


def watch_requests(get_response):
    """Count and log each answer. Its place is outermost, so that it sees redirects and static files too."""

    def middleware(request):
        began = time.perf_counter()
        response = get_response(request)
        try:
            watched(request, response, time.perf_counter() - began)
        except Exception:  # the answer leaves in any case
            logger.exception("A request could not be counted")
        return response

    return middleware


def watched(request: Any, response: Any, seconds: float) -> None:
    """Count an answer, and write its access line."""
    view = view_of(request)
    method = request.method if request.method in metrics.METHODS else "other"
    metrics.count(view, method, response.status_code, seconds)
    if view not in WITHOUT_A_LINE and access.isEnabledFor(logging.INFO):
        access.info(
            "%s %s %s", method, view, response.status_code,
            extra={"request": request, "fields": fields(request, response, seconds) | {"method": method, "view": view}},
        )  # fmt: skip


def view_of(request: Any) -> str:
    """Return the name of the request's view, from the address configuration and never from the address itself."""
    match = request.resolver_match
    if match is not None:
        return match.view_name or NO_VIEW
    return STATIC_FILE if request.path_info.startswith(settings.STATIC_URL) else NO_VIEW


def fields(request: Any, response: Any, seconds: float) -> dict[str, Any]:
    """
    Return the fields of an access line.

    The address is not among them: it may hold the link to a new password or what somebody searched for. Of what the
    address names, numbers and UUIDs are there, which name rows of the database.
    """
    named = request.resolver_match.kwargs if request.resolver_match else {}
    return {
        "status": response.status_code,
        "ms": round(seconds * 1000, 1),
        "bytes": None if response.streaming else len(response.content),
        "ids": {name: str(value) for name, value in named.items() if isinstance(value, int | UUID)},
        "proxy_request_id": proxy_request_id(request),
    }


def proxy_request_id(request: Any) -> str | None:
    """
    Return the id that a proxy gave the request in X-Request-ID, as a UUID; None for anything else.

    It stands beside the request's own id and never replaces it, because the audit log pairs events by their request
    and a client could send the id of another one.
    """
    sent = request.headers.get("X-Request-Id", "")
    if not settings.TRUSTED_PROXY_COUNT or len(sent) > 36:
        return None
    try:
        return str(UUID(sent))
    except ValueError:
        return None
