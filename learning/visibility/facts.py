"""
Facts about items and one user, in memory, from which the rules are checked without the database.

So a rule can be asked of an item or a user as they were on another day, or as they would be with another setting.
`visible_to` asks the same rules in SQL; a property test holds both together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from learning.validity import is_enough

# The fields of an item that hold several values, each with a change of its own in the history.
SEVERAL = frozenset({"audience", "exclusions", "prerequisites"})


class HandIn(NamedTuple):
    """A submission of a module: when, and the highest pass mark with which it counts."""

    at: datetime
    counts_up_to: int


@dataclass(frozen=True)
class PersonFacts:
    """
    A user, as far as the rules ask.

    departments: the ids of all departments above the user's own, the top first, and of it. hand_ins: when the user
    submitted a module, by the number of the module, the earliest first.
    """

    pk: int
    departments: tuple[int, ...] = ()
    job_profile: int | None = None
    is_active: bool = True
    hand_ins: Mapping[int, tuple[HandIn, ...]] = field(default_factory=dict)

    @cached_property
    def names(self) -> frozenset[str]:
        """Return the parts of an audience that name the user, such as "department-12"."""
        profile = [f"job_profile-{self.job_profile}"] if self.job_profile else []
        return frozenset(["everyone", f"person-{self.pk}", *profile, *(f"department-{pk}" for pk in self.departments)])

    @property
    def department(self) -> int | None:
        return self.departments[-1] if self.departments else None

    def before(self, name: str, was: str | None) -> PersonFacts:
        """
        Return the user as they were before a change of the history.

        Of a former department, `departments` has no more than itself: the tree of that moment knows the others.
        """
        match name:
            case "department":
                return replace(self, departments=(int(was),) if was else ())
            case "job_profile":
                return replace(self, job_profile=int(was) if was else None)
            case "is_active":
                return replace(self, is_active=was is not None)
        return self

    def has_valid_hand_in(self, module: ItemFacts, now: datetime) -> bool:
        """Return whether the user has submitted the module with a result that counts and is still valid."""
        handed_in = [at for at in self.counting(module) if at <= now]
        return bool(handed_in) and (module.valid_for is None or handed_in[-1] + module.valid_for > now)

    def counting(self, module: ItemFacts) -> list[datetime]:
        """Return when the user submitted the module with a result that counts, the earliest first."""
        submissions = self.hand_ins.get(module.pk, ())
        return [each.at for each in submissions if is_enough(each.counts_up_to, module.pass_mark)]


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """
    An item, as far as the rules ask.

    audience, exclusions: names such as "department-12"; those that can't name the user in question may be missing.
    prerequisites: names such as "module-3".
    """

    kind: str
    pk: int
    title: str | None = None
    is_published: bool = False
    published_from: datetime | None = None
    published_until: datetime | None = None
    ends_at: datetime | None = None
    valid_for: timedelta | None = None
    pass_mark: int | None = None
    audience: frozenset[str] = frozenset()
    exclusions: frozenset[str] = frozenset()
    prerequisites: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        return f"{self.kind}-{self.pk}"

    def before(self, changes: Iterable[Any]) -> ItemFacts:
        """Return the item as it was before changes of the history, the newest of which comes first."""
        values: dict[str, Any] = {}
        for change in changes:
            if change.field in SEVERAL:
                held = values.setdefault(change.field, set(getattr(self, change.field)))
                held.discard(change.after)
                held |= {change.before} if change.before else set()
            elif change.field in PARSED:
                values[change.field] = change.before
        if not values:
            return self
        was: dict[str, Any] = {
            name: frozenset(it) if name in SEVERAL else parsed(name, it) for name, it in values.items()
        }
        return replace(self, **was)


PARSED: dict[str, Any] = {
    "title": str,
    "is_published": bool,
    "published_from": datetime.fromisoformat,
    "published_until": datetime.fromisoformat,
    "ends_at": datetime.fromisoformat,
    "pass_mark": int,
    "valid_for": lambda text: timedelta(seconds=float(text)),
}


def parsed(name: str, text: str | None) -> Any:
    """Return the value of a field that the history keeps as text."""
    if text is None:
        return False if name == "is_published" else None
    return PARSED[name](text)


@dataclass(frozen=True, slots=True)
class Facts:
    """One user, and the items that the rules need, by their names."""

    person: PersonFacts
    items: Mapping[str, ItemFacts]
