"""The departments and job profiles that the words of a search name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property, reduce
from operator import or_

from django.db.models import Q

from accounts.models.folding import folded, readings

from .fields import Choice
from .reads import PROFILES

# More ids would exceed what SQLite takes in a statement; paths are fewer, and slower.
MOST_IDS = 5_000
MOST_PATHS = 50
BETWEEN_WORDS = str.maketrans(dict.fromkeys("-/()&,.:", " "))


class Places:
    """
    The departments that the actor sees, and all job profiles, for `UserQuerySet.matching`.

    A word names a place if a word of the place's name begins with it. A department means everybody at or below it.
    """

    def __init__(self, departments: Iterable[Choice], using: str):
        self.departments, self.using = departments, using

    @cached_property
    def profiles(self) -> list[list]:
        return PROFILES.rows(using=self.using)

    def having(self, word: str) -> Q:
        """Return the users who are in a department, or have a job profile, of this name; else an empty Q."""
        is_named = beginning_with(word)
        ids, tops = self.at_or_below(is_named)
        found = Q()
        if len(ids) > MOST_IDS:
            found |= reduce(or_, (Q(department__path__startswith=top) for top in tops[:MOST_PATHS]))
        elif ids:
            found |= Q(department__pk__among=ids)
        if profiles := [pk for pk, name in self.profiles if is_named(name)]:
            found |= Q(job_profile__pk__among=profiles)
        return found

    def at_or_below(self, is_named: Callable[[str], bool]) -> tuple[list[int], list[str]]:
        """Return the ids of the named departments with all below them, and the paths of the highest named ones."""
        ids: list[int] = []
        tops: list[str] = []
        for each in self.departments:  # in the order of the tree
            if not (tops and each.path.startswith(tops[-1])):
                if not is_named(each.name):
                    continue
                tops.append(each.path)
            ids.append(each.pk)
        return ids, tops


def beginning_with(word: str) -> Callable[[str], bool]:
    """Return a function that says whether a word of a name begins with this word, both folded."""
    beginnings = [f" {reading.translate(BETWEEN_WORDS).strip()}" for reading in readings(word)]
    return lambda name: any(each != " " and each in f" {folded(name).translate(BETWEEN_WORDS)}" for each in beginnings)
