"""The answers of a module as one form: filled with what is kept, and good for keeping what is sent."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms

from .models import Answer, Interaction, Module, ModuleProgress

SHOWN = "shown"


@dataclass(frozen=True, slots=True)
class Step:
    """An interaction as its page shows it."""

    number: int
    interaction: Interaction
    field: forms.BoundField
    value: object
    is_missing: bool
    is_right: bool | None

    @property
    def right_choices(self) -> list[str]:
        return [choice.text for choice in self.interaction.choices.all() if choice.is_right]


class AnswersForm(forms.Form):
    """
    One field for each interaction of a module, none of them required: answers are kept as they are given.

    Only what the sent page had shown counts, so that an answer is never taken back by a page that didn't ask for it.
    """

    def __init__(self, module: Module, user, data=None):
        self.module, self.user = module, user
        self.interactions = list(module.interactions.prefetch_related("choices"))
        self.progress = ModuleProgress.objects.filter(module=module, user=user.pk).first()
        answers = Answer.objects.filter(interaction__module=module, user=user.pk)
        self.kept = dict(answers.values_list("interaction_id", "value"))
        super().__init__(data, initial={field_name(each): self.kept.get(each.pk) for each in self.interactions})
        self.shown = set(data.getlist(SHOWN)) if data else set()
        for each in self.interactions:
            self.fields[field_name(each)] = self.field_for(each)

    def field_for(self, interaction: Interaction) -> forms.Field:
        field = interaction.form_field()
        field.disabled = self.is_submitted
        # A choice has a name of its own; the title names the group of them.
        if interaction.kind == Interaction.Kind.FREE_TEXT:
            field.widget.attrs["aria-labelledby"] = f"{interaction.anchor}-title"
        return field

    @property
    def is_submitted(self) -> bool:
        return bool(self.progress and self.progress.submitted_at)

    @property
    def tries_left(self) -> int | None:
        """How many more tries there are to answer right; None where the first one counts."""
        used = self.progress.tries_used if self.progress else 0
        return max(0, self.module.tries - used) if self.module.tries else None

    def keep(self) -> bool:
        """Keep every answer that fits, and return whether all did; raises AlreadySubmitted."""
        fits = self.is_valid()
        values = {
            each: self.cleaned_data[field_name(each)]
            for each in self.interactions
            if str(each.pk) in self.shown and field_name(each) in self.cleaned_data
        }
        self.module.keep_answers(self.user, values)
        answered = {each.pk: value for each, value in values.items() if value}
        taken_back = {each.pk for each, value in values.items() if not value}
        self.kept = {pk: value for pk, value in (self.kept | answered).items() if pk not in taken_back}
        return fits

    def steps(self) -> list[Step]:
        """The interactions in order, each with its field and how it went."""
        return [
            Step(
                number=number,
                interaction=each,
                field=self[field_name(each)],
                value=self.kept.get(each.pk),
                is_missing=each.is_required and each.pk not in self.kept,
                is_right=each.is_right(self.kept[each.pk]) if self.is_submitted and each.pk in self.kept else None,
            )
            for number, each in enumerate(self.interactions, start=1)
        ]


def field_name(interaction: Interaction) -> str:
    return f"answer-{interaction.pk}"
