"""Step-up authentication: starting an assumed session needs a recent proof of identity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.db.models import QuerySet

from audit import clock
from audit.statements import Parameter, Statement

if TYPE_CHECKING:
    from accounts.authorization.requests import Request

CLOCKS_DIFFER_BY = 30  # seconds; a proof further in the future is not accepted


def is_proven(request: Request) -> bool:
    """
    Return whether the actor authenticated within STEP_UP_MINUTES, by signing in or by re-authentication.

    A password alone is no proof if the actor has a second factor.
    """
    now = clock.seconds()
    newest, oldest = now + CLOCKS_DIFFER_BY, now - settings.STEP_UP_MINUTES * 60
    fresh = [record for record in get_authentication_records(request, request.actor) if oldest < record["at"] <= newest]
    return bool(fresh) and (any(record["method"] == "mfa" for record in fresh) or not has_second_factor(request.actor))


def second_factors() -> QuerySet:
    from allauth.mfa.models import Authenticator

    person = Parameter("person", Authenticator._meta.get_field("user"))
    factors = Authenticator.objects.filter(user_id=person).exclude(type=Authenticator.Type.RECOVERY_CODES)
    return factors.values_list("pk")[:1]


FIRST_SECOND_FACTOR = Statement(second_factors)


def has_second_factor(user: Any) -> bool:
    """Return whether the user has an authenticator app or a security key. Queried once per instance."""
    if not hasattr(user, "_has_second_factor"):
        user._has_second_factor = bool(FIRST_SECOND_FACTOR.rows(person=user.pk))
    return user._has_second_factor
