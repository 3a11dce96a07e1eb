"""The figures of modules: how many users each is assigned to, how far these are, and how many are late."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, QuerySet, Value

from accounts.models import User
from learning.models import Status

from .states import DEADLINES, ModuleStates

# Other states are shown if somebody is in them: few modules expire.
ALWAYS_SHOWN = (Status.NOT_STARTED, Status.IN_PROGRESS, Status.DONE)
PROGRESS = (*ALWAYS_SHOWN, Status.NOT_PASSED, Status.EXPIRED, Status.DUE_AGAIN)


@dataclass
class Figures:
    """The figures of one module. numbers: users by each value of `progress`, and by each of `state` in DEADLINES."""

    assigned: int = 0
    numbers: Counter[str] = field(default_factory=Counter)

    @property
    def progress(self) -> list[tuple[Status, int]]:
        """Return each progress with its number of users: together these are all that the module is assigned to."""
        return [(status, self.numbers[status]) for status in PROGRESS if self.numbers[status] or status in ALWAYS_SHOWN]

    @property
    def deadlines(self) -> list[tuple[Status, int]]:
        """Return how many users have a due date that is over or near."""
        return [(status, self.numbers[status]) for status in DEADLINES]

    @property
    def in_short(self) -> list[tuple[Status, int]]:
        """Return the figures that a list of modules shows beside `assigned`."""
        return [(status, self.numbers[status]) for status in (Status.IN_PROGRESS, Status.DONE, Status.OVERDUE)]


def figures_of(modules: Iterable[ModuleStates], users: QuerySet[User]) -> dict[int, Figures]:
    """Return the figures of each module among the users, by the key of the module; one query for all modules."""
    found: dict[int, Figures] = defaultdict(Figures)
    for row in rows_of(list(modules), users):
        figures, progress, state = found[row["module"]], row["progress"], row["state"]
        figures.assigned += row["number"]
        for status in {progress, state if state in DEADLINES else progress}:
            figures.numbers[status] += row["number"]
    return found


def rows_of(modules: list[ModuleStates], users: QuerySet[User]) -> Any:
    """Return the numbers of users by module, progress and state."""
    numbers = [
        states.with_state(users)
        .order_by()
        .annotate(module=Value(states.module.pk))
        .values("module", "progress", "state")
        .annotate(number=Count("pk"))
        for states in modules
    ]
    if len(numbers) < 2:
        return [row for rows in numbers for row in rows]
    return numbers[0].union(*numbers[1:], all=True)
