"""The result of a submitted module, and its answers in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .asked import Asked, in_words, sent_as
from .models import Module, ModuleProgress
from .validity import passes, percent

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True, slots=True)
class Result:
    """
    What a user answered right in a module.

    question_count: the number of answered questions that have a right answer. is_passed: whether the pass mark is
    reached or, without a pass mark, whether every required one of them is answered right.
    """

    right_count: int = 0
    question_count: int = 0
    is_passed: bool = False
    pass_mark: int | None = None

    @property
    def needed_count(self) -> int:
        """Return how many questions have to be answered right to reach the pass mark."""
        return -(-(self.pass_mark or 0) * self.question_count // 100)

    @property
    def is_all_right(self) -> bool:
        return self.right_count == self.question_count


def result_of(asked: Asked) -> Result:
    """Return the result of the submitted module; an empty one if it is not submitted."""
    return judged(asked) if asked.submitted_at else Result()


def judged(asked: Asked) -> Result:
    """Return the result that the stored answers have, submitted or not."""
    verdicts = [
        (each, bool(right))
        for each in asked.interactions
        if each.pk in asked.kept and (right := each.is_right(asked.kept[each.pk])) is not None
    ]
    right_count, mark = sum(right for _each, right in verdicts), asked.module.pass_mark
    reaches = passes(percent(right_count, len(verdicts)), mark)
    is_passed = all(right for each, right in verdicts if each.is_required) if mark is None else reaches
    return Result(right_count, len(verdicts), bool(verdicts) and is_passed, mark)


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
