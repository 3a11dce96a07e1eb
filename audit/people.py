"""The users that a command or a search names."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import CommandError

from . import chain
from .context import Person
from .models import AuditText, Part


def person_id(email_or_id: str) -> int:
    """
    Return the id of a user; if the account is deleted, find the address in the log.

    Raises CommandError if nobody, or more than one person, has the address.
    """
    if email_or_id.isdecimal():
        return int(email_or_id)
    user = get_user_model()._default_manager.filter(email__iexact=email_or_id).first()
    if user is not None:
        return user.pk
    spelled = chain.canonical_text({"email": email_or_id})[1:-1]
    said = AuditText.objects.filter(text__icontains=spelled)
    found = {
        *said.filter(part=Part.ACTOR).values_list("event__actor_id", flat=True),
        *said.filter(part=Part.TARGET).values_list("event__target_id", flat=True),
    }
    known = [number for number in found if number is not None]
    if len(known) != 1:
        raise CommandError(f"{len(known)} people are known by {email_or_id}. Pass the number of one person instead.")
    return known[0]


def actor(email: str | None) -> Person | None:
    """Return the actor of a command's events; raise CommandError if no active user has the address."""
    if not email:
        return None
    user = get_user_model()._default_manager.filter(email__iexact=email, is_active=True).first()
    if user is None:
        raise CommandError(f"Nobody active has the address {email}.")
    return user.as_person()


def ids_named(text: str, limit: int) -> list[int]:
    """Return the ids of at most `limit` users whose name or email address has every word of the text."""
    users: Any = get_user_model()._default_manager
    return list(users.matching(text).order_by().values_list("pk", flat=True)[:limit])
