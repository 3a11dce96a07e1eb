"""
The due states of all modules for the users of a team, in memory: a number of queries that does not grow with the team.

The rules are those of learning/visibility/audience.py in memory, and of learning/models/due_states.py. A test compares
them with what each user sees.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from types import SimpleNamespace
from typing import Any

from django.db.models import Q
from django.utils import timezone

from accounts.models import Department, User
from learning.models import DueDateExtension, EarlierSubmission, Module, ModuleProgress, Status
from learning.models.due_states import DueState
from learning.models.items import entry_name, person_name
from learning.validity import is_enough
from learning.visibility.audience import failed
from learning.visibility.facts import Facts, HandIn, ItemFacts, PersonFacts

from .scope import OF_EVERYBODY

NEEDS_HELP = (Status.OVERDUE, Status.EXPIRED, Status.NOT_PASSED)
PROGRESS = ("user", "module", "started_at", "submitted_at", "tries_used", "counts_up_to")
NOT_BEGUN = SimpleNamespace(started_at=None, submitted_at=None, tries_used=None, counts_up_to=None)


@dataclass
class ModuleOfPerson(DueState):
    """The due state of one module for one user."""

    pk: int
    title: str
    valid_for: timedelta | None
    reopens_before: timedelta | None
    tries: int | None
    pass_mark: int | None
    started_at: datetime | None = None
    submitted_at: datetime | None = None
    tries_used: int | None = None
    counts_up_to: int | None = None
    earlier_at: datetime | None = None
    due_at: datetime | None = None


@dataclass
class Member:
    """A user of the team, and the modules that they see, the most urgent first."""

    user: User
    modules: list[ModuleOfPerson] = field(default_factory=list)

    @cached_property
    def counts(self) -> Counter[Status]:
        return Counter(module.status for module in self.modules)

    @property
    def late(self) -> list[ModuleOfPerson]:
        return [module for module in self.modules if module.status in NEEDS_HELP]

    @property
    def soon(self) -> int:
        return self.counts[Status.DUE_SOON] + self.counts[Status.DUE_AGAIN]

    @property
    def done(self) -> int:
        return self.counts[Status.DONE]

    @property
    def not_started(self) -> int:
        return self.counts[Status.NOT_STARTED]

    @property
    def has_begun(self) -> bool:
        """Return whether the user has begun any of their modules."""
        return any(module.started_at or module.last_submitted_at for module in self.modules)

    @property
    def is_done(self) -> bool:
        return self.done == len(self.modules)

    @property
    def need(self) -> tuple:
        """Return the sort key that puts the user first who needs help most."""
        return -len(self.late), -self.soon, self.has_begun, -self.not_started, self.user.name, self.user.pk


def members(users: Iterable[User]) -> list[Member]:
    """Return each user with their modules, the user first who needs help most; eight queries."""
    users, now = list(users), timezone.now()
    known = Known.read(users)
    is_open = known.open(now)
    found = [Member(user, known.modules_of(user, is_open, now)) for user in users]
    return sorted(found, key=lambda member: member.need)


@dataclass(frozen=True)
class Known:
    """What the rules need to know about these users and all modules."""

    departments: dict[str, int]
    modules: dict[int, Any]
    items: dict[str, ItemFacts]
    due: dict[int, dict[str, datetime]]
    progress: dict[int, dict[int, Any]]
    earlier: dict[int, dict[int, list[HandIn]]]
    extensions: dict[tuple[int, int], datetime]

    @classmethod
    def read(cls, users: Collection[User]) -> Known:
        ids = [user.pk for user in users]
        paths = {path for user in users for path in user.department_paths}
        departments = dict(Department.objects.filter(path__in=paths).values_list("path", "pk"))
        modules: dict[int, Any] = Module.objects.filter(is_published=True).defer("description").in_bulk()
        audience, due = audiences(ids)
        excluded, needed = exclusions(ids), prerequisites()
        items = {
            f"module-{pk}": ItemFacts(
                "module", pk, module.title, module.is_published, module.published_from, module.published_until,
                valid_for=module.valid_for, pass_mark=module.pass_mark, audience=frozenset(audience[pk]),
                exclusions=frozenset(excluded[pk]), prerequisites=frozenset(needed[pk]),
            )
            for pk, module in modules.items()
        }  # fmt: skip
        progress: dict[int, dict[int, Any]] = defaultdict(dict)
        for row in ModuleProgress.objects.filter(user__in=ids).order_by().values_list(*PROGRESS, named=True):
            progress[row.user][row.module] = row
        earlier: dict[int, dict[int, list[HandIn]]] = defaultdict(lambda: defaultdict(list))
        before = EarlierSubmission.objects.filter(user__in=ids).order_by("submitted_at")
        for user, number, at, counts_up_to in before.values_list("user", "module", "submitted_at", "counts_up_to"):
            earlier[user][number].append(HandIn(at, counts_up_to))
        extended = DueDateExtension.objects.filter(user__in=ids).order_by()
        extensions = {(user, number): at for user, number, at in extended.values_list("user", "module", "due_at")}
        return cls(departments, modules, items, due, progress, earlier, extensions)

    def open(self, now: datetime) -> list[ItemFacts]:
        """Return the modules that no rule hides from everybody, so that the other rules are asked of few."""
        nobody: Any = None  # these rules ask nothing about a user
        return [item for item in self.items.values() if all(rule.holds(nobody, item, now) for rule in OF_EVERYBODY)]

    def modules_of(self, user: User, items: Iterable[ItemFacts], now: datetime) -> list[ModuleOfPerson]:
        """Return those of these modules that the user sees, the most urgent first."""
        person = PersonFacts(
            user.pk,
            tuple(self.departments[path] for path in user.department_paths),
            user.job_profile_id,
            hand_ins=self.hand_ins(user.pk),
        )
        facts = Facts(person, self.items)
        seen = [item for item in items if not failed(facts, item, now)]
        return sorted((self.state(person, item) for item in seen), key=lambda module: module.urgency)

    def hand_ins(self, user: int) -> dict[int, tuple[HandIn, ...]]:
        """Return what the user submitted of each module, the earliest first."""
        found = {number: list(submissions) for number, submissions in self.earlier.get(user, {}).items()}
        for number, row in self.progress.get(user, {}).items():
            if row.submitted_at:
                found.setdefault(number, []).append(HandIn(row.submitted_at, row.counts_up_to))
        return {number: tuple(sorted(submissions)) for number, submissions in found.items()}

    def state(self, person: PersonFacts, item: ItemFacts) -> ModuleOfPerson:
        module = self.modules[item.pk]
        row = self.progress.get(person.pk, {}).get(item.pk, NOT_BEGUN)
        before = [
            each.at
            for each in self.earlier.get(person.pk, {}).get(item.pk, ())
            if is_enough(each.counts_up_to, module.pass_mark)
        ]
        assigned = [at for name, at in self.due.get(item.pk, {}).items() if name in person.names]
        due = self.extensions.get((person.pk, item.pk)) or min(assigned, default=None)
        return ModuleOfPerson(
            item.pk, module.title, module.valid_for, module.reopens_before, module.tries, module.pass_mark,
            row.started_at, row.submitted_at, row.tries_used, row.counts_up_to, before[-1] if before else None, due,
        )  # fmt: skip


def audiences(ids: list[int]) -> tuple[dict[int, set[str]], dict[int, dict[str, datetime]]]:
    """Return the audience of each module as far as it can name one of these users, and the due date of each part."""
    names: dict[int, set[str]] = defaultdict(set)
    due: dict[int, dict[str, datetime]] = defaultdict(dict)
    entries: Any = Module._meta.get_field("audience").related_model
    columns = ("item_id", "is_everyone", "department_id", "job_profile_id", "person_id", "due_at")
    rows = entries.objects.filter(Q(person=None) | Q(person__in=ids), item__is_published=True).order_by()
    for row in rows.values(*columns):
        name = entry_name(row)
        names[row["item_id"]].add(name)
        if row["due_at"]:
            due[row["item_id"]][name] = row["due_at"]
    return names, due


def exclusions(ids: list[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    entries: Any = Module._meta.get_field("exclusions").related_model
    for module, person in entries.objects.filter(person__in=ids).order_by().values_list("item", "person"):
        found[module].add(person_name(person))
    return found


def prerequisites() -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    rows = Module.prerequisites.through.objects.values_list("from_module", "to_module")
    for module, needed in rows:
        found[module].add(f"module-{needed}")
    return found
