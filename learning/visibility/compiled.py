"""Queries about a learner that are compiled once, and then run with the facts of any user."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import BigAutoField, CharField, DateTimeField, QuerySet
from django.utils import timezone

from audit.statements import Parameter, Statement

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
        """Return the objects that the query finds for the user now. more: values of its other parameters."""
        return self.of_kind(user).objects(**values_of(user), **more)

    def rows(self, user: Any, **more: Any) -> list[list[Any]]:
        """Return the same as lists of values."""
        return self.of_kind(user).rows(**values_of(user), **more)

    def of_kind(self, user: Any) -> Statement:
        kind = len(user.department_paths), bool(user.job_profile_id)
        if kind not in self.by_kind:
            learner = Learner(kind[0], has_job_profile=kind[1])
            self.by_kind[kind] = Statement(lambda: self.build(learner))
        return self.by_kind[kind]


def values_of(user: Any) -> dict[str, Any]:
    """Return the facts of a user as values for the parameters of a `Learner`."""
    paths = {f"path_{place}": path for place, path in enumerate(user.department_paths)}
    return paths | {"user": user.pk, "job_profile": user.job_profile_id, "now": timezone.now()}
