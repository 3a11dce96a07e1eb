"""What points to a department or job profile: people, audiences of learning items, and scopes of permission types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from django.contrib.auth.models import Group
from django.db.models import Count
from django.utils.functional import Promise

from accounts.authorization.grants import visible_types
from accounts.models import Department, DepartmentGroupPermission, JobProfile, User


class Item(NamedTuple):
    """A learning item. title, address: "" if the actor may not know the title, or not edit the item."""

    name: str
    kind: str | Promise
    title: str
    address: str
    is_published: bool


@dataclass(slots=True)
class Effect:
    """How many active people begin or cease to be in the audience of an item."""

    item: Item
    gaining: int
    losing: int


class Cells(NamedTuple):
    """
    Departments before and after a change, as audiences ask them.

    before, after: for each department whose people can notice the change, the ids of it and of those above it. merged:
    the departments that go, and into which. people: the active users of each of these departments.
    """

    before: Mapping[int, frozenset[int]]
    after: Mapping[int, frozenset[int]]
    merged: Mapping[int, int]
    people: Mapping[int, int]


class Audiences(Protocol):
    """The audiences of one kind of learning items; the app of learning provides one for each kind."""

    def counted(self, column: str) -> Mapping[int, int]:
        """Return the number of items that name each department or job profile. column: its name in an audience."""

    def naming(self, actor: User, column: str, number: int) -> list[Item]:
        """Return the items that name a department or job profile, by title; those without a title last."""

    def effects(self, actor: User, cells: Cells) -> list[Effect]:
        """Return what a change of departments does to the audience of each item; items without a difference don't."""

    def effects_of_profiles(self, actor: User, source: int, into: int) -> list[Effect]:
        """Return what merging one job profile into another does to the audience of each item."""

    def replace(self, column: str, source: int, into: int) -> list[str]:
        """Let audiences name `into` instead of `source`, and return the names of the items, such as "module-12"."""


AUDIENCES: list[Audiences] = []


@dataclass(slots=True)
class Scope:
    """A permission type that reaches a department, with its number of rights; its name is "" if it is hidden."""

    name: str
    rights: int


@dataclass(slots=True)
class Uses:
    """What points to one department or job profile. children: departments directly below it."""

    people: int
    items: list[Item]
    children: int = 0
    scopes: list[Scope] = field(default_factory=list)

    @property
    def known(self) -> list[Item]:
        return [item for item in self.items if item.title]

    @property
    def unknown(self) -> int:
        """Return the number of items whose titles the actor may not know."""
        return len(self.items) - len(self.known)


def uses_of_department(actor: User, department: Department) -> Uses:
    """Return what points to the department itself; what points to those below it is theirs."""
    return Uses(
        people=User.objects.filter(department=department).count(),
        items=named_in_audiences(actor, "department", department.pk),
        children=department.numchild,
        scopes=scopes_at(actor, department),
    )


def uses_of_profile(actor: User, profile: JobProfile) -> Uses:
    """Return what points to the job profile."""
    people = User.objects.filter(job_profile=profile).count()
    return Uses(people, named_in_audiences(actor, "job_profile", profile.pk))


def named_in_audiences(actor: User, column: str, number: int) -> list[Item]:
    return [item for audiences in AUDIENCES for item in audiences.naming(actor, column, number)]


def scopes_at(actor: User, department: Department) -> list[Scope]:
    """Return the permission types that are scoped to the department."""
    grants = DepartmentGroupPermission.objects.filter(content_object=department).order_by()
    counted = dict(grants.values_list("group").annotate(Count("pk")))
    seen = set(visible_types(actor).filter(pk__in=counted).values_list("pk", flat=True))
    names = Group.objects.in_bulk(counted)
    found = [Scope(names[pk].name if pk in seen else "", rights) for pk, rights in counted.items()]
    return sorted(found, key=lambda scope: (not scope.name, scope.name))


def summed(counts: Iterable[Mapping[int, int]]) -> dict[int, int]:
    found: dict[int, int] = {}
    for each in counts:
        for number, count in each.items():
            found[number] = found.get(number, 0) + count
    return found


def items_by_profile() -> dict[int, int]:
    """Return the number of learning items that name each job profile: one query for each kind of item."""
    return summed(audiences.counted("job_profile") for audiences in AUDIENCES)


def people_by_profile() -> dict[int, int]:
    """Return the number of users of each job profile."""
    users: Any = User.objects.filter(job_profile__isnull=False).order_by()
    return dict(users.values_list("job_profile").annotate(Count("pk")))
