"""The history of what a user sees: the facts of the rules as they were at any moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import starmap
from typing import Any

from django.db.models import Q

from accounts.models import FieldChange, User
from audit.statements import Parameter, Statement
from learning.models import Document, EarlierSubmission, Event, Item, Module, ModuleProgress
from learning.models.items import entry_name, person_name

from .audience import related
from .compiled import KEY
from .facts import PARSED, SEVERAL, Facts, HandIn, ItemFacts, PersonFacts
from .places import Change, Places

MODELS: dict[str, type[Item]] = {"module": Module, "event": Event, "document": Document}
COLUMNS = ("pk", "title", "is_published", "published_from", "published_until")
MORE_COLUMNS = {"module": ("valid_for", "pass_mark"), "event": ("ends_at",), "document": ()}


PREREQUISITES = Statement(lambda: Module.prerequisites.through.objects.values_list("from_module", "to_module"))


def submissions() -> Any:
    """Return when a user submitted each module, now and earlier, and up to which pass mark that counts."""
    user = Parameter("user", KEY)
    now = ModuleProgress.objects.filter(user=user, submitted_at__isnull=False).order_by()
    earlier = EarlierSubmission.objects.filter(user=user).order_by()
    columns = ("module", "submitted_at", "counts_up_to")
    return now.values_list(*columns).union(earlier.values_list(*columns), all=True)


HAND_INS = Statement(submissions)
NO_CHANGES: list[Change] = []
DECISIVE = (*PARSED, *SEVERAL, "department", "job_profile", "is_active")

# The items of each kind that are wanted, by number; None stands for all.
Wanted = Mapping[str, Collection[int] | None]


@dataclass(frozen=True, slots=True)
class History:
    """
    The facts of now, and the changes that lead back from there.

    changes: by the name of an item, or "user-7", or "department-3", the newest first. places: the department tree, as
    far as the user belongs to it or has done.
    """

    now: Facts
    changes: Mapping[str, list[Change]]
    places: Places

    def at(self, moment: datetime) -> Facts:
        """Return the facts as they were at a moment."""
        person = self.now.person
        # Of several changes of a field, the oldest one since then tells what it was.
        was = {change.field: change.before for change in self.changes_since(moment, f"user-{person.pk}")}
        for name, value in was.items():
            person = person.before(name, value)
        line = self.places.line(person.department, moment)
        if line != person.departments:
            person = replace(person, departments=line)
        items = {name: self.item_at(moment, item) for name, item in self.now.items.items()}
        return Facts(person, items)

    def only(self, name: str) -> History:
        """Return the history of one item, with those that it builds on or has built on."""
        names = {name, *self.now.items[name].prerequisites, *former_prerequisites(self.changes.get(name, NO_CHANGES))}
        items = {each: self.now.items[each] for each in names if each in self.now.items}
        wanted = {*names, f"user-{self.now.person.pk}"}
        wanted |= {each for each in self.changes if each.startswith("department-")}
        changes = {each: self.changes[each] for each in wanted if each in self.changes}
        return History(Facts(self.now.person, items), changes, self.places)

    def all_changes(self) -> Iterable[Change]:
        return (change for each in self.changes.values() for change in each)

    def item_at(self, moment: datetime, item: ItemFacts) -> ItemFacts:
        return item.before(self.changes_since(moment, item.name))

    def changes_since(self, moment: datetime, name: str) -> Iterable[Change]:
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
    own = changes_of(user, Q(kind=kind, number=item.pk) | Q(kind="user", number=user.pk))
    needed = {int(name.partition("-")[2]) for name in former_prerequisites(own) if kind == "module"}
    if isinstance(item, Module):
        needed |= closure(item.pk)
    modules = needed | ({item.pk} if kind == "module" else set())
    wanted: Wanted = {"module": modules} if kind == "module" else {kind: {item.pk}}
    others = changes_of(user, Q(kind="module", number__in=needed - {item.pk})) if needed else []
    changes = sorted([*own, *others], key=newest_first, reverse=True)
    named = names_of(user, changes, departments=departments, profiles=profiles)
    return history(user, wanted, changes, named)


def history_of_everything(user: User, since: datetime) -> History:
    """Return the history of all items for a user, back to a moment."""
    of_user = changes_of(user, Q(kind="user", number=user.pk, at__gt=since))
    named = names_of(user, of_user)
    of_items = changes_of(user, named.deciding() & Q(kind__in=MODELS, at__gt=since))
    return history(user, dict.fromkeys(MODELS), [*of_user, *of_items], named)


def facts_of_everything(user: User, *, departments: Collection[int] = (), profiles: Collection[int] = ()) -> History:
    """
    Return the facts of all items for a user, without changes.

    departments, profiles: others that the user is supposed to belong to, so that the audiences name them, too.
    """
    named = names_of(user, [], departments=departments, profiles=profiles, with_moves=False)
    return history(user, dict.fromkeys(MODELS), [], named)


def newest_first(change: Change) -> tuple[datetime, int]:
    return change.at, change.pk


def changes_of(user: User, which: Q) -> list[Change]:
    """Return the changes that can decide what the user sees, the newest first: few, though an item names thousands."""
    changes = FieldChange.objects.filter(which, field__in=DECISIVE).exclude(
        names_others("before", user), names_others("after", user), field__in=("audience", "exclusions")
    )
    return list(starmap(Change, changes.order_by("-at", "-pk").values_list(*Change._fields)))


def names_others(column: str, user: User) -> Q:
    """Return a condition for the values that are empty or name another user."""
    is_other = Q(**{f"{column}__startswith": "person-"}) & ~Q(**{column: f"person-{user.pk}"})
    return Q(**{f"{column}__isnull": True}) | is_other


def former_prerequisites(changes: Iterable[Change]) -> set[str]:
    named = {name for change in changes if change.field == "prerequisites" for name in (change.before, change.after)}
    return {name for name in named if name}


def closure(module: int) -> set[int]:
    """Return the numbers of all modules that a module builds on, directly or not, in one query."""
    needed: dict[int, set[int]] = defaultdict(set)
    for waiting, before in PREREQUISITES.rows():
        needed[waiting].add(before)
    found: set[int] = set()
    reached = {module}
    while reached:
        found |= reached
        reached = set().union(*(needed[pk] for pk in reached)) - found
    return found - {module}


@dataclass(frozen=True, slots=True)
class Named:
    """
    The parts of an audience that name a user, have named them, or would.

    departments: the ids of all that the user belongs to, has belonged to, or would, and of all above these at any time.
    """

    user: int
    profiles: frozenset[int]
    departments: frozenset[int]
    places: Places

    def deciding(self) -> Q:
        """Return the condition of the changes that can decide whether the user sees an item."""
        me = person_name(self.user)
        names = ["everyone", me, *(f"department-{pk}" for pk in self.departments)]
        names += [f"job_profile-{pk}" for pk in self.profiles]
        audience = Q(field="audience") & (Q(before__in=names) | Q(after__in=names))
        exclusions = Q(field="exclusions") & (Q(before=me) | Q(after=me))
        return Q(field__in=[*PARSED, "prerequisites"]) | audience | exclusions


def names_of(
    user: User,
    changes: Iterable[Change],
    *,
    departments: Collection[int] = (),
    profiles: Collection[int] = (),
    with_moves: bool = True,
) -> Named:
    """Return what names the user. changes: those of the user among them. departments, profiles: more to suppose."""
    changes = [change for change in changes if change.kind == "user"]
    former_profiles = {int(text) for text in former("job_profile", changes)}
    former_departments = {int(text) for text in former("department", changes)}
    of_user = {*former_departments, *departments, user.department_id or 0}
    places = Places.read(of_user, with_moves=with_moves)
    ever = frozenset(places.ever_above(of_user) - {0})
    return Named(user.pk, frozenset({*former_profiles, *profiles, user.job_profile_id or 0}), ever, places)


def history(user: User, wanted: Wanted, changes: list[Change], named: Named) -> History:
    """Return the facts of the wanted items for the user. changes: those of the items and of the user."""
    by_name: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        by_name[f"{change.kind}-{change.number}"].append(change)
    for move in named.places.moves_of(named.departments):
        by_name[f"department-{move.number}"].append(move)
    mine = named.places.line(user.department_id)
    person = PersonFacts(user.pk, mine, user.job_profile_id, user.is_active, hand_ins_of(user))
    items: dict[str, ItemFacts] = {}
    for kind, numbers in wanted.items():
        items |= items_of(kind, numbers, named)
    for name in by_name:
        kind, _dash, number = name.partition("-")
        if name not in items and kind in MODELS:
            items[name] = ItemFacts(kind, int(number))  # a deleted item
    return History(Facts(person, items), by_name, named.places)


def former(field: str, changes: Iterable[Change]) -> set[str]:
    return {text for change in changes if change.field == field for text in (change.before, change.after) if text}


def items_of(kind: str, numbers: Collection[int] | None, named: Named) -> dict[str, ItemFacts]:
    """Return the items of a kind as they are now, with the parts of their audiences that name the user."""
    model = MODELS[kind]

    def rows(queryset: Any, column: str) -> Any:
        return queryset if numbers is None else queryset.filter(**{f"{column}__in": numbers})

    of_user = Q(is_everyone=True) | Q(person=named.user)
    of_user |= Q(department__in=named.departments) | Q(job_profile__in=named.profiles)
    audience = grouped(rows(related(model, "audience").filter(of_user), "item"), entry_name)
    excluded = rows(related(model, "exclusions").filter(person=named.user), "item")
    exclusions = grouped(excluded, lambda row: person_name(row["person_id"]))
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


def hand_ins_of(user: User) -> dict[int, tuple[HandIn, ...]]:
    """Return what the user submitted of each module, the earliest first."""
    found: dict[int, tuple[HandIn, ...]] = defaultdict(tuple)
    for module, at, counts_up_to in sorted(tuple(row) for row in HAND_INS.rows(user=user.pk) if row[1]):
        found[module] += (HandIn(at, counts_up_to),)
    return found
