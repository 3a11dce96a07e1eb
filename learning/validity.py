"""Validity of a submitted module: how long it counts, as a condition on rows and as a value."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import DateTimeField, Exists, ExpressionWrapper, F, OuterRef, Q, lookups

if TYPE_CHECKING:
    from accounts.models import User

# The relations of a module whose rows hold submissions: the current one, and those before it was opened again.
SUBMISSIONS = ("progress", "earlier_submissions")


def valid_until(submitted_at: datetime | None, valid_for: timedelta | None) -> datetime | None:
    """Return the end of a submission's validity; None without a submission, or if it is valid without end."""
    return submitted_at + valid_for if submitted_at and valid_for else None


def is_valid(now: datetime) -> Q:
    """Return the condition on rows of SUBMISSIONS that are submitted and still valid; at its end none is valid."""
    end = ExpressionWrapper(F("submitted_at") + F("module__valid_for"), output_field=DateTimeField())
    is_before_end = Q(lookups.GreaterThan(end, now))
    return Q(submitted_at__isnull=False) & (Q(module__valid_for__isnull=True) | is_before_end)


def has_valid_submission(model: type[Any], user: User, now: datetime, module: str = "pk") -> Q:
    """
    Return the condition on rows for whose module the user has a valid submission, current or earlier.

    model: Module. module: the column of the row that holds the key of the module.
    """
    found = Q()
    for name in SUBMISSIONS:
        related: Any = model._meta.get_field(name).related_model
        rows = related._default_manager.filter(is_valid(now), user=user.pk, module=OuterRef(module))
        found |= Q(Exists(rows))
    return found
