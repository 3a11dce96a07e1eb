"""The answers of a module as one form: it shows the stored answers, and stores those that a page changed."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .actions import keep_answers
from .asked import Asked, EarlierAnswer, in_words, sent_as
from .models import Interaction, Module, ModuleProgress
from .models.answers import NO_PAGE, PAGE_LENGTH, Given, Page, Verdict, digest

SHOWN, TAKEN = "shown", "take"
PAGE_NAME = re.compile(rf"[0-9a-f]{{1,{PAGE_LENGTH}}}")


@dataclass(frozen=True, slots=True)
class Badge:
    """A few words about an interaction, and their tone."""

    label: str | Promise
    tone: str = ""


RIGHT, WRONG = Badge(_("Right"), "success"), Badge(_("Not quite"), "warning")
ANSWERED, REQUIRED, OPTIONAL = Badge(_("Answered"), "info"), Badge(_("Required")), Badge(_("Optional"))


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a user is in a module, by the same names as `with_progress_of`."""

    answered_count: int
    interaction_count: int
    missing_count: int

    def __str__(self):
        return " ".join(render_to_string("learning/_progress_text.html", {"module": self}).split())


@dataclass(frozen=True, slots=True)
class ShownInteraction:
    """
    An interaction as its page shows it.

    made_from: the digest of the answer that the field was filled from, and the version of the interaction. typed: the
    answer, in words, that was sent although a newer one was stored; typed_raw: the same as the form sends it. earlier:
    the answer to a former wording. shows_right: whether the user may read which choices are right.
    """

    number: int
    interaction: Interaction
    field: forms.BoundField
    value: object
    made_from: str
    is_missing: bool
    is_right: bool | None
    typed: list[str] = dataclasses.field(default_factory=list)
    typed_raw: list[str] = dataclasses.field(default_factory=list)
    is_conflict: bool = False
    earlier: EarlierAnswer | None = None
    shows_right: bool = False

    @property
    def badge(self) -> Badge:
        if self.is_right is not None:
            return RIGHT if self.is_right else WRONG
        if self.value:
            return ANSWERED
        return REQUIRED if self.interaction.is_required else OPTIONAL

    @property
    def right_choices(self) -> list[str]:
        """Return the right choices in words; none while the user may answer the module again."""
        return [choice.text for choice in self.interaction.options if choice.is_right and self.shows_right]

    @property
    def typed_name(self) -> str:
        return typed_name(self.interaction)


