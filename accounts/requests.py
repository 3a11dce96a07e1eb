"""The request as views see it, once the middleware of the assumed session has run."""

from typing import Any

from django.http import HttpRequest

from .models import User


class Request(HttpRequest):
    """`user` is whose account is open, `actor` who is at the keyboard; they differ in an assumed session only."""

    user: Any
    actor: User
    assumed_session: Any


class SessionEnded(Exception):
    """The assumed session ended while its request ran. The middleware answers with the sign-in page."""


def lock_live(request: Request) -> None:
    """
    Keep the request's assumed session, if there is one, from ending before the transaction does.

    Raise SessionEnded if it has ended, so that nothing is changed and recorded after the end.
    """
    if request.assumed_session and not request.assumed_session.lock_live():
        raise SessionEnded
