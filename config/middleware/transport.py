"""
HTTPS behind proxies: a page that says what to set, where a browser would be redirected without end.

Without a trusted proxy, a request that came over HTTPS looks like plain HTTP, so that Django redirects it to the
address that it already has.
"""

import logging

from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string

logger = logging.getLogger("config.transport")
NOT_TRUSTED = "TRUSTED_PROXY_COUNT is 0, but a proxy says that it received the request over HTTPS."
NOT_SAID = "TRUSTED_PROXY_COUNT is {count}, but the proxy doesn't say that it received the request over HTTPS."


def explain_redirect_loops(get_response):
    """Answer a request that would be redirected without end with a page for the operator (500)."""

    def middleware(request):
        reason = why_it_would_loop(request)
        if not reason:
            return get_response(request)
        logger.error("%s Every page would redirect to itself without end.", reason)
        page = render_to_string("redirect_loop.html", {"count": settings.TRUSTED_PROXY_COUNT})
        return HttpResponse(page, status=500, headers={"Cache-Control": "no-store"})

    return middleware


def why_it_would_loop(request) -> str:
    """
    Return why a redirect to HTTPS would lead back here, or an empty text.

    The header decides about nothing but this page: a client that forges it sees the page, and no other page.
    """
    if not settings.SECURE_SSL_REDIRECT or request.is_secure():
        return ""
    count, proto = settings.TRUSTED_PROXY_COUNT, request.META.get("HTTP_X_FORWARDED_PROTO", "")
    if not count and "https" in proto.lower().replace(" ", "").split(","):
        return NOT_TRUSTED
    if count and not proto:
        return NOT_SAID.format(count=count)
    return ""
