"""What a move or a merge would change in the tree: worked out in memory, shown in the preview, and then carried out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from accounts.authorization.refusals import ChangeRefusal
from accounts.models import User

from .rules import why_not_change_level, why_not_edit_department
from .tree import Node, Tree, find_same

MOST_LEVELS = 10  # as deep as an import may go


@dataclass(slots=True)
class Plan:
    """
    A change of the tree.

    subject: the department that is moved or merged. target: where it goes, or into which it is merged; None for the
    top of the tree. moved: the new department above each department that moves, None for the top. merged: the
    departments that go, each with the one that takes its place, those further up first.
    """

    tree: Tree
    subject: Node
    target: Node | None
    moved: dict[Node, Node | None] = field(default_factory=dict)
    merged: dict[Node, Node] = field(default_factory=dict)

    @property
    def places(self) -> list[Node]:
        """Return the departments whose people can notice the change."""
        found = {node.id: node for node in self.subject.branch()}
        if self.merged:
            found |= {node.id: node for into in self.merged.values() for node in into.branch()}
        return [found[pk] for pk in sorted(found)]

    def line_after(self, node: Node) -> Iterator[Node]:
        """Yield the department in which the people of a department are afterwards, and those above it."""
        after: Node | None = self.merged.get(node, node)
        while after:
            yield after
            after = self.moved.get(after, after.parent)

    @property
    def levels(self) -> int:
        """Return how deep the tree would be where it changes."""
        return max(sum(1 for _node in self.line_after(node)) for node in self.places)


def plan_move(tree: Tree, subject: Node, target: Node | None) -> Plan:
    """Return the plan of a department that moves, with everything below it, to directly below another one."""
    return Plan(tree, subject, target, moved={subject: target})


def plan_merge(tree: Tree, subject: Node, into: Node) -> Plan:
    """
    Return the plan of a department that is merged into another one.

    Its people, audiences and scopes become those of the other one. So do the departments below it: one that has the
    name of a department there is merged into that one, and so on down the tree; the others move.
    """
    plan = Plan(tree, subject, into, merged={subject: into})
    waiting = [(subject, into)]
    while waiting:
        source, place = waiting.pop(0)
        stays = [node for node in place.children if not node.is_in(subject)]
        for child in source.children:
            same = find_same(stays, child.name)
            if same is None:
                plan.moved[child] = place
            else:
                plan.merged[child] = same
                waiting.append((child, same))
    return plan


def why_not_move(actor: User, plan: Plan) -> ChangeRefusal | None:
    """Return why the actor may not move the department there, apart from the rights over people that this changes."""
    subject, target = plan.subject, plan.target
    refused = why_not_change_level(actor, subject.parent) or why_not_change_level(actor, target)
    if refused:
        return refused
    if target and target.is_in(subject):
        return ChangeRefusal.LIES_WITHIN
    if target is subject.parent:
        return ChangeRefusal.IS_THERE_ALREADY
    if find_same(target.children if target else plan.tree.roots, subject.name):
        return ChangeRefusal.NAME_TAKEN_HERE
    return ChangeRefusal.TREE_TOO_DEEP if plan.levels > MOST_LEVELS else None


def why_not_merge(actor: User, plan: Plan) -> ChangeRefusal | None:
    """Return why the actor may not merge the departments, apart from the rights over people that this changes."""
    subject, into = plan.subject, plan.target
    refused = why_not_change_level(actor, subject.parent) or (into and why_not_edit_department(actor, into))
    if refused:
        return refused
    if into is None or into.is_in(subject):
        return ChangeRefusal.LIES_WITHIN
    return ChangeRefusal.TREE_TOO_DEEP if plan.levels > MOST_LEVELS else None
