"""
Sub-path of the platform, such as /learning in SITE_URL=https://example.com/learning.

The proxy passes the whole path. Django's addresses begin with the sub-path (FORCE_SCRIPT_NAME), and its routes don't.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings

LIVE, READY = "/healthz", "/readyz"  # health checks, which balancers ask for without the sub-path
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def under(application: Application) -> Application:
    """Return the application under the sub-path; without one, the application itself."""
    prefix: str = settings.SUB_PATH
    if not prefix:
        return application

    def routed(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path in (LIVE, READY):
            return application(environ, start_response)
        if path == prefix or path.startswith(f"{prefix}/"):
            inner = path.removeprefix(prefix) or "/"
            return application(environ | {"SCRIPT_NAME": prefix, "PATH_INFO": inner}, start_response)
        start_response("404 Not Found", [("Content-Type", "text/plain"), ("Cache-Control", "no-store")])
        return [f"This server answers under {prefix}/ only: the proxy has to pass the whole path.\n".encode()]

    return routed
