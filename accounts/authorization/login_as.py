"""Who may log in as whom today: the policy's rules, with this installation's settings and second factors."""

from __future__ import annotations

from collections.abc import Collection

from django.conf import settings

from accounts.models import User
from accounts.models.second_factors import has_second_factor
from accounts.policy import Refusal, holdings, read_facts, refusal, standing
from accounts.policy.rights import LOG_IN_ON_BEHALF, Right


def login_as_enabled(person: User) -> bool:
    """Whether Login as User is switched on, by the operator and in the settings that the person's facts came with."""
    read_facts(person)
    return settings.LOGIN_AS_ENABLED and person.company_allows_login_as


def login_as_refusal(actor: User, target: User, rights: Collection[str] = LOG_IN_ON_BEHALF) -> Refusal | None:
    """`refusal` for two people and today's settings; who starts is asked for a second factor where they need one."""
    refused = refusal(standing(actor), standing(target), enabled=login_as_enabled(target), rights=rights)
    if refused is None and lacks_second_factor(actor):
        return Refusal.WITHOUT_SECOND_FACTOR
    return refused


def lacks_second_factor(actor: User) -> bool:
    """Return whether a permission type of the actor demands a second factor, and the actor has none."""
    return holdings(actor).anywhere(Right.WITH_SECOND_FACTOR) and not has_second_factor(actor)
