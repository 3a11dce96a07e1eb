"""
What the pages read that learners open most: queries that are compiled once, and then run with a user's values.

They are written with `visible_to` and the other methods of querysets, so that each rule stands where it always stands.
Building such a query takes the ORM ten times as long as the database takes to answer it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import BigAutoField, CharField, DateTimeField, QuerySet
from django.utils import timezone

from audit.statements import Parameter, Statement

from .models import Document, Event, Module

PER_PAGE = 24
ON_DASHBOARD = 5
KEY = BigAutoField()
NOW = Parameter("now", DateTimeField())


class Learner:
    """
    Stands for the user in a query that is compiled once: each fact of the user is a parameter.

    The SQL depends on how many departments the user belongs to, and on whether they have a job profile.
    """

    def __init__(self, departments: int, *, has_job_profile: bool):
        self.pk = Parameter("user", KEY)
        self.department_paths = [Parameter(f"path_{place}", CharField()) for place in range(departments)]
        self.job_profile_id = Parameter("job_profile", KEY) if has_job_profile else None


class LearnerStatement:
    """A query about a learner, compiled once for each kind of `Learner`."""

    def __init__(self, build: Callable[[Any], QuerySet]):
        self.build = build
        self.by_kind: dict[tuple[int, bool], Statement] = {}

    def objects(self, user: Any, **more: Any) -> list[Any]:
        """Return the objects that the query finds for the user now."""
        paths = user.department_paths
        kind = len(paths), bool(user.job_profile_id)
        if kind not in self.by_kind:
            learner = Learner(kind[0], has_job_profile=kind[1])
            self.by_kind[kind] = Statement(lambda: self.build(learner))
        values = {f"path_{place}": path for place, path in enumerate(paths)}
        values |= {"user": user.pk, "job_profile": user.job_profile_id, "now": timezone.now()}
        return self.by_kind[kind].objects(**values, **more)


def few_columns(modules: Any, user: Any) -> Any:
    """Return modules with what their urgency needs, and nothing else, because a user may have hundreds."""
    return modules.with_due_state_of(user).only("title", "valid_for", "reopens_before").order_by()


MODULES_SEEN = LearnerStatement(lambda user: few_columns(Module.objects.visible_to(user, NOW), user))
MODULE_SEEN = LearnerStatement(
    lambda user: Module.objects.visible_to(user, NOW).with_progress_of(user).filter(pk=Parameter("module", KEY))
)
# Keys that are left over are NULL, which no module has.
MODULE_KEYS = [Parameter(f"module_{place}", KEY) for place in range(PER_PAGE)]
MODULES_IN_FULL = LearnerStatement(
    lambda user: Module.objects.filter(pk__in=MODULE_KEYS).with_progress_of(user).defer("description").order_by()
)
NEXT_EVENTS = LearnerStatement(
    lambda user: (
        Event.objects.visible_to(user, NOW).coming(NOW).with_registration_of(user).defer("description")[:ON_DASHBOARD]
    )
)
NEWEST_DOCUMENTS = LearnerStatement(lambda user: Document.objects.visible_to(user, NOW)[:ON_DASHBOARD])


def by_urgency(modules: Iterable[Module]) -> list[Module]:
    """Return modules, the most urgent first."""
    return sorted(modules, key=lambda module: module.urgency)


def modules_in_full(modules: Iterable[Module], user: Any) -> list[Module]:
    """Return the modules of one page in their order, with everything that a card shows."""
    numbers = [module.pk for module in modules]
    padded = numbers + [None] * (PER_PAGE - len(numbers))
    keys = {parameter.name: number for parameter, number in zip(MODULE_KEYS, padded, strict=True)}
    found = {module.pk: module for module in MODULES_IN_FULL.objects(user, **keys)} if numbers else {}
    return [found[number] for number in numbers if number in found]
