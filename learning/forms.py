"""The answers of a module as one form: filled with what is kept, and good for keeping what a page changed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import QueryDict

from .actions import keep_answers
from .asked import Asked, EarlierAnswer, in_words, sent_as
from .models import Interaction, Module, ModuleProgress
from .models.answers import NO_PAGE, PAGE_LENGTH, Given, Page, Verdict, digest

SHOWN, TAKEN = "shown", "take"
PAGE_NAME = re.compile(rf"[0-9a-f]{{1,{PAGE_LENGTH}}}")


@dataclass(frozen=True, slots=True)
class Step:
    """
    An interaction as its page shows it.

    made_from: the digest of the answer that its field was filled from, and the version of the interaction. typed: what
    was sent although a newer answer was stored, in words; typed_raw: the same as the form sends it. earlier: what was
    answered before the question was changed.
    """

    number: int
    interaction: Interaction
    field: forms.BoundField
    value: object
    made_from: str
    is_missing: bool
    is_right: bool | None
    typed: list[str] = field(default_factory=list)
    typed_raw: list[str] = field(default_factory=list)
    is_conflict: bool = False
    earlier: EarlierAnswer | None = None

    @property
    def right_choices(self) -> list[str]:
        return [choice.text for choice in self.interaction.options if choice.is_right]

    @property
    def typed_name(self) -> str:
        return typed_name(self.interaction)


class AnswersForm(forms.Form):
    """
    One field for each interaction of a module, none of them required: answers are kept as they are given.

    `shown` names each interaction of the sent page, with the digest of the answer that its field was made from, so that
    only what the person changed there counts.
    """

    def __init__(self, module: Module, user, data: QueryDict | None = None):
        self.module, self.user = module, user
        self.progress = ModuleProgress.objects.filter(module=module, user=user.pk).first()
        self.asked = Asked(module, user, self.progress)
        self.interactions = self.asked.interactions
        self.conflicts: set[int] = set()
        data = data.copy() if data is not None else None
        super().__init__(data, initial={field_name(each): self.kept.get(each.pk) for each in self.interactions})
        self.shown = dict(name.partition(":")[::2] for name in data.getlist(SHOWN)) if data else {}
        self.typed = {}
        for each in self.interactions:
            self.fields[field_name(each)] = self.field_for(each)
            if data and typed_name(each) in data:
                self.typed[each.pk] = data.getlist(typed_name(each))
                if data.get(TAKEN) == str(each.pk):
                    data.setlist(field_name(each), [value for value in self.typed.pop(each.pk) if value])

    @property
    def kept(self) -> dict[int, Any]:
        """The answers that count, by the key of their interaction."""
        return self.asked.kept

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

    @property
    def page(self) -> Page:
        """The page that the data comes from, where it names itself: the autosave's script does."""
        name, number = self.data.get("page", ""), self.data.get("number", "")
        if not (PAGE_NAME.fullmatch(name) and number.isdecimal() and len(number) < 10):
            return NO_PAGE
        return Page(name, int(number))

    def keep(self) -> bool:
        """
        Keep every answer that fits and that the page changed, and return whether all that was sent stands now.

        Afterwards the fields show what is stored, those apart that don't fit. Raises AlreadySubmitted.
        """
        self.is_valid()
        self.given = {
            each: given(self.cleaned_data[field_name(each)], self.shown[str(each.pk)], each.version)
            for each in self.interactions
            if str(each.pk) in self.shown and field_name(each) in self.cleaned_data
        }
        verdicts = keep_answers(self.user, self.module, self.given, self.page)
        self.conflicts = {pk for pk, verdict in verdicts.items() if verdict == Verdict.CONFLICT}
        self.asked.read_answers()
        for each in self.given:
            name = field_name(each)
            if each.pk in self.conflicts:
                self.typed[each.pk] = self.data.getlist(name)
            self.data.pop(name, None)
            if each.pk in self.kept:
                self.data.setlist(name, sent_as(self.kept[each.pk]))
        return not self.errors and not self.conflicts

    def digests_shown(self) -> dict[int, str]:
        """What `Module.digests` is if exactly this was shown."""
        return {each.pk: f"{digest(given.value)}:{given.version}" for each, given in self.given.items()}

    def saved(self) -> dict[str, object]:
        """What the page's script is told: what its fields are made from where they are stored, and which are not."""
        unfit = [each.pk for each in self.interactions if field_name(each) in self.errors]
        stored = {each.pk: f"{digest(self.kept.get(each.pk))}:{given.version}" for each, given in self.given.items()}
        kept = {pk: shown for pk, shown in self.digests_shown().items() if shown == stored[pk]}
        return {
            "saved": not unfit and not self.conflicts,
            "kept": kept,
            "unfit": unfit,
            "conflicts": sorted(self.conflicts),
        }

    def steps(self) -> list[Step]:
        """The interactions in order, each with its field and how it went."""
        return [self.step(number, each) for number, each in enumerate(self.interactions, start=1)]

    def step(self, number: int, interaction: Interaction) -> Step:
        pk, value = interaction.pk, self.kept.get(interaction.pk)
        typed, stored = self.typed.get(pk), f"{digest(value)}:{interaction.version}"
        return Step(
            number=number,
            interaction=interaction,
            field=self[field_name(interaction)],
            value=value,
            # What does not fit is still made from what its page was made from.
            made_from=self.shown.get(str(pk), "") if field_name(interaction) in self.errors else stored,
            is_missing=interaction.is_required and value is None,
            is_right=interaction.is_right(value) if self.is_submitted and value is not None else None,
            typed=in_words(interaction, typed) if typed is not None else [],
            typed_raw=typed or [],
            is_conflict=typed is not None,
            earlier=self.asked.earlier_answer(interaction),
        )


def field_name(interaction: Interaction) -> str:
    return f"answer-{interaction.pk}"


def typed_name(interaction: Interaction) -> str:
    """The hidden field that carries what was typed beside a newer answer, until it is taken again."""
    return f"typed-{interaction.pk}"


def given(value: object, made_from: str, newest: int) -> Given:
    """Read what a field says it was made from: the digest of an answer, and the version of the interaction."""
    answer, _colon, version = made_from.partition(":")
    is_number = version.isdecimal() and len(version) < 10
    return Given(value or None, answer, min(int(version), newest) if is_number else None)
