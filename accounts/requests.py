"""The request as views see it, once the middleware of the assumed session has run."""

from typing import Any

from django.http import HttpRequest

from .models import User


class Request(HttpRequest):
    """`user` is whose account is open, `actor` who is at the keyboard; they differ in an assumed session only."""

    user: Any
    actor: User
    assumed_session: Any
