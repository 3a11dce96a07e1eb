"""Right and wrong answers of a user to a module, and which of them keep it from being submitted."""

from __future__ import annotations

from typing import Any

from learning import validity

from .answers import Answer
from .interactions import Interaction


class Judged:
    """A module whose questions may have right answers."""

    pk: int
    interactions: Any
    pass_mark: int | None

    def judged_for(self, user) -> list[tuple[Interaction, bool]]:
        """Return the questions that the user has answered and that have a right answer, with whether it is theirs."""
        kept = dict(
            Answer.objects.filter(interaction__module=self.pk, user=user.pk).values_list("interaction", "value")
        )
        asked = self.interactions.filter(pk__in=kept).prefetch_related("choices")
        verdicts = [(each, each.is_right(kept[each.pk])) for each in asked]
        return [(each, is_right) for each, is_right in verdicts if is_right is not None]

    def wrong_for(self, user) -> list[Interaction]:
        """
        Return the questions that have to be answered better before the module can be submitted, in order.

        With a pass mark: all that are wrong if the mark is not reached. Without: the required ones that are wrong.
        """
        return self.wrong_of(self.judged_for(user))

    def wrong_of(self, judged: list[tuple[Interaction, bool]]) -> list[Interaction]:
        if self.pass_mark is not None:
            passes = validity.passes(percent_of(judged), self.pass_mark)
            return [] if passes else [each for each, is_right in judged if not is_right]
        return [each for each, is_right in judged if each.is_required and not is_right]


def percent_of(judged: list[tuple[Interaction, bool]]) -> int | None:
    return validity.percent(sum(is_right for _each, is_right in judged), len(judged))
