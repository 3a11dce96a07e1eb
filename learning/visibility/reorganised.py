"""What departments and job profiles mean for audiences: the items that name them, and who gains what by a change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import (
    CharField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce
from django.urls import reverse

from accounts import policy
from accounts.models import User
from accounts.organisation.uses import Cells, Effect, Item

from .audience import related


class AudiencesOf:
    """The audiences of one kind of item, for the pages of the organisation."""

    def __init__(self, model: type[Any]) -> None:
        self.model = model

    @property
    def kind(self) -> str:
        return str(self.model._meta.model_name)

    @property
    def entries(self) -> QuerySet:
        return related(self.model, "audience").order_by()

    @property
    def exclusions(self) -> QuerySet:
        return related(self.model, "exclusions").order_by()

    def counted(self, column: str) -> dict[int, int]:
        """Return the number of items that name each department or job profile."""
        named = self.entries.filter(**{f"{column}__isnull": False})
        return dict(named.values_list(column).annotate(Count("pk")))

    def naming(self, actor: User, column: str, number: int) -> list[Item]:
        """Return the items that name a department or job profile, by title; those without a title last."""
        found = self.items(actor, self.entries.filter(**{column: number}).values("item"))
        return sorted(found.values(), key=lambda item: (not item.title, item.title.casefold(), item.name))

    def items(self, actor: User, numbers: Any) -> dict[int, Item]:
        """Return the items of these numbers (a list or a subquery), with the titles that the actor may know."""
        known = Exists(self.model._default_manager.known_to(actor).filter(pk=OuterRef("pk")))
        rows = self.model._default_manager.filter(pk__in=numbers).order_by().annotate(is_known=known)
        may_edit = actor.is_staff and policy.holds(actor, f"learning.change_{self.kind}")
        return {
            pk: Item(
                f"{self.kind}-{pk}",
                self.model._meta.verbose_name,
                title if is_known else "",
                reverse(f"admin:learning_{self.kind}_change", args=[pk]) if may_edit else "",
                is_published,
            )
            for pk, title, is_published, is_known in rows.values_list("pk", "title", "is_published", "is_known")
        }

    def effects(self, actor: User, cells: Cells) -> list[Effect]:
        """Return what a change of departments does to the audience of each item; items without a difference don't."""
        everyone = self.entries.filter(is_everyone=True).values("item")
        named: dict[int, set[int]] = defaultdict(set)
        for item, department in (
            self.entries.filter(department__isnull=False).exclude(item__in=everyone).values_list("item", "department")
        ):
            named[item].add(department)
        turned = {item: turning(departments, cells) for item, departments in named.items()}
        turned = {item: both for item, both in turned.items() if any(both)}
        otherwise = self.decided_otherwise(turned) if turned else {}
        return self.told(
            actor,
            {
                item: tuple(sum(cells.people.get(pk, 0) - otherwise.get((item, pk), 0) for pk in each) for each in both)
                for item, both in turned.items()
            },
        )

    def decided_otherwise(self, turned: Mapping[int, tuple[set[int], set[int]]]) -> dict[tuple[int, int], int]:
        """
        Return for an item and a department how many of its active people a change of departments can't concern.

        The item names their job profile or themselves, or they are excluded from it.
        """
        places = sorted(set().union(*(gaining | losing for gaining, losing in turned.values())))
        entries = self.entries.filter(item__in=list(turned))
        active = {"is_active": True, "department__in": places}
        by_profile = entries.filter(**{f"job_profile__people__{name}": value for name, value in active.items()})
        by_place = by_profile.values_list("item", "job_profile__people__department")
        found: dict[tuple[int, int], int] = defaultdict(int)
        for item, place, count in by_place.annotate(Count("job_profile__people")):
            found[item, place] += count
        profiles = set(entries.filter(job_profile__isnull=False).values_list("item", "job_profile"))
        columns = ("item", "person", "person__department", "person__job_profile")
        of_active = {f"person__{name}": value for name, value in active.items()}
        excluded = self.exclusions.filter(item__in=list(turned), **of_active).values_list(*columns)
        for item, _person, place, profile in entries.filter(**of_active).values_list(*columns).union(excluded):
            if (item, profile) not in profiles:
                found[item, place] += 1
        return found

    def effects_of_profiles(self, actor: User, source: int, into: int) -> list[Effect]:
        """Return what merging one job profile into another does to the audience of each item."""
        naming: dict[int, set[int]] = defaultdict(set)
        for item, profile in self.entries.filter(job_profile__in=[source, into]).values_list("item", "job_profile"):
            naming[item].add(profile)
        one = [item for item, profiles in naming.items() if len(profiles) == 1]
        if not one:
            return []
        items = self.model._default_manager.filter(pk__in=one).order_by()
        counts = {"of_source": self.without_other_reason(source), "of_into": self.without_other_reason(into)}
        counted = items.annotate(**counts).values_list("pk", *counts)
        # People of the profile that an item doesn't name are added to its audience.
        gaining = {pk: (of_into if source in naming[pk] else of_source, 0) for pk, of_source, of_into in counted}
        return self.told(actor, gaining)

    def without_other_reason(self, profile: int) -> Coalesce:
        """Return the number of active people of a job profile that an item names in no other way, nor excludes."""
        entries = self.entries.filter(item=OuterRef(OuterRef("pk")))
        path = ExpressionWrapper(OuterRef("department__path"), output_field=CharField())
        paths = entries.filter(department__isnull=False).alias(path_of_user=path)
        named = Q(Exists(entries.filter(Q(is_everyone=True) | Q(person=OuterRef("pk")))))
        named |= Q(Exists(paths.filter(path_of_user__startswith=F("department__path"))))
        named |= Q(Exists(self.exclusions.filter(item=OuterRef(OuterRef("pk")), person=OuterRef("pk"))))
        people = get_user_model()._default_manager.filter(job_profile=profile, is_active=True).exclude(named)
        one_row = people.order_by().values("job_profile").annotate(count=Count("pk")).values("count")
        return Coalesce(Subquery(one_row, output_field=IntegerField()), 0)

    def told(self, actor: User, numbers: Mapping[int, tuple[int, ...]]) -> list[Effect]:
        """Return the effects with their items; an item without a difference for anybody is left out."""
        numbers = {pk: both for pk, both in numbers.items() if any(both)}
        if not numbers:
            return []
        items = self.items(actor, list(numbers))
        found = [Effect(items[pk], *both) for pk, both in numbers.items() if pk in items]
        return sorted(found, key=lambda effect: (not effect.item.title, effect.item.title.casefold(), effect.item.name))

    def replace(self, column: str, source: int, into: int) -> list[str]:
        """
        Let audiences name `into` instead of `source`, and return the names of the items, such as "module-12".

        An audience that names both keeps its entry for `into`, with its due date.
        """
        entries = self.entries.filter(**{column: source})
        names = sorted(entries.values_list("item", flat=True))
        both = self.entries.filter(**{column: into}).values_list("item", flat=True)
        entries.filter(item__in=list(both)).delete()
        entries.update(**{column: into})
        return [f"{self.kind}-{number}" for number in names]


def turning(named: set[int], cells: Cells) -> tuple[set[int], set[int]]:
    """Return the departments whose people an audience begins, and ceases, to name. named: the departments it names."""
    afterwards = {cells.merged.get(pk, pk) for pk in named}
    gaining, losing = set(), set()
    for place, line in cells.before.items():
        was, becomes = not named.isdisjoint(line), not afterwards.isdisjoint(cells.after[place])
        if becomes and not was:
            gaining.add(place)
        elif was and not becomes:
            losing.add(place)
    return gaining, losing
