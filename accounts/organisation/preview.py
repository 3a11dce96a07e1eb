"""Preview of a move or a merge: who begins or ceases to see what, and which rights over people are gained and lost."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import groupby

from django.contrib.auth.models import Group
from django.db.models import Count, Q

from accounts.authorization.changes import why_not_hand_out
from accounts.authorization.grants import Grants, visible_types
from accounts.authorization.reach import above
from accounts.authorization.refusals import ChangeRefusal
from accounts.models import User
from accounts.policy.holdings import COMPANY_WIDE, Holding, Holdings
from accounts.policy.rights import Right

from .plans import Plan
from .tree import Node, people_of_departments
from .uses import AUDIENCES, Cells, Effect

Grant = tuple[int, str]  # a permission type by id, and a right


@dataclass(slots=True)
class Reach:
    """
    Rights of a permission type over departments that its holders gain or lose.

    name: "" if the actor may not know the permission type. holders: active users who hold it. people: active users of
    the departments.
    """

    group: int
    name: str
    is_given: bool
    rights: list[str]
    places: list[Node]
    holders: int
    people: int

    @property
    def numbers(self) -> list[int]:
        return [node.id for node in self.places]


@dataclass(slots=True)
class Preview:
    """What a plan changes. people: active users whose department moves or is merged. refused: why it may not be."""

    plan: Plan
    people: int
    learning: list[Effect]
    reach: list[Reach]
    refused: ChangeRefusal | None = None
    gaining: int = field(init=False)
    losing: int = field(init=False)

    def __post_init__(self) -> None:
        self.gaining = sum(effect.gaining for effect in self.learning)
        self.losing = sum(effect.losing for effect in self.learning)

    @property
    def fingerprint(self) -> str:
        """Return a hash of everything that the preview says, so that nobody confirms what they did not see."""
        plan = self.plan
        said = [
            f"{plan.subject.id} {plan.subject} {plan.target.id if plan.target else ''} {plan.target or ''}",
            *(f"{node.id} {node.name} {target.id if target else ''}" for node, target in plan.moved.items()),
            *(f"{node.id} {node.name} {into.id}" for node, into in plan.merged.items()),
            *(f"{each.item.name} {each.gaining} {each.losing}" for each in self.learning),
            *(
                f"{each.group} {each.is_given} {each.rights} {each.numbers} {each.holders} {each.people}"
                for each in self.reach
            ),
            str(self.people),
        ]
        return hashlib.sha256("\n".join(said).encode()).hexdigest()


def preview(actor: User, plan: Plan) -> Preview:
    """Return what the plan changes, in as many queries for a small tree as for a large one."""
    people = people_of_departments(is_active=True, department__in=[node.id for node in plan.places])
    before = {node.id: frozenset(each.id for each in node.line) for node in plan.places}
    after = {node.id: frozenset(each.id for each in plan.line_after(node)) for node in plan.places}
    merged = {node.id: into.id for node, into in plan.merged.items()}
    cells = Cells(before, after, merged, people)
    grants = Grants.read()
    turned = turned_grants(plan, cells, grants)
    return Preview(
        plan,
        people=sum(people.get(node.id, 0) for node in plan.subject.branch()),
        learning=[effect for audiences in AUDIENCES for effect in audiences.effects(actor, cells)],
        reach=told(actor, plan, turned, people),
        refused=why_not_change_reach(actor, plan, turned, grants),
    )


@dataclass(slots=True)
class Turned:
    """The grants that begin and cease to reach the people of a department."""

    given: set[Grant]
    taken: set[Grant]


def turned_grants(plan: Plan, cells: Cells, grants: Grants) -> dict[int, Turned]:
    """Return for each department the grants that begin or cease to reach its people; without a difference, nothing."""
    at, everywhere = defaultdict(set), set()
    by_path = plan.tree.paths
    for group, held in grants.items():
        for holding in held:
            if holding.path == COMPANY_WIDE:
                everywhere.add((group, holding.right))
            elif holding.path in by_path:
                at[by_path[holding.path].id].add((group, holding.right))
    afterwards = {pk: set(found) for pk, found in at.items()}
    for source, into in cells.merged.items():
        afterwards.setdefault(into, set()).update(at.get(source, ()))
    found = {}
    for place, line in cells.before.items():
        was = set().union(*(at.get(pk, ()) for pk in line)) - everywhere
        becomes = set().union(*(afterwards.get(pk, ()) for pk in cells.after[place])) - everywhere
        if was != becomes:
            found[place] = Turned(becomes - was, was - becomes)
    return found


def why_not_change_reach(actor: User, plan: Plan, turned: dict[int, Turned], grants: Grants) -> ChangeRefusal | None:
    """
    Return why the actor may not change who holds rights over the people of these departments; None if they may.

    It is the rule of permission types: nobody gives or takes a right over people that they don't hold over them. And
    nobody above the actor may be among these people, because a third person could gain or lose them by it. A change
    that turns nobody's rights may concern people above the actor: it changes what they learn, like a change of an
    audience.
    """
    if actor.is_superuser or not turned:
        return None
    for place, each in turned.items():
        held = Holdings(Holding(right, plan.tree[place].path) for _group, right in each.given | each.taken)
        if why_not_hand_out(actor, held):
            return ChangeRefusal.MOVES_RIGHTS
    inside = User.objects.filter(department__in=list(turned)).exclude(pk=actor.pk)
    return ChangeRefusal.SOMEBODY_ABOVE if inside.filter(above(actor, grants)).exists() else None


def told(actor: User, plan: Plan, turned: dict[int, Turned], people: dict[int, int]) -> list[Reach]:
    """Return the turned grants for the page: those of one permission type over the same departments are one."""
    places: dict[tuple[int, bool, str], list[int]] = defaultdict(list)
    for place, each in turned.items():
        for is_given, found in ((True, each.given), (False, each.taken)):
            for group, right in found:
                places[group, is_given, right].append(place)
    lines = sorted(
        (group, not is_given, tuple(sorted(found)), right) for (group, is_given, right), found in places.items()
    )
    named = {group for group, *_rest in lines}
    if not named:
        return []
    holders = dict(
        Group.objects.filter(pk__in=named)
        .order_by()
        .values_list("pk")
        .annotate(holders=Count("user", filter=Q(user__is_active=True)))
    )
    names = dict(visible_types(actor).filter(pk__in=named).values_list("pk", "name"))
    return [
        Reach(
            group,
            names.get(group, ""),
            not is_taken,
            [label(right) for *_same, right in rows],
            [plan.tree[pk] for pk in found],
            holders[group],
            sum(people.get(pk, 0) for pk in found),
        )
        for (group, is_taken, found), rows in groupby(lines, key=lambda line: line[:3])
    ]


def label(right: str) -> str:
    return str(Right(right).words) if right in Right.values else right
