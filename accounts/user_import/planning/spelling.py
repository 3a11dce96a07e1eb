"""Spelling mistakes: new departments and job profiles whose names are close to stored ones."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from accounts.user_import.mapping.mapping import NEW

from .departments import Place, key
from .questions import Kind, Question

# How alike two names are, from 0 to 1: "nørreprt" and "nørreport" are 0.94, "copenhagen" and "copenhague" 0.9.
ALIKE = 0.87
# A company whose file has more new names than this has not mistyped them.
MAX_NAMES = 300
MAX_OFFERED = 3


def is_alike(name: str, other: str) -> bool:
    """Return whether a name looks like a mistyped form of the other; Shop 1 and Shop 2 do not."""
    name, other = key(name), key(other)
    if abs(len(name) - len(other)) > 3 or digits(name) != digits(other) or min(len(name), len(other)) < 4:
        return False
    matcher = SequenceMatcher(None, name, other, autojunk=False)
    return matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE


def digits(name: str) -> str:
    return "".join(character for character in name if character.isdigit())


def department_question(text: str, place: Place, stored: list[Place]) -> Question | None:
    """Return the question whether a cell means a stored department instead of the new one; None if none is close."""
    new = next(each for each in path_of(place) if each.id is None)
    below = [each.name for each in path_of(place)[len(path_of(new)) :]]
    near = [each for each in stored if is_alike(each.name, new.name)]
    # Those beside the new department come first.
    near.sort(key=lambda each: (each.parent is not new.parent, str(each)))
    offered = [" / ".join([str(each), *below]) for each in near[:MAX_OFFERED]]
    return question(Kind.DEPARTMENT, text, offered) if offered else None


def job_profile_question(text: str, stored: Iterable[str]) -> Question | None:
    """Return the question whether a cell means a stored job profile instead of a new one; None if none is close."""
    offered = sorted(name for name in stored if is_alike(name, text))[:MAX_OFFERED]
    return question(Kind.JOB_PROFILE, text, offered) if offered else None


def question(kind: Kind, text: str, offered: list[str]) -> Question:
    choices = [(name, _("%(name)s is meant") % {"name": name}) for name in offered]
    message = _("“%(text)s” is new, and spelled almost like %(offered)s.")
    sentence = message % {"text": text[:200], "offered": get_text_list([f"“{name}”" for name in offered], _("or"))}
    return Question(kind, text, "", sentence, [*choices, (NEW, _("It is new: create it"))])


def path_of(place: Place) -> list[Place]:
    """Return the department with those above it, the root first."""
    above = path_of(place.parent) if place.parent else []
    return [*above, place]
