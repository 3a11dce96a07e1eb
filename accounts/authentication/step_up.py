"""Step-up authentication: starting an assumed session needs a recent authentication."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.authentication import get_authentication_records

from accounts.models.second_factors import has_second_factor
from audit import clock

if TYPE_CHECKING:
    from accounts.authorization.requests import Request

CLOCKS_DIFFER_BY = 30  # seconds; an authentication further in the future is not accepted


def recently_authenticated(request: Request) -> bool:
    """
    Return whether the actor authenticated within `step_up_minutes`, by signing in or by re-authentication.

    A password alone is not enough if the actor has a second factor.
    """
    now = clock.seconds()
    newest, oldest = now + CLOCKS_DIFFER_BY, now - request.actor.login_as_rules.step_up_minutes * 60
    fresh = [record for record in get_authentication_records(request, request.actor) if oldest < record["at"] <= newest]
    return bool(fresh) and (any(record["method"] == "mfa" for record in fresh) or not has_second_factor(request.actor))
