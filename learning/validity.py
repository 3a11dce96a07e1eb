"""
Which submissions of a module count, and for how long: as conditions on rows and as values.

A submission counts if it reached the pass mark of its day, or if it reaches the mark of today. So a mark that is set or
raised later takes nothing from anybody, and a mark that is lowered or removed helps everybody at once. For that, each
submission keeps the highest pass mark with which it counts: ANY_MARK, or the percentage that was below the mark.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import DateTimeField, Exists, ExpressionWrapper, F, OuterRef, Q, lookups

if TYPE_CHECKING:
    from accounts.models import User

ANY_MARK = 100
# The relations of a module whose rows hold submissions: the current one, and those before it was opened again.
SUBMISSIONS = ("progress", "earlier_submissions")


def percent(right: int, questions: int) -> int | None:
    """Return how many percent are right, rounded down, so that 79.9 % is below 80 %; None without questions."""
    return right * 100 // questions if questions else None


def passes(percent: int | None, pass_mark: int | None) -> bool:
    """Return whether a result reaches a pass mark. Without a question there is nothing to fail."""
    return percent is None or pass_mark is None or percent >= pass_mark


def counts_up_to(percent: int | None, pass_mark: int | None) -> int:
    """Return what a submission keeps: the highest pass mark with which it counts, now and later."""
    return ANY_MARK if percent is None or passes(percent, pass_mark) else percent


def is_enough(counts_up_to: int | None, pass_mark: int | None) -> bool:
    """Return whether a submission counts as done with this pass mark. `counts` is the same in SQL."""
    return pass_mark is None or counts_up_to is None or counts_up_to >= pass_mark


def counts() -> Q:
    """Return the condition on rows of SUBMISSIONS that count as done, submitted or not."""
    return Q(module__pass_mark__isnull=True) | Q(counts_up_to__gte=F("module__pass_mark"))


def counts_with(pass_mark: int | None) -> Q:
    """Return the same condition for the rows of one module, whose pass mark is known."""
    return Q() if pass_mark is None else Q(counts_up_to__gte=pass_mark)


def valid_until(submitted_at: datetime | None, valid_for: timedelta | None) -> datetime | None:
    """Return the end of a submission's validity; None without a submission, or if it is valid without end."""
    return submitted_at + valid_for if submitted_at and valid_for else None


def is_valid(now: datetime) -> Q:
    """Return the condition on rows of SUBMISSIONS that are submitted, count and are still valid."""
    end = ExpressionWrapper(F("submitted_at") + F("module__valid_for"), output_field=DateTimeField())
    is_before_end = Q(lookups.GreaterThan(end, now))
    return Q(submitted_at__isnull=False) & counts() & (Q(module__valid_for__isnull=True) | is_before_end)


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
