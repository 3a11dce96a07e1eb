"""Marks: what a view allows in an assumed session. Mark functions, never classes, because a subclass would inherit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, wraps
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Model
from django.http import HttpResponseBase
from django.views.decorators.http import require_POST as django_require_POST

from audit import log, sentences
from audit.kinds import Kind

from .requests import lock_live

if TYPE_CHECKING:
    from .requests import Request

View = Any  # a function that carries marks
MARKS = ("allowed_on_behalf", "always_open", "own_account_only", "records_on_get")
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
PAGES = sentences.PAGES  # the label of each page that `shows` names, by the name of its view


@dataclass(frozen=True, slots=True)
class Uploads:
    """The limit of an upload, and the users who may upload."""

    megabytes: int
    may: Callable[[Any], bool]


def accepts_uploads(megabytes: int, *, may: Callable[[Any], bool]) -> Callable[[View], View]:
    """
    Let a view receive files; config.middleware.bodies refuses them everywhere else, before they are read.

    megabytes: the limit of one request. may: whether the signed-in user of a request may use the view.
    """

    def mark(view: View) -> View:
        view.uploads = Uploads(megabytes, may)
        return view

    return mark


def post_only(view: View) -> View:
    """Require POST, and tell the sign-in page that it can't lead back to this address."""
    restricted: View = django_require_POST(view)
    restricted.has_page = False
    return restricted


def own_account_only(view: View) -> View:
    """Close a view in an assumed session, for reading too, because it concerns the user and not their learning."""
    view.own_account_only = True
    return view


def administration(view: View) -> View:
    """Close a view in an assumed session, for reading too, because it serves to run the platform."""
    view.is_administration = True
    return own_account_only(view)


@dataclass(frozen=True, slots=True)
class Shown:
    """
    What a page shows: its name for people, and how to find its object from the arguments of the address.

    page: the name of the page that a view of a form shows again, with its errors.
    """

    label: Any = ""
    find: Callable[..., Model | None] | None = None
    page: str = ""


def shows(
    label: Any, of: type[Model] | Callable[..., Model | None] | None = None, *, page: str = ""
) -> Callable[[View], View]:
    """
    Name what a page shows, because the first look at it in an assumed session is recorded.

    label: the kind of page, translatable. of: the model of the object with the primary key `pk` of the address, or a
    function that takes the arguments of the address and returns the object; None for a list or the dashboard. page: for
    a form that is shown again on another page, the name of that page; looks at both are one.
    """

    def mark(view: View) -> View:
        view.shown = Shown(label, partial(by_pk, of) if isinstance(of, type) else of, page)
        PAGES[page or view.__name__] = label
        return view

    return mark


def by_pk(model: type[Model], *, pk: int) -> Model | None:
    """Return the object with this primary key."""
    return model._base_manager.filter(pk=pk).first()


def shows_nothing_personal(view: View) -> View:
    """Mark a page that shows nothing of the user whose account is open, so that nobody needs to know of a look."""
    view.shown = None
    return view


def always_open(view: View) -> View:
    """
    Keep a view usable in every assumed session: start, exit and sign-out, which nothing may block.

    The database still refuses writes while a safe request runs.
    """
    view.always_open = True
    return view


def records_on_get(view: View) -> View:
    """
    Let a safe request of a view write to the audit log in an assumed session.

    This switches the read-only guard off, so the view must write nothing else. A repository test lists these views.
    """
    view.records_on_get = True
    return view


def sign_in_page(view: View) -> View:
    """Mark the sign-in page: closed in an assumed session; looking at it leads to where sign-in would lead."""
    view.is_sign_in_page = True
    return own_account_only(view)


def sign_out_page(view: View) -> View:
    """Mark the sign-out page: always open; its form ends the assumed session too."""
    view.is_sign_out_page = True
    return always_open(view)


def has_mark(view: View) -> bool:
    """Return whether a view says itself what is allowed in an assumed session."""
    return any(getattr(view, mark, False) for mark in MARKS)


def closed_for_reading(view: View) -> bool:
    """Return whether a view is closed in an assumed session whatever the method; so is an unmarked one of a package."""
    if getattr(view, "own_account_only", False):
        return True
    return not has_mark(view) and view.__module__.partition(".")[0] not in settings.OWN_PACKAGES


def is_for_actor(view: View) -> bool:
    """Return whether a view is about an assumed session itself, or about nobody, and so speaks to the actor."""
    return getattr(view, "always_open", False) or getattr(view, "shown", Shown) is None


def is_public_page(view: View) -> bool:
    """Return whether looking at a view needs no user and no rule of an assumed session."""
    if getattr(view, "login_required", True):
        return False
    return not getattr(view, "always_open", False) and not closed_for_reading(view)


def allowed_on_behalf(view: View) -> View:
    """
    Open the unsafe methods of a view in an assumed session, and record each use.

    The attempt is recorded before the view runs. The view, its changes and their outcome are one transaction; if it
    fails, a second transaction records the failure. Each of the three transactions locks the session, so that the end
    of the session waits for it, and raises SessionEnded if the session has ended.
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
                lock_live(request)  # raises SessionEnded again, because an end is final
                log.record(Kind.ASSUMED_SESSION_OUTCOME, outcome="failed", detail={"error": type(error).__name__})
            raise
        return response

    marked: View = traced
    marked.allowed_on_behalf = True
    return marked
