"""The history of what a user sees: the facts of the rules as they were at any moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from accounts.models import FieldChange, User
from learning.models import Document, EarlierSubmission, Event, Item, Module, ModuleProgress
from learning.models.items import entry_name

from .audience import related
from .facts import Facts, ItemFacts, PersonFacts, ancestors_of

MODELS: dict[str, type[Item]] = {"module": Module, "event": Event, "document": Document}
COLUMNS = ("pk", "title", "is_published", "published_from", "published_until")
MORE_COLUMNS = {"module": ("valid_for",), "event": ("ends_at",), "document": ()}
NO_CHANGES: list[FieldChange] = []

# The items of each kind that are wanted, by number; None stands for all.
Wanted = Mapping[str, Collection[int] | None]


@dataclass(frozen=True, slots=True)
class History:
    """
    The facts of now, and the changes that lead back from there.

    changes: by the name of an item, or "user-7", the newest first. above: for each department that the user has
    belonged to, the ids of it and of those above it.
    """

    now: Facts
    changes: Mapping[str, list[FieldChange]]
    above: Mapping[int, tuple[int, ...]]

    def at(self, moment: datetime) -> Facts:
        """Return the facts as they were at a moment."""
        person = self.now.person
        for change in self.changes_since(moment, f"user-{person.pk}"):
            person = person.before(change.field, change.before, self.above)
        items = {name: self.item_at(moment, item) for name, item in self.now.items.items()}
        return Facts(person, items)

    def only(self, name: str) -> History:
        """Return the history of one item, with those that it builds on or has built on."""
        names = {name, *self.now.items[name].prerequisites, *former_prerequisites(self.changes.get(name, NO_CHANGES))}
        items = {each: self.now.items[each] for each in names if each in self.now.items}
        wanted = {*names, f"user-{self.now.person.pk}"}
        changes = {each: self.changes[each] for each in wanted if each in self.changes}
        return History(Facts(self.now.person, items), changes, self.above)

    def all_changes(self) -> Iterable[FieldChange]:
        return (change for each in self.changes.values() for change in each)

    def item_at(self, moment: datetime, item: ItemFacts) -> ItemFacts:
        for change in self.changes_since(moment, item.name):
            item = item.before(change.field, change.before, change.after)
        return item

    def changes_since(self, moment: datetime, name: str) -> Iterable[FieldChange]:
        for change in self.changes.get(name, NO_CHANGES):
            if change.at <= moment:
                return
            yield change


def history_of_item(
    user: User, item: Item, *, departments: Collection[int] = (), profiles: Collection[int] = ()
) -> History:
    """
    Return the history of one item for a user, with that of everything it builds on or has built on.

    departments, profiles: others that the user is supposed to belong to, so that the audience names them, too.
    """
    kind = str(item._meta.model_name)
    own = changes_of(Q(kind=kind, number=item.pk) | Q(kind="user", number=user.pk))
    needed = {int(name.partition("-")[2]) for name in former_prerequisites(own) if kind == "module"}
    if isinstance(item, Module):
        needed |= closure(item.pk)
    modules = needed | ({item.pk} if kind == "module" else set())
    wanted: Wanted = {"module": modules} if kind == "module" else {kind: {item.pk}}
    others = changes_of(Q(kind="module", number__in=needed - {item.pk})) if needed else []
    changes = sorted([*own, *others], key=newest_first, reverse=True)
    return history(user, wanted, changes, departments=departments, profiles=profiles)


def history_of_everything(user: User, since: datetime) -> History:
    """Return the history of all items for a user, back to a moment."""
    changes = changes_of(Q(kind__in=MODELS, at__gt=since) | Q(kind="user", number=user.pk, at__gt=since))
    return history(user, dict.fromkeys(MODELS), changes)


def facts_of_everything(user: User, *, departments: Collection[int] = (), profiles: Collection[int] = ()) -> History:
    """
    Return the facts of all items for a user, without changes.

    departments, profiles: others that the user is supposed to belong to, so that the audiences name them, too.
    """
    return history(user, dict.fromkeys(MODELS), [], departments=departments, profiles=profiles)


def newest_first(change: FieldChange) -> tuple[datetime, int]:
    return change.at, change.pk


def changes_of(which: Q) -> list[FieldChange]:
    return list(FieldChange.objects.filter(which).order_by("-at", "-pk"))


def former_prerequisites(changes: Iterable[FieldChange]) -> set[str]:
    named = {name for change in changes if change.field == "prerequisites" for name in (change.before, change.after)}
    return {name for name in named if name}


def closure(module: int) -> set[int]:
    """Return the numbers of all modules that a module builds on, directly or not, in one query."""
    needed: dict[int, set[int]] = defaultdict(set)
    for waiting, before in Module.prerequisites.through.objects.values_list("from_module", "to_module"):
        needed[waiting].add(before)
    found: set[int] = set()
    reached = {module}
    while reached:
        found |= reached
        reached = set().union(*(needed[pk] for pk in reached)) - found
    return found - {module}


def history(
    user: User,
    wanted: Wanted,
    changes: list[FieldChange],
    *,
    departments: Collection[int] = (),
    profiles: Collection[int] = (),
) -> History:
    """Return the facts of the wanted items for the user. changes: those of the items and of the user."""
    by_name: dict[str, list[FieldChange]] = defaultdict(list)
    for change in changes:
        by_name[f"{change.kind}-{change.number}"].append(change)
    of_user = by_name.get(f"user-{user.pk}", NO_CHANGES)
    former_departments = {int(text) for text in former("department", of_user)}
    former_profiles = {int(text) for text in former("job_profile", of_user)}
    above = ancestors_of({*former_departments, *departments, user.department_id or 0})
    person = PersonFacts(
        user.pk, above.get(user.department_id or 0, ()), user.job_profile_id, user.is_active, hand_ins_of(user)
    )
    all_profiles = {*former_profiles, *profiles, user.job_profile_id or 0}
    all_departments = {pk for line in above.values() for pk in line}
    names = {"department_id": all_departments, "job_profile_id": all_profiles, "person_id": {user.pk}}
    items: dict[str, ItemFacts] = {}
    for kind, numbers in wanted.items():
        items |= items_of(kind, numbers, names)
    for name in by_name:
        kind, _dash, number = name.partition("-")
        if name not in items and kind in MODELS:
            items[name] = ItemFacts(kind, int(number))  # a deleted item
    return History(Facts(person, items), by_name, above)


def former(field: str, changes: Iterable[FieldChange]) -> set[str]:
    return {text for change in changes if change.field == field for text in (change.before, change.after) if text}


def items_of(kind: str, numbers: Collection[int] | None, names: Mapping[str, Collection[int]]) -> dict[str, ItemFacts]:
    """Return the items of a kind as they are now, with the parts of their audiences that have one of the names."""
    model = MODELS[kind]

    def rows(queryset: Any, column: str) -> Any:
        return queryset if numbers is None else queryset.filter(**{f"{column}__in": numbers})

    named = Q(is_everyone=True)
    for column, keys in names.items():
        named |= Q(**{f"{column}__in": keys})
    audience = grouped(rows(related(model, "audience").filter(named), "item"), entry_name)
    excluded = related(model, "exclusions").filter(person__in=names["person_id"])
    exclusions = grouped(rows(excluded, "item"), lambda row: f"person-{row['person_id']}")
    prerequisites: dict[int, set[str]] = {}
    if kind == "module":
        edges = rows(Module.prerequisites.through.objects, "from_module").values_list("from_module", "to_module")
        for waiting, needed in edges:
            prerequisites.setdefault(waiting, set()).add(f"module-{needed}")
    found = rows(model._default_manager.order_by(), "pk").values(*COLUMNS, *MORE_COLUMNS[kind])
    return {
        f"{kind}-{row['pk']}": ItemFacts(
            kind,
            **row,
            audience=frozenset(audience.get(row["pk"], ())),
            exclusions=frozenset(exclusions.get(row["pk"], ())),
            prerequisites=frozenset(prerequisites.get(row["pk"], ())),
        )
        for row in found
    }


def grouped(rows: Any, name_of: Callable[[dict[str, Any]], str]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for row in rows.order_by().values():
        found[row["item_id"]].add(name_of(row))
    return found


def hand_ins_of(user: User) -> dict[int, tuple[datetime, ...]]:
    """Return when the user submitted each module, the earliest first."""
    now = ModuleProgress.objects.filter(user=user.pk, submitted_at__isnull=False)
    earlier = EarlierSubmission.objects.filter(user=user.pk).order_by()
    both = now.values_list("module", "submitted_at").union(earlier.values_list("module", "submitted_at"), all=True)
    found: dict[int, tuple[datetime, ...]] = defaultdict(tuple)
    for module, at in sorted((module, at) for module, at in both if at):
        found[module] += (at,)
    return found
