"""The request as views see it, after the middleware of assumed sessions has run."""

from functools import partial
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import PermissionDenied
from django.db.models import TextChoices
from django.http import HttpRequest
from django.urls import get_script_prefix
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from accounts.models import User
from audit.kinds import Kind, Outcome
from audit.limits import record_within_limit

REFUSALS_A_MINUTE = 10


class Request(HttpRequest):
    """A request whose `user` owns the open account and whose `actor` is at the keyboard."""

    user: Any
    actor: User
    assumed_session: Any


class SessionEnded(Exception):
    """The assumed session ended while its request ran. The middleware answers with the sign-in page."""


def lock_live(request: Request) -> None:
    """
    Keep the request's assumed session, if there is one, from ending or changing its mode before the transaction does.

    Raise SessionEnded if it has ended, so that nothing is changed and recorded after the end, and PermissionDenied if
    its mode is another one by now than the rules of this request have asked for.
    """
    if not request.assumed_session:
        return
    mode = request.assumed_session.lock_live()
    if mode is None:
        raise SessionEnded
    if mode != request.assumed_session.mode:
        raise PermissionDenied(_("The mode of the assumed session was changed meanwhile. Nothing was changed by this."))


def record_refusal(
    request: Request, kind: Kind, refusal: TextChoices, *, what: str, target: User, **detail: object
) -> None:
    """
    Record that the actor was refused; above REFUSALS_A_MINUTE by one actor, record one summary instead.

    what: the plural of what is counted, as in record_within_limit. detail: what the event says beside the refusal.
    """
    record_within_limit(
        kind,
        what=what,
        by=request.actor.pk,
        most=REFUSALS_A_MINUTE,
        outcome=Outcome.REFUSED,
        actor=request.actor.as_person(),
        target=target.as_person(),
        detail={"refusal": refusal.value} | detail,
        lock=partial(lock_live, request),
    )


def is_ours(address: str) -> bool:
    """
    Return whether an untrusted address leads to a page of this platform.

    A browser resolves "..", plain or encoded, before it asks, so that /learning/../x is not below /learning/.
    """
    if not address.startswith(get_script_prefix()) or not url_has_allowed_host_and_scheme(address, allowed_hosts=None):
        return False
    return ".." not in unquote(urlsplit(address).path).replace("\\", "/").split("/")


def page_of_form(request: HttpRequest, view: Any) -> str:
    """Return the page to come back to after sign-in: "" if the view only takes forms and nobody knows their page."""
    if request.method in ("GET", "HEAD") or getattr(view, "has_page", True):
        return request.get_full_path()
    page = urlsplit(request.headers.get("Referer", ""))
    address = page._replace(scheme="", netloc="").geturl()
    return address if page.netloc == request.get_host() and is_ours(address) else ""
