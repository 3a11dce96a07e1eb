"""The client IP address of a request, for limits, the log and the audit log."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def remote_address(request: HttpRequest) -> str:
    """
    Return the client's IP address, or "" if the connection has none (a unix socket without a proxy's header).

    In X-Forwarded-For only the entry of our outermost proxy counts: the TRUSTED_PROXY_COUNT-th from the right, because
    a client can write everything to the left of it. If there are fewer entries, the request did not come through all
    proxies, and anybody can have written them: then only the peer of the connection counts.
    """
    count = settings.TRUSTED_PROXY_COUNT
    entries = request.headers.get("X-Forwarded-For", "").split(",")
    forwarded = ip_address(entries[-count]) if 0 < count <= len(entries) else ""
    return forwarded or ip_address(request.META.get("REMOTE_ADDR", ""))


def ip_address(text: str) -> str:
    """Return an IP address without port, brackets and zone, an IPv4-mapped one as IPv4, or "" if it is none."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    return str(getattr(address, "ipv4_mapped", None) or address)
