"""Second factors of a user, as the sign-in package stores them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from audit.statements import Parameter, Statement

if TYPE_CHECKING:
    from .users import User


def second_factors() -> QuerySet:
    """Return the query of FIRST_SECOND_FACTOR: recovery codes alone are no second factor."""
    from allauth.mfa.models import Authenticator

    return second_factors_of(Parameter("user", Authenticator._meta.get_field("user"))).values_list("pk")[:1]


def second_factors_of(user_id: Any) -> QuerySet:
    """Return the authenticator apps and security keys of the user with this id, which may be an expression."""
    from allauth.mfa.models import Authenticator

    return Authenticator.objects.filter(user_id=user_id).exclude(type=Authenticator.Type.RECOVERY_CODES)


FIRST_SECOND_FACTOR = Statement(second_factors)


def has_second_factor(user: User) -> bool:
    """Return whether the user has an authenticator app or a security key; one query for each instance."""
    kept = vars(user)
    if "_has_second_factor" not in kept:
        kept["_has_second_factor"] = bool(FIRST_SECOND_FACTOR.rows(user=user.pk))
    return kept["_has_second_factor"]
