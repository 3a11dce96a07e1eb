"""
What the pages read that learners open most: queries that are compiled once, and then run with a user's values.

They are written with `visible_to` and the other methods of querysets, so that each rule stands where it always stands.
Building such a query takes the ORM ten times as long as the database takes to answer it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from audit.statements import Parameter

from .models import Document, Event, Module
from .visibility.compiled import KEY, NOW, LearnerStatement

PER_PAGE = 24
ON_DASHBOARD = 5


def few_columns(modules: Any, user: Any) -> Any:
    """Return modules with what their urgency needs, and nothing else, because a user may have hundreds."""
    return modules.with_due_state_of(user).only("title", "valid_for", "reopens_before", "tries", "pass_mark").order_by()


MODULES_SEEN = LearnerStatement(lambda user: few_columns(Module.objects.visible_to(user, NOW), user))
MODULE_SEEN = LearnerStatement(
    lambda user: Module.objects.visible_to(user, NOW).with_progress_of(user).filter(pk=Parameter("module", KEY))
)
# Keys that are left over are NULL, which no module has.
MODULE_KEYS: list[Any] = [Parameter(f"module_{place}", KEY) for place in range(PER_PAGE)]
MODULES_IN_FULL = LearnerStatement(
    lambda user: Module.objects.filter(pk__in=MODULE_KEYS).with_progress_of(user).defer("description").order_by()
)
NEXT_EVENTS = LearnerStatement(
    lambda user: (
        Event.objects.visible_to(user, NOW).coming(NOW).with_registration_of(user).defer("description")[:ON_DASHBOARD]
    )
)
NEWEST_DOCUMENTS = LearnerStatement(lambda user: Document.objects.visible_to(user, NOW)[:ON_DASHBOARD])


def by_urgency(modules: Iterable[Any]) -> list[Any]:
    """Return modules, the most urgent first."""
    return sorted(modules, key=lambda module: module.urgency)


def modules_in_full(modules: Iterable[Any], user: Any) -> list[Any]:
    """Return the modules of one page in their order, with everything that a card shows."""
    numbers = [module.pk for module in modules]
    padded = numbers + [None] * (PER_PAGE - len(numbers))
    keys = {parameter.name: number for parameter, number in zip(MODULE_KEYS, padded, strict=True)}
    found = {module.pk: module for module in MODULES_IN_FULL.objects(user, **keys)} if numbers else {}
    return [found[number] for number in numbers if number in found]
