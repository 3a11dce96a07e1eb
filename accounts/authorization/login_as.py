"""The policy of Login as User with the settings of this installation and the second factors of users."""

from __future__ import annotations

from collections.abc import Collection

from accounts.models import User
from accounts.models.second_factors import has_second_factor
from accounts.policy import Refusal, holdings, holds_anywhere, refusal, standing
from accounts.policy.rights import LOG_IN_ON_BEHALF, Right


def login_as_enabled(user: User) -> bool:
    """Return whether Login as User is switched on by the operator, and in the company settings loaded with the user."""
    return user.login_as_rules.login_as_enabled


def login_as_refusal(actor: User, target: User, rights: Collection[str] = LOG_IN_ON_BEHALF) -> Refusal | None:
    """Return the `refusal` for two users under the current settings; an actor may need a second factor as well."""
    refused = refusal(standing(actor), standing(target), enabled=login_as_enabled(target), rights=rights)
    if refused is None and lacks_second_factor(actor):
        return Refusal.WITHOUT_SECOND_FACTOR
    return refused


def logs_in_as_somebody(actor: User) -> bool:
    """Return whether the actor holds a right to Login as User, in whatever scope."""
    return any(holds_anywhere(actor, right) for right in LOG_IN_ON_BEHALF)


def begins_by_looking(actor: User) -> bool:
    """Return whether a permission type of the actor demands that each assumed session begins in look only."""
    return holdings(actor).anywhere(Right.BEGIN_BY_LOOKING)


def lacks_second_factor(actor: User) -> bool:
    """Return whether a permission type of the actor demands a second factor, and the actor has none."""
    return holdings(actor).anywhere(Right.WITH_SECOND_FACTOR) and not has_second_factor(actor)
