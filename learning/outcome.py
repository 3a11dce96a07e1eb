"""The result of a submitted module, and its answers in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .asked import Asked, in_words, sent_as
from .models import Module, ModuleProgress

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True, slots=True)
class Result:
    """
    What a user answered right in a submitted module.

    question_count: the number of answered questions that have a right answer. is_passed: whether every required one of
    them is answered right.
    """

    right_count: int = 0
    question_count: int = 0
    is_passed: bool = False


def result_of(asked: Asked) -> Result:
    """Return the result of the submitted module; an empty one if it is not submitted."""
    if not asked.submitted_at:
        return Result()
    judged = [
        (each, bool(right))
        for each in asked.interactions
        if each.pk in asked.kept and (right := each.is_right(asked.kept[each.pk])) is not None
    ]
    return Result(
        right_count=sum(right for _each, right in judged),
        question_count=len(judged),
        is_passed=bool(judged) and all(right for each, right in judged if each.is_required),
    )


def answers_in_words(asked: Asked) -> list[dict[str, Any]]:
    """Return each question as it was asked, with its answer in words; the answer is empty if there is none."""
    return [
        {
            "question": each.title,
            "kind": each.kind,
            "is_required": each.is_required,
            "answer": in_words(each, sent_as(asked.kept[each.pk])) if each.pk in asked.kept else [],
            "is_right": each.is_right(asked.kept[each.pk]) if each.pk in asked.kept else None,
        }
        for each in asked.interactions
    ]


def result_of_user(module: Module, user: User) -> Result:
    """Return the user's result of a module."""
    progress = ModuleProgress.objects.filter(module=module, user=user.pk).first()
    return result_of(Asked(module, user, progress))