class AnswersForm(forms.Form):
    """
    One field for each interaction of a module. No field is required, because incomplete answers are stored too.

    `shown` lists the interactions of the sent page with the digests of the answers that the fields were filled from, so
    that only what the user changed on that page counts.
    """

    data: Any
    fields: dict[str, Any]

    def __init__(self, module: Module, user, data: QueryDict | None = None):
        self.module, self.user = module, user
        self.progress = ModuleProgress.objects.filter(module=module, user=user.pk).first()
        self.asked = Asked(module, user, self.progress)
        self.interactions = self.asked.interactions
        self.conflicts: set[int] = set()
        data = data.copy() if data is not None else None
        super().__init__(data, initial={field_name(each): self.kept.get(each.pk) for each in self.interactions})
        self.shown = dict(name.partition(":")[::2] for name in data.getlist(SHOWN)) if data else {}
        self.typed: dict[int, list[str]] = {}
        for each in self.interactions:
            self.fields[field_name(each)] = self.field_for(each)
            if data and typed_name(each) in data:
                self.typed[each.pk] = data.getlist(typed_name(each))
                if data.get(TAKEN) == str(each.pk):
                    data.setlist(field_name(each), [value for value in self.typed.pop(each.pk) if value])

    @property
    def kept(self) -> dict[int, Any]:
        """Return the answers that count, by the key of their interaction."""
        return self.asked.kept

    def field_for(self, interaction: Interaction) -> forms.Field:
        field = interaction.form_field()
        field.disabled = self.is_submitted
        # Each choice has a label; the title labels the group.
        if interaction.kind == Interaction.Kind.FREE_TEXT:
            field.widget.attrs["aria-labelledby"] = f"{interaction.anchor}-title"
        return field

    @property
    def is_submitted(self) -> bool:
        return bool(self.progress and self.progress.submitted_at)

    @property
    def tries_left(self) -> int | None:
        """Return how many tries are left; None if tries are not limited."""
        used = self.progress.tries_used if self.progress else 0
        return max(0, self.module.tries - used) if self.module.tries else None

    @property
    def page(self) -> Page:
        """Return the page that sent the data; only the autosave script names it."""
        name, number = self.data.get("page", ""), self.data.get("number", "")
        if not (PAGE_NAME.fullmatch(name) and number.isdecimal() and len(number) < 10):
            return NO_PAGE
        return Page(name, int(number))

    def keep(self) -> bool:
        """
        Store every valid answer that the page changed, and return whether everything that was sent is stored now.

        Afterwards the fields show the stored answers, except the invalid ones. Raise AlreadySubmitted if too late.
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
        """Return the value of `Module.digests` that belongs to the shown page."""
        return {each.pk: f"{digest(given.value)}:{given.version}" for each, given in self.given.items()}

    def saved(self) -> dict[str, object]:
        """
        Return the answer to the autosave script.

        It has the new `made_from` of stored fields, the other fields, and what the page says of the progress.
        """
        unfit = [each.pk for each in self.interactions if field_name(each) in self.errors]
        stored = {each.pk: f"{digest(self.kept.get(each.pk))}:{given.version}" for each, given in self.given.items()}
        kept = {pk: shown for pk, shown in self.digests_shown().items() if shown == stored[pk]}
        return {
            "saved": not unfit and not self.conflicts,
            "kept": kept,
            "unfit": unfit,
            "conflicts": sorted(self.conflicts),
            "answered": self.progress_now.answered_count,
            "progress": str(self.progress_now),
            "badges": {
                each.interaction.pk: {"label": str(each.badge.label), "tone": each.badge.tone}
                for each in self.shown_interactions()
            },
        }

    @property
    def progress_now(self) -> Progress:
        return Progress(
            sum(each.pk in self.kept for each in self.interactions),
            len(self.interactions),
            sum(each.is_required and each.pk not in self.kept for each in self.interactions),
        )

    def shown_interactions(self) -> list[ShownInteraction]:
        """Return the interactions in order, each with its field and its verdict."""
        return [self.shown_interaction(number, each) for number, each in enumerate(self.interactions, start=1)]

    def shown_interaction(self, number: int, interaction: Interaction) -> ShownInteraction:
        pk, value = interaction.pk, self.kept.get(interaction.pk)
        typed, stored = self.typed.get(pk), f"{digest(value)}:{interaction.version}"
        return ShownInteraction(
            number=number,
            interaction=interaction,
            field=self[field_name(interaction)],
            value=value,
            # An invalid field keeps the digest that its page was made from.
            made_from=self.shown.get(str(pk), "") if field_name(interaction) in self.errors else stored,
            is_missing=interaction.is_required and value is None,
            is_right=interaction.is_right(value) if self.is_submitted and value is not None else None,
            typed=in_words(interaction, typed) if typed is not None else [],
            typed_raw=typed or [],
            is_conflict=typed is not None,
            earlier=self.asked.earlier_answer(interaction),
            shows_right=self.is_submitted and self.module.shows_right_answers,
        )


def field_name(interaction: Interaction) -> str:
    return f"answer-{interaction.pk}"


def typed_name(interaction: Interaction) -> str:
    """Return the name of the hidden field that keeps a typed answer beside a newer stored one."""
    return f"typed-{interaction.pk}"


def given(value: object, made_from: str, newest: int) -> Given:
    """Parse what a field was made from: the digest of an answer, and the version of the interaction."""
    answer, _colon, version = made_from.partition(":")
    is_number = version.isdecimal() and len(version) < 10
    return Given(value or None, answer, min(int(version), newest) if is_number else None)
