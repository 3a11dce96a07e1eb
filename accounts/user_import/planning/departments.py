"""Resolution of department cells: a path through the tree, or the plain name of a department."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field

from django.db import connection
from django.utils.translation import gettext as _

from accounts.models import Department
from accounts.user_import.limits import MAX_DEPARTMENT_DEPTH

MAX_NAME = Department._meta.get_field("name").max_length or 100
SEPARATORS = "/>\\|"
SPACED = re.compile(r"\s[/>\\|](?=\s)")
TIGHT = re.compile(r"[/>\\|]")


class Unclear(Exception):
    """The cell names no department, or more than one. The message is shown on pages."""


@dataclass(eq=False, slots=True)
class Place:
    """A department: stored (with its id) or to be created."""

    name: str
    parent: Place | None
    id: int | None = None
    children: dict[str, list[Place]] = field(default_factory=dict)

    def __str__(self):
        return f"{self.parent} / {self.name}" if self.parent else self.name


class Tree:
    """
    The stored department tree with the new departments of a file; nothing is written before `create`.

    has_paths: whether "/" and its kind separate levels; otherwise a cell is the name of one department.
    """

    def __init__(self, *, has_paths: bool = True) -> None:
        self.has_paths = has_paths
        self.roots: dict[str, list[Place]] = {}
        self.named: dict[str, list[Place]] = defaultdict(list)
        self.new: list[Place] = []
        by_path: dict[str, Place] = {}
        for pk, path, name in Department.objects.order_by("path").values_list("id", "path", "name"):
            parent = by_path.get(path[: -Department.steplen])
            by_path[path] = self.add(name, parent, pk)
        self.by_id = {place.id: place for place in by_path.values()}

    def add(self, name: str, parent: Place | None, pk: int | None = None) -> Place:
        place = Place(name, parent, pk)
        level = parent.children if parent else self.roots
        level.setdefault(key(name), []).append(place)
        self.named[key(name)].append(place)
        return place

    def find(self, text: str) -> Place:
        """
        Return the department that the text names, and add it to the tree if a path names a new one.

        A path may begin anywhere in the tree: "Copenhagen / Nørreport" finds Harbour Coffee / Copenhagen / Nørreport.
        Raise Unclear if the text can mean several departments or is not a valid path.
        """
        names = self.names(text)
        if len(names) > MAX_DEPARTMENT_DEPTH:
            raise Unclear(_("This is deeper than %(limit)s departments.") % {"limit": MAX_DEPARTMENT_DEPTH})
        for name in names:
            if not name:
                raise Unclear(_("There is nothing between two separators of “%(text)s”.") % {"text": text[:200]})
            if len(name) > MAX_NAME:
                raise Unclear(_("A department's name is longer than %(limit)s characters.") % {"limit": MAX_NAME})
        top = self.top(names)
        place = top or self.new_place(names[0], None)
        for name in names[1:]:
            same = place.children.get(key(name), [])
            place = one_of(same, name) or self.new_place(name, place)
        return place

    def names(self, text: str) -> list[str]:
        """Split a path into names: at separators with spaces around them if there are any, else at every separator."""
        if not self.has_paths or key(text) in self.named:
            return [text.strip()]
        text = text.strip(SEPARATORS + " ")
        if key(text) in self.named:
            return [text]
        return [name.strip() for name in (SPACED if SPACED.search(text) else TIGHT).split(text)]

    def top(self, names: list[str]) -> Place | None:
        """Return where the path begins: at a root if one fits, else where most of it exists; None if it is new."""
        candidates = self.roots.get(key(names[0])) or self.named.get(key(names[0]), [])
        if len(names) == 1:
            candidates = self.named.get(key(names[0]), [])
        deepest = max((follow(place, names) for place in candidates), default=0)
        return one_of([place for place in candidates if follow(place, names) == deepest], " / ".join(names))

    def new_place(self, name: str, parent: Place | None) -> Place:
        place = self.add(name, parent)
        self.new.append(place)
        return place

    def create(self) -> None:
        """Store the new departments, parents first. If somebody else has stored one meanwhile, it is used."""
        if not self.new:
            return
        if connection.vendor == "postgresql":
            # Two concurrent insertions would get the same path in the tree.
            with connection.cursor() as cursor:
                table = connection.ops.quote_name(Department._meta.db_table)
                cursor.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
        present = Tree()
        for place in self.new:
            level = present.by_id[place.parent.id].children if place.parent else present.roots
            same = level.get(key(place.name))
            if same:
                place.id = same[0].id
                continue
            if place.parent:
                parent = Department.objects.get(pk=place.parent.id)
                stored = Department.objects.add_child(parent, {"name": place.name})
            else:
                stored = Department.objects.add_root({"name": place.name})
            place.id = stored.pk
            above = present.by_id[place.parent.id] if place.parent else None
            present.by_id[stored.pk] = present.add(place.name, above, stored.pk)


def key(name: str) -> str:
    return " ".join(name.split()).casefold()


def follow(place: Place, names: list[str]) -> int:
    """Return the number of names of the path that exist already, beginning at this department."""
    if key(place.name) != key(names[0]):
        return 0
    below = place.children.get(key(names[1]), []) if len(names) > 1 else []
    return 1 + max((follow(child, names[1:]) for child in below), default=0)


def one_of(places: list[Place], text: str) -> Place | None:
    if len(places) > 1:
        candidates = "; ".join(sorted(str(place) for place in places))
        message = _("“%(text)s” can mean several departments: %(candidates)s. Write the whole path.")
        raise Unclear(message % {"text": text[:200], "candidates": candidates})
    return places[0] if places else None
