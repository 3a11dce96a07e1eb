"""
The way back to the ticket that an assumed session was started for.

It lies in the browser session of the assumed session, and after its end, which logs out, for ten minutes in a signed
cookie. The reason of the start stays in the audit log alone.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponseBase

from accounts.authentication import browser_cookies
from accounts.authorization.requests import Request

from .ended_cookie import KNOWN_FOR
from .models import AssumedSession

KEY = COOKIE = SALT = "back_to_ticket"


@dataclass(frozen=True, slots=True)
class Ticket:
    """
    The ticket of an assumed session that has ended.

    address: the ticket's address, which its name alone makes. back: the address to return to, which may say more.
    """

    name: str
    address: str
    back: str
    actor_id: int | None
    target_id: int | None


@dataclass(frozen=True, slots=True)
class Offer:
    """The link “Back to ticket …” of a page; target_id is None on the sign-in page."""

    name: str
    href: str
    target_id: int | None = None


def kept(name: str, address: str, back: str) -> dict[str, Any]:
    """Return what the browser session of an assumed session keeps: nothing if the ticket has no address."""
    return {KEY: {"name": name, "address": address, "back": back}} if address else {}


def of(request: HttpRequest, session: AssumedSession) -> Ticket | None:
    """
    Return the ticket of this browser's assumed session, read before the browser is logged out.

    It is kept with the request, because the middleware may answer an ended session twice.
    """
    held: dict[str, str] | None = request.__dict__.setdefault("_ticket_of_session", request.session.get(KEY))
    return Ticket(**held, actor_id=session.actor_id, target_id=session.target_id) if held else None


def tell_browser(response: HttpResponseBase, ticket: Ticket | None) -> HttpResponseBase:
    """Keep the ticket in the browser that was logged out."""
    if ticket is not None:
        browser_cookies.keep(response, COOKIE, signing.dumps(asdict(ticket), salt=SALT), max_age=KNOWN_FOR)
    return response


def forget(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Drop the ticket of an earlier session, because another one starts."""
    if COOKIE in request.COOKIES:
        browser_cookies.forget(response, COOKIE)
    return response


def offered_to(request: Request) -> Offer | None:
    """
    Return the link back to the ticket: for the actor of that session, or for a signed-out browser.

    A signed-out browser may be in front of anybody, so its link is made of the ticket's name alone.
    """
    ticket = left_in_this_browser(request)
    if ticket is None or request.assumed_session:
        return None
    if not request.user.is_authenticated:
        return Offer(ticket.name, ticket.address)
    return Offer(ticket.name, ticket.back, ticket.target_id) if request.user.pk == ticket.actor_id else None


def left_in_this_browser(request: HttpRequest) -> Ticket | None:
    """Return the ticket of the last session of this browser, if that ended within ten minutes."""
    try:
        return Ticket(**signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=KNOWN_FOR))
    except (signing.BadSignature, TypeError):
        return None
