"""How sure we are of who is at the keyboard: starting an assumed session asks for a proof that is fresh."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.db.models import QuerySet

from audit import clock
from audit.statements import Parameter, Statement

if TYPE_CHECKING:
    from accounts.authorization.requests import Request

CLOCKS_DIFFER_BY = 30  # seconds; what lies further ahead proves nothing


def is_proven(request: Request) -> bool:
    """
    Whether whoever is at the keyboard proved it within STEP_UP_MINUTES, by signing in or when asked again.

    Where they have a second factor, a password alone proves nothing.
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
    """Whether the person has set up an authenticator app or a security key; asked once for each instance."""
    if not hasattr(user, "_has_second_factor"):
        user._has_second_factor = bool(FIRST_SECOND_FACTOR.rows(person=user.pk))
    return user._has_second_factor
