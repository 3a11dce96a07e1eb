"""
The due state and the progress of every user in one module, as conditions on the table of users.

`learning/models/due_states.py` says the due state of one user in memory. A test compares the due states
for random companies.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Case, CharField, Q, QuerySet, Value, When
from django.utils import timezone

from accounts.models import User
from learning.models import DueDateExtension, EarlierSubmission, Module, ModuleProgress, Status
from learning.models.due_states import DUE_SOON
from learning.validity import counts_with
from learning.visibility.people import NOBODY, People

from .scope import OF_EVERYBODY

# The due states that tell of a due date. They say nothing about progress: who is late may have begun or not.
DEADLINES = (Status.OVERDUE, Status.DUE_SOON)


class ModuleStates:
    """The users who see a module, and the due state of each."""

    def __init__(self, module: Module, now: datetime | None = None):
        self.module, self.now = module, now or timezone.now()
        self.people = People(module)
        self.counts = counts_with(module.pass_mark)

    @property
    def is_open(self) -> bool:
        """Return whether no rule hides the module from everybody."""
        module: Any = self.module
        nobody: Any = None  # these rules ask nothing about a user
        return all(rule.holds(nobody, module, self.now) for rule in OF_EVERYBODY)

    @cached_property
    def assigned(self) -> Q:
        """Return a condition for the users who see the module."""
        return self.people.seeing_but_for() if self.is_open else NOBODY

    @cached_property
    def waiting(self) -> Q:
        """Return a condition for the users who will see the module once they have submitted another one."""
        return self.people.hidden_by("prerequisites") if self.is_open else NOBODY

    def with_state(self, users: QuerySet[User]) -> Any:
        """
        Return those of the users who see the module, each with their `state` and `progress`, values of Status.

        progress: the state as it would be without a due date.
        """
        places = [
            (Status.EXPIRED, self.expired),
            (Status.DONE, self.done),
            (Status.NOT_PASSED, self.failed & self.counted_before()),
            (Status.DUE_AGAIN, self.counted_now() | self.counted_before()),
            (Status.OVERDUE, self.due_by(self.now)),
            (Status.NOT_PASSED, self.failed),
            (Status.DUE_SOON, self.due_by(self.now + DUE_SOON)),
            (Status.IN_PROGRESS, listed(ModuleProgress, self.module)),
        ]
        without_date = [place for place in places if place[0] not in DEADLINES]
        return users.filter(self.assigned).annotate(state=first_of(places), progress=first_of(without_date))

    def in_state(self, users: QuerySet[User], status: str) -> Any:
        """Return those of the users who see the module and have this progress, or this state of their due date."""
        asked = {"state" if status in DEADLINES else "progress": status}
        return self.with_state(users).filter(**asked)

    def counted_now(self, **conditions: Any) -> Q:
        """Return a condition for the users whose current submission counts and fulfils the conditions."""
        return listed(ModuleProgress, self.module, self.counts, submitted_at__isnull=False, **conditions)

    def counted_before(self, **conditions: Any) -> Q:
        """Return a condition for the users with an earlier submission that counts and fulfils the conditions."""
        return listed(EarlierSubmission, self.module, self.counts, **conditions)

    @property
    def failed(self) -> Q:
        """Return a condition for the users whose current submission has a result below the pass mark."""
        if self.module.pass_mark is None:
            return NOBODY
        return listed(ModuleProgress, self.module, ~self.counts, submitted_at__isnull=False)

    @property
    def expired(self) -> Q:
        """Return a condition for the users whose last submission that counts is no longer valid."""
        if self.module.valid_for is None:
            return NOBODY
        end = self.now - self.module.valid_for
        only_before = self.counted_before() & ~self.counted_now() & ~self.counted_before(submitted_at__gt=end)
        return self.counted_now(submitted_at__lte=end) | only_before

    @property
    def done(self) -> Q:
        """Return a condition for the users whose current submission counts, is valid, and not due again."""
        if self.module.valid_for is None:
            return self.counted_now()
        reopens = self.module.reopens_before or timedelta(0)
        return self.counted_now(submitted_at__gt=self.now - self.module.valid_for + reopens)

    def due_by(self, moment: datetime) -> Q:
        """Return a condition for the users whose due date, extended or as it is assigned, is reached by a moment."""
        extended = listed(DueDateExtension, self.module)
        assigned = self.people.meant_by(due_by=moment)
        return listed(DueDateExtension, self.module, due_at__lte=moment) | (~extended & assigned)


def first_of(places: list[tuple[Status, Q]]) -> Case:
    """Return the first state whose condition holds; who fulfils none has not started."""
    found = [When(condition, then=Value(status.value)) for status, condition in places]
    return Case(*found, default=Value(Status.NOT_STARTED.value), output_field=CharField())


def listed(model: Any, module: Module, *rules: Q, **conditions: Any) -> Q:
    """Return a condition for the users who have a row of this kind for the module."""
    return Q(pk__in=model.objects.filter(*rules, module=module.pk, **conditions).order_by().values("user"))
