"""What a view says of itself; the middleware of the assumed session obeys. Mark functions, never classes."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from audit import log
from audit.kinds import Kind

View = Callable
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def own_account_only(view: View) -> View:
    """Closes a view in an assumed session, for reading too: it concerns the person, not their learning."""
    view.own_account_only = True
    return view


def always_open(view: View) -> View:
    """Keeps a view usable in every assumed session: exit and sign-out, which nothing may block."""
    view.always_open = True
    return view


def allowed_on_behalf(view: View) -> View:
    """
    Opens a view's unsafe methods in an assumed session, and traces each use.

    The attempt is on record before the view runs. The view, its changes and their outcome are one transaction;
    if it fails, the failure is recorded by itself.
    """

    @wraps(view)
    def traced(request, *args, **kwargs):
        if request.method in SAFE_METHODS or not request.assumed_session:
            return view(request, *args, **kwargs)
        with log.recording():
            log.record(
                Kind.ASSUMED_SESSION_REQUEST,
                detail={"method": request.method, "path": request.path, "view": request.resolver_match.view_name},
            )
        try:
            with log.recording():
                response = view(request, *args, **kwargs)
                outcome = "done" if response.status_code < 400 else "refused"
                log.record(Kind.ASSUMED_SESSION_OUTCOME, outcome=outcome, detail={"status": response.status_code})
        except Exception as error:
            with log.recording():
                log.record(Kind.ASSUMED_SESSION_OUTCOME, outcome="failed", detail={"error": type(error).__name__})
            raise
        return response

    traced.allowed_on_behalf = True
    return traced
