"""What a view says of itself; the middleware of the assumed session obeys. Mark functions, never classes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.http import HttpResponseBase
from django.views.decorators.http import require_POST as django_require_POST

from audit import log
from audit.kinds import Kind

from .requests import lock_live

if TYPE_CHECKING:
    from .requests import Request

View = Any  # a function that is given marks
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


@dataclass(frozen=True, slots=True)
class Uploads:
    """How much may be uploaded to a view at once, and whose requests may do so; all others send forms, not files."""

    megabytes: int
    may: Callable[[Any], bool]


def accepts_uploads(megabytes: int, *, may: Callable[[Any], bool]) -> Callable[[View], View]:
    """
    Let a view receive files; config.middleware.bodies refuses them everywhere else, before they are read.

    megabytes: of one request. may: whether the person of a request may use the view; signed in they are.
    """

    def mark(view: View) -> View:
        view.uploads = Uploads(megabytes, may)
        return view

    return mark


def post_only(view: View) -> View:
    """Answers nothing but POST, as Django's own, and tells sign-in that there is no page to come back to."""
    restricted: View = django_require_POST(view)
    restricted.has_page = False
    return restricted


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

    The attempt is on record before the view runs. The view, its changes and their outcome are one transaction; if it
    fails, the failure is recorded in a transaction of its own. Each of the three locks the session, so that its end
    waits for the transaction, and what comes after the end does nothing (SessionEnded).
    """

    @wraps(view)
    def traced(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method in SAFE_METHODS or not request.assumed_session:
            return view(request, *args, **kwargs)
        with log.recording():
            lock_live(request)
            log.record(
                Kind.ASSUMED_SESSION_REQUEST,
                detail={"method": request.method, "path": request.path, "view": view.__name__},
            )
        try:
            with log.recording():
                lock_live(request)
                response = view(request, *args, **kwargs)
                outcome = "done" if response.status_code < 400 else "refused"
                log.record(Kind.ASSUMED_SESSION_OUTCOME, outcome=outcome, detail={"status": response.status_code})
        except Exception as error:
            with log.recording():
                lock_live(request)  # raises again what it raised above, because an end is for good
                log.record(Kind.ASSUMED_SESSION_OUTCOME, outcome="failed", detail={"error": type(error).__name__})
            raise
        return response

    marked: View = traced
    marked.allowed_on_behalf = True
    return marked
