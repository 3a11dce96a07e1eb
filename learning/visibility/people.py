"""
The rules of learning/visibility/audience.py about the users of one item: conditions on the table of users.

`audience.py` asks them about the items of one user. A test compares both for random companies.
"""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Prefetch, Q
from django.utils import timezone

from accounts.models import Department, User
from learning.validity import SUBMISSIONS, is_valid

from .audience import PREREQUISITES, RULES, related

NOBODY = Q(pk__in=())
EVERYBODY = Q(pk__isnull=False)
# Rules that depend on the user. All others hide an item from everybody.
PERSONAL = ("audience", "not_excluded", "prerequisites")
# What a prerequisite has to fulfil for anybody, so that others wait for it.
THERE = tuple(rule for rule in RULES if rule.name in ("published", "not_closed"))


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
        return self.meant_by()

    @cached_property
    def parts(self) -> list[Any]:
        """Return the parts of the audience that may name several users, as `with_parts` reads them."""
        read: list[Any] | None = vars(self.item).get("read_parts")
        return list(parts_of(self.model).filter(item=self.item.pk)) if read is None else read

    def meant_by(self, due_by: datetime | None = None) -> Q:
        """Return a condition for the users that the audience includes. due_by: with a due date until then."""
        by_name, parts = self.item.audience.exclude(person=None), self.parts
        if due_by:
            by_name = by_name.filter(due_at__lte=due_by)
            parts = [part for part in parts if part.due_at and part.due_at <= due_by]
        if any(part.is_everyone for part in parts):
            return EVERYBODY
        found = Q(pk__in=by_name.values("person"))
        if paths := [part.department.path for part in parts if part.department]:
            found |= at_or_below(paths)
        profiles = [part.job_profile_id for part in parts if part.job_profile_id]
        return found | Q(job_profile__in=profiles) if profiles else found

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
        nobody: Any = None  # these rules ask nothing about a user
        for module in self.item.prerequisites.all():
            if not all(rule.holds(nobody, module, now) for rule in THERE):
                continue
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


def with_parts(modules: Any) -> Any:
    """Return modules with what `People` asks about them, read together: three queries for any number of modules."""
    parts = parts_of(modules.model)
    return modules.prefetch_related(
        Prefetch("audience", parts, to_attr="read_parts"),
        Prefetch("prerequisites", modules.model.objects.defer("description")),
        Prefetch("prerequisites__audience", parts, to_attr="read_parts"),
    )


def parts_of(model: type[Any]) -> Any:
    """Return the parts of all audiences of this kind of item, without those that name one user: these may be many."""
    return related(model, "audience").filter(person=None).select_related("department").order_by()


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
