"""What a module asks a user, and what it asked when the user answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .models import Answer, EarlierWording, Interaction, Module, ModuleProgress


@dataclass(frozen=True, slots=True)
class EarlierAnswer:
    """
    An answer to a former wording, in words.

    changed_at: when the wording was replaced. counts: whether the answer still counts.
    """

    title: str
    said: list[str]
    changed_at: datetime
    counts: bool


class Asked:
    """
    The interactions of a module for one user, with the answers that count.

    A submitted module shows what it asked then: each interaction in the wording that was answered, including those that
    were removed since, without those that were added since.
    """

    def __init__(self, module: Module, user: Any, progress: ModuleProgress | None):
        self.module, self.user = module, user
        self.submitted_at = progress.submitted_at if progress else None
        everything = Interaction.ever.filter(module=module).prefetch_related("choices")
        self.now = list(everything if self.submitted_at else everything.filter(retired_at=None))
        self.read_answers()
        self.interactions = [self.as_then(each) for each in self.now if self.was_asked(each)]

    def read_answers(self) -> None:
        answers = Answer.ever.filter(interaction__module=self.module, user=self.user.pk)
        self.answers = {answer.interaction_id: answer for answer in answers}
        newest = {each.pk: each for each in self.now}
        self.kept = {
            pk: answer.value
            for pk, answer in self.answers.items()
            if pk in newest and (self.submitted_at or answer.version >= newest[pk].valid_from)
        }
        changed = any(pk in newest and answer.version < newest[pk].version for pk, answer in self.answers.items())
        self.earlier: dict[tuple[int, int], EarlierWording] = {}
        if changed or (self.submitted_at and any(each.version > 1 for each in self.now)):
            wordings = EarlierWording.objects.filter(interaction__module=self.module).order_by("version")
            self.earlier = {(each.interaction_id, each.version): each for each in wordings}

    def was_asked(self, interaction: Interaction) -> bool:
        """Return whether the interaction belongs to the user's version of the module."""
        if not self.submitted_at or interaction.pk in self.answers:
            return True
        is_older = interaction.added_at is None or interaction.added_at <= self.submitted_at
        return is_older and (interaction.retired_at is None or interaction.retired_at > self.submitted_at)

    def as_then(self, interaction: Interaction) -> Interaction:
        """Return the interaction in the wording that was answered or, without an answer, current at the submission."""
        if not self.submitted_at:
            return interaction
        if answer := self.answers.get(interaction.pk):
            earlier = self.earlier.get((interaction.pk, answer.version))
        else:
            earlier = next(
                (
                    each
                    for (pk, _version), each in self.earlier.items()
                    if pk == interaction.pk and each.replaced_at > self.submitted_at
                ),
                None,
            )
        return interaction.as_asked(earlier) if earlier else interaction

    def earlier_answer(self, interaction: Interaction) -> EarlierAnswer | None:
        """Return the user's answer to a former wording of an interaction that is open again."""
        answer = self.answers.get(interaction.pk)
        earlier = self.earlier.get((interaction.pk, answer.version)) if answer else None
        if self.submitted_at or answer is None or earlier is None:
            return None
        said = in_words(interaction.as_asked(earlier), sent_as(answer.value))
        return EarlierAnswer(earlier.title, said, earlier.replaced_at, counts=interaction.pk in self.kept)


def sent_as(value: object) -> list[str]:
    """Return a stored answer as a form sends it."""
    if value is True:
        return ["on"]
    return [str(each) for each in (value if isinstance(value, list) else [value])]


def in_words(interaction: Interaction, sent: list[str]) -> list[str]:
    """Return a sent answer in words: the texts of choices, or the typed text."""
    if interaction.offers_choices:
        return [choice.text for choice in interaction.options if str(choice.pk) in sent]
    if interaction.kind == Interaction.Kind.FREE_TEXT:
        return [text for text in sent if text]
    return [str(interaction.form_field().label)] if any(sent) else []
