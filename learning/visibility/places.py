"""The lines of departments, from the top of the tree down to one, as they are now and as they were at any moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import starmap
from typing import NamedTuple

from django.db.models import Q

from accounts.models import Department, FieldChange
from audit.statements import Statement


class Change(NamedTuple):
    """A row of the history; see `FieldChange`, whose objects would take three times as long to read."""

    pk: int
    kind: str
    number: int
    at: datetime
    field: str
    before: str | None
    after: str | None
    actor_id: int | None
    source: str


# The moves of departments, the newest first; a deleted one has a change of its name as well.
MOVES = Statement(
    lambda: (
        FieldChange.objects.filter(Q(field="parent") | Q(field="name", after=None), kind="department")
        .order_by("-at", "-pk")
        .values_list(*Change._fields)
    )
)


@dataclass(frozen=True, slots=True)
class Places:
    """
    The department tree, as far as some departments need it.

    parents: the id of the department above each one that exists; None at the top. moves: the changes of it that lead
    back from there, the newest first; of a deleted department, its name has a change as well.
    """

    parents: Mapping[int, int | None]
    moves: Sequence[Change]

    @classmethod
    def read(cls, departments: Iterable[int], *, with_moves: bool = True) -> Places:
        """Return the lines of these departments, in three queries; in two without their moves."""
        moves = list(starmap(Change, MOVES.rows())) if with_moves else []
        needed = {*departments, *(move.number for move in moves)}
        needed |= {int(text) for move in moves if move.field == "parent" for text in (move.before, move.after) if text}
        paths = Department.objects.filter(pk__in=needed).values_list("path", flat=True)
        step = Department.steplen
        above = {path[:end] for path in paths for end in range(step, len(path) + 1, step)}
        numbers = dict(Department.objects.filter(path__in=above).values_list("path", "pk"))
        return cls({pk: numbers.get(path[:-step]) for path, pk in numbers.items()}, moves)

    def line(self, department: int | None, moment: datetime | None = None) -> tuple[int, ...]:
        """Return the ids of a department and of all above it, the top first; those of a moment, or of now."""
        parents = self.parents if moment is None else self.at(moment)
        found: list[int] = []
        while department is not None and department in parents and department not in found:
            found.append(department)
            department = parents[department]
        return tuple(reversed(found))

    def at(self, moment: datetime) -> Mapping[int, int | None]:
        """Return the department above each one at a moment."""
        if not self.moves or self.moves[0].at <= moment:
            return self.parents
        parents = dict(self.parents)
        for move in self.moves:
            if move.at <= moment:
                break
            if move.field == "parent":
                parents[move.number] = int(move.before) if move.before else None
            else:
                parents.setdefault(move.number, None)
        return parents

    def ever_above(self, departments: Iterable[int]) -> set[int]:
        """Return these departments, and all that lie above one of them or ever did."""
        above: dict[int, set[int]] = defaultdict(set)
        for pk, parent in self.parents.items():
            above[pk] |= {parent} if parent else set()
        for move in self.moves:
            if move.field == "parent":
                above[move.number] |= {int(text) for text in (move.before, move.after) if text}
        found: set[int] = set()
        waiting = set(departments)
        while waiting:
            found |= waiting
            waiting = {parent for pk in waiting for parent in above.get(pk, ())} - found
        return found

    def moves_of(self, departments: Iterable[int]) -> Iterator[Change]:
        """Yield when one of these departments moved, the newest first; not when one was deleted."""
        wanted = set(departments)
        deleted = {(move.number, move.at) for move in self.moves if move.field == "name"}
        for move in self.moves:
            if move.field == "parent" and move.number in wanted and (move.number, move.at) not in deleted:
                yield move
