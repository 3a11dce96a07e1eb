"""
The rules of learning/visibility/audience.py about the users of one item: conditions on the table of users.

`audience.py` asks them about the items of one user. A test compares both for random companies.
"""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.utils import timezone

from accounts.models import Department, User
from learning.validity import SUBMISSIONS, is_valid

from .audience import PREREQUISITES, has_not_closed, is_published, related

NOBODY = Q(pk__in=())
EVERYBODY = Q(pk__isnull=False)
# Rules that depend on the user. All others hide an item from everybody.
PERSONAL = ("audience", "not_excluded", "prerequisites")


class People:
    """The users that an item is meant for, that are excluded from it, and that wait for something else before."""

    def __init__(self, item: Any):
        self.item, self.model = item, type(item)

    def hidden_by(self, rule: str) -> Q:
        """
        Return a condition for the users that a rule of PERSONAL hides the item from.

        Of "prerequisites", only for those that the item is meant for: nobody else waits.
        """
        match rule:
            case "audience":
                return ~self.meant
            case "not_excluded":
                return self.excluded
            case _prerequisites:
                return self.meant & ~self.excluded & self.waiting

    def seeing_but_for(self, rule: str = "") -> Q:
        """Return a condition for the users from which no rule of PERSONAL hides the item, this one left out."""
        found = EVERYBODY
        if rule != "audience":
            found &= self.meant
        if rule != "not_excluded":
            found &= ~self.excluded
        if rule != "prerequisites":
            found &= ~self.waiting
        return found

    @cached_property
    def meant(self) -> Q:
        """Return a condition for the users that the audience includes."""
        return meant_by(self.item.audience)

    @cached_property
    def excluded(self) -> Q:
        return Q(pk__in=self.item.exclusions.values("person"))

    @cached_property
    def waiting(self) -> Q:
        """Return a condition for the users who have to submit something before a module; nobody for other items."""
        found = NOBODY
        if PREREQUISITES not in self.item.rules:
            return found
        now = timezone.now()
        there = [rule(self.model, None, now) for rule in (is_published, has_not_closed)]
        for module in self.item.prerequisites.filter(*there):
            needed = People(module)
            found |= needed.meant & ~needed.excluded & ~having_valid_submission(module, now)
        return found


def people_seeing(item: Any) -> Any:
    """Return the active users who see a stored item now: for each of them, `visible_to` holds it."""
    now = timezone.now()
    for_all = [rule.condition(type(item), None, now) for rule in item.rules if rule.name not in PERSONAL]
    is_open = type(item)._default_manager.filter(*for_all, pk=item.pk).exists()
    return meant_to_see(item) if is_open else User.objects.none()


def meant_to_see(item: Any) -> Any:
    """Return the active users that no rule of PERSONAL hides the item from."""
    return User.objects.filter(People(item).seeing_but_for(), is_active=True)


def meant_by(entries: Any) -> Q:
    """Return a condition for the users that these entries of an audience name."""
    columns = ("is_everyone", "department__path", "job_profile")
    parts = list(entries.filter(person=None).values_list(*columns))
    if any(is_everyone for is_everyone, *_others in parts):
        return EVERYBODY
    found = Q(pk__in=entries.exclude(person=None).values("person"))
    if paths := [path for _is_everyone, path, _profile in parts if path]:
        found |= at_or_below(paths)
    profiles = [profile for _is_everyone, _path, profile in parts if profile]
    return found | Q(job_profile__in=profiles) if profiles else found


def having_valid_submission(module: Any, now: datetime) -> Q:
    """Return a condition for the users who have a valid submission of the module, current or earlier."""
    found = NOBODY
    for name in SUBMISSIONS:
        found |= Q(pk__in=related(type(module), name).filter(is_valid(now), module=module).order_by().values("user"))
    return found


def at_or_below(paths: list[str]) -> Q:
    """Return a condition for the users who belong to a department at or below one of these tree paths."""
    below = NOBODY
    for path in paths:
        below |= Q(path__startswith=path)
    return Q(department__in=Department.objects.filter(below).order_by().values("pk"))
