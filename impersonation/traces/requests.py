"""What a request of an assumed session looks at, or why it was refused, as the audit log names it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponseBase

from accounts.authorization.decorators import SAFE_METHODS, View, is_public_page
from impersonation.models import AssumedSession

from . import actions
from .stored import Traces

SHOWN_AGAIN = (200, 409, 422)
LONGEST = 200  # characters of a path in an event
METHODS = {"GET", "HEAD", "OPTIONS", "TRACE", "POST", "PUT", "PATCH", "DELETE"}


def record_look(request: HttpRequest, response: HttpResponseBase, session: AssumedSession) -> None:
    """
    Record the first look at what the response shows, before the response leaves; the second look costs no query.

    Raise SessionEnded if the session has ended meanwhile, and NotRecorded if the log can't be written: either way the
    caller drops the response.
    """
    if not is_look(request, response):
        return
    match: Any = request.resolver_match  # a view ran, so the address was resolved
    key = key_of_look(request)
    if key not in Traces.of(session.traces):
        actions.record_look(session, key, contents_of_look(request, match.func))


def is_look(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Return whether the response shows something of the target that no other event records."""
    view: View = request.resolver_match and request.resolver_match.func
    if view is None:
        return False
    if request.method not in SAFE_METHODS:
        # A form that is shown again with its errors shows the page; everything else that a form does is recorded.
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        return is_page and response.status_code in SHOWN_AGAIN and bool(getattr(view, "shown", None))
    if not 200 <= response.status_code < 300:
        return False
    exempt = is_public_page(view) or getattr(view, "always_open", False) or getattr(view, "records_on_get", False)
    return not exempt and getattr(view, "shown", True) is not None


def record_block(request: HttpRequest, view: View, session: AssumedSession, why: str) -> None:
    """
    Record that a rule of the session refuses the request.

    why: as `why_closed` returns it. Raise SessionEnded if the session has ended meanwhile.
    """
    actions.record_blocked(session, key_of_block(request, why), contents_of_block(request, view, why))


def name_of(request: HttpRequest, view: View) -> str:
    """Return the name of a view, as events store it: that of its address, because packages reuse function names."""
    match: Any = request.resolver_match  # a view runs, so the address was resolved
    return match.view_name if match.url_name else getattr(view, "__name__", type(view).__name__)


def page(request: HttpRequest) -> str:
    """Return the address of the page without its arguments, in one word."""
    match: Any = request.resolver_match
    return quote(match.route, safe="/<>:")


def arguments(request: HttpRequest) -> str:
    """Return the arguments of the address in one word, because an address may contain any character."""
    match: Any = request.resolver_match
    return quote(",".join(map(str, [*match.args, *match.kwargs.values()])), safe=",")[:LONGEST]


def key_of_look(request: HttpRequest) -> str:
    """Return the key under which a look is noted: the page and its object."""
    match: Any = request.resolver_match
    return f"looked {page_shown(request, match.func)} {object_shown(request, match.func)}"


def page_shown(request: HttpRequest, view: View) -> str:
    """Return the name of the page that a view shows: its own, or that of the page with the form."""
    shown = getattr(view, "shown", None)
    return shown.page if shown and shown.page else name_of(request, view)


def object_shown(request: HttpRequest, view: View) -> str:
    """Return the arguments that name the object of a page; "" for a page without one."""
    shown = getattr(view, "shown", None)
    return "" if shown and shown.page and not shown.find else arguments(request)


def key_of_block(request: HttpRequest, why: str) -> str:
    """Return the key under which a refused request is noted: the rule, the method, the page and its object."""
    method = request.method if request.method in METHODS else "OTHER"
    return f"blocked {why} {method} {page(request)} {arguments(request)}"


def contents_of_look(request: HttpRequest, view: View) -> dict[str, Any]:
    """
    Return what the event of a look says: the view, the object and its title, and never what the object contains.

    A user has no title, because the erasure of a name reaches only the events that concern its owner.
    """
    shown = getattr(view, "shown", None)
    match: Any = request.resolver_match
    found = shown.find(**match.kwargs) if shown and shown.find else None
    return {
        "view": page_shown(request, view),
        "object": f"{found._meta.label_lower} {found.pk}" if found else object_shown(request, view),
        "title": "" if found is None or hasattr(found, "as_person") else str(found),
    }


def contents_of_block(request: HttpRequest, view: View, why: str) -> dict[str, Any]:
    """Return what the event of a refused request says: the method, the address, the view, its object, and the rule."""
    return {
        "method": (request.method or "")[:20],
        "path": request.path[:LONGEST],
        "view": name_of(request, view),
        "object": arguments(request),
        "why": why,
    }
