"""The department tree in memory, with the people of each department: two queries, however large it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Count, Q

from accounts.models import Department, User
from accounts.users.fields import nested

STEP = Department.steplen


@dataclass(eq=False, slots=True)
class Node:
    """
    A department with its place in the tree.

    people: users of the department itself, active or not. people_below: these, and those of all departments below it.
    """

    id: int
    name: str
    path: str
    parent: Node | None
    children: list[Node] = field(default_factory=list)
    people: int = 0
    people_below: int = 0

    def __str__(self) -> str:
        return " / ".join(node.name for node in self.line)

    @property
    def pk(self) -> int:
        return self.id

    @property
    def line(self) -> list[Node]:
        """Return the departments above it, the root first, and itself."""
        found, node = [self], self
        while node.parent:
            node = node.parent
            found.append(node)
        return found[::-1]

    @property
    def depth(self) -> int:
        return len(self.path) // STEP

    def branch(self) -> Iterator[Node]:
        """Yield the department and all below it, each after its parent, brothers in the order of their names."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting += reversed(node.children)

    def is_in(self, other: Node) -> bool:
        """Return whether it is the other department, or lies below it."""
        return self.path.startswith(other.path)


class Tree(dict[int, Node]):
    """Departments by id. roots: the departments whose parent is not among them."""

    def __init__(self, rows: Iterable[tuple[int, str, str]]) -> None:
        super().__init__()
        self.roots: list[Node] = []
        by_path: dict[str, Node] = {}
        for pk, path, name in rows:
            parent = by_path.get(path[:-STEP])
            node = self[pk] = by_path[path] = Node(pk, name, path, parent)
            (parent.children if parent else self.roots).append(node)
        for level in [self.roots, *(node.children for node in self.values())]:
            level.sort(key=lambda node: (key(node.name), node.path))

    @classmethod
    def read(cls, within: Q | None = None) -> Tree:
        """Return the whole tree, or the departments of a condition, without numbers of people."""
        rows = Department.objects.filter(within or Q()).order_by("path").values_list("pk", "path", "name")
        return cls(rows)

    def count_people(self, counted: Mapping[int, int]) -> None:
        """Set the numbers of people. counted: the users of each department itself."""
        for node in sorted(self.values(), key=lambda node: -len(node.path)):
            node.people = counted.get(node.id, 0)
            node.people_below = node.people + sum(child.people_below for child in node.children)

    @property
    def paths(self) -> dict[str, Node]:
        return {node.path: node for node in self.values()}


def people_of_departments(**which: Any) -> dict[int, int]:
    """Return the number of users by department. which: a filter of users."""
    users = User.objects.filter(department__isnull=False, **which).order_by()
    return dict(users.values_list("department").annotate(Count("pk")))


def key(name: str) -> str:
    """Return the form of a name that is compared: two departments of one level have different ones."""
    return " ".join(name.split()).casefold()


def find_same(level: Iterable[Node], name: str, *, but: Node | None = None) -> Node | None:
    """Return the department of a level that has this name already, apart from one of them."""
    return next((node for node in level if node is not but and key(node.name) == key(name)), None)


@dataclass(frozen=True, slots=True)
class Step:
    """
    A department on its way through a nested list.

    has_below: whether a list of the departments below it begins here. closing: how many lists end after it.
    """

    node: Node
    has_below: bool
    is_open: bool
    closing: range


def steps(roots: list[Node], *, open_to: int) -> Iterator[Step]:
    """Yield the departments as a template writes them, without recursion. open_to: levels whose lists are open."""
    for root in roots:
        for node, has_below, closing in nested(root.branch()):
            yield Step(node, has_below, node.depth - root.depth < open_to, closing)


def lock_tree() -> None:
    """
    Let nobody else change the department tree before the transaction ends. SQLite has one writer anyway.

    Two moves at once would otherwise write paths that don't fit each other.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            table = connection.ops.quote_name(Department._meta.db_table)
            cursor.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
