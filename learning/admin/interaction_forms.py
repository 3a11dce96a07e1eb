"""The form of an interaction, and what its author decides about answers that were given to it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from learning.models import Interaction

from . import questions
from .choice_fields import ChoicesField, as_rows
from .file_input import ACCEPTED, StoredFileInput
from .forms import HiddenField


class LinesField(forms.CharField):
    """A text of several lines; a browser sends other line breaks than are stored, which is no change."""

    def has_changed(self, initial, data):
        return lines(initial) != lines(data)


def lines(text: Any) -> list[str]:
    return (text or "").strip().splitlines()


class FateInput(forms.RadioSelect):
    """Radio buttons of which the first alone takes the focus."""

    def create_option(self, *args, **options):
        option = super().create_option(*args, **options)
        if option["index"] != "0":
            option["attrs"].pop("autofocus", None)
        return option


class InteractionForm(forms.ModelForm):
    choices_text = ChoicesField(
        label=_("Choices"),
        required=False,
        help_text=_("For single and multiple choice: each line adds one; begin right ones with *."),
    )
    fate = forms.ChoiceField(
        label=_("Answers given so far"),
        required=False,
        widget=FateInput,
        choices=[
            (questions.STAY, _("Only the wording changes: answers stay, shown with the words that were answered.")),
            (
                questions.CLEAR,
                _(
                    "The meaning changes: answers that are not handed in are cleared, and people are told and asked "
                    "again. What is handed in stays as it was answered."
                ),
            ),
        ],
    )

    class Meta:
        model = Interaction
        fields = ["position", "kind", "title", "prompt", "is_required", "file"]
        field_classes = {"prompt": LinesField}
        widgets = {
            "prompt": forms.Textarea(attrs={"rows": 6, "cols": 80}),
            "file": StoredFileInput(attrs={"accept": ACCEPTED}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.before, self.touched = None, questions.Touched(0, 0)
        if self.instance.pk:
            self.before, self.touched = self.instance.wording(), questions.touched(self.instance)
            self.initial["choices_text"] = as_rows(self.instance.options)
        if self.touched.answered:
            self.fields["fate"].help_text = self.whom_it_touches()
        else:
            self.fields["fate"].widget = HiddenField()

    def has_changed(self):
        """Return whether something is filled in: the position of an interaction that was only added doesn't count."""
        return bool({*self.changed_data} - {"position"}) if self.instance.pk is None else super().has_changed()

    def whom_it_touches(self):
        answered = ngettext(
            "%(count)s person has answered this.", "%(count)s people have answered this.", self.touched.answered
        ) % {"count": self.touched.answered}
        handed_in: Any = _("Nobody has handed it in.")
        if self.touched.handed_in:
            handed_in = ngettext(
                "%(count)s of the answers is handed in.",
                "%(count)s of the answers are handed in.",
                self.touched.handed_in,
            ) % {"count": self.touched.handed_in}
        return f"{answered} {handed_in}"

    def clean(self):
        super().clean()
        kind, choices = self.cleaned_data.get("kind"), self.cleaned_data.get("choices_text")
        self.check_file(kind)
        if choices is None or kind is None:
            return
        self.check_choices(kind, choices)
        if self.touched.answered and not self.errors:
            self.check_fate()

    def clean_prompt(self):
        """Return what is stored if nothing else was typed, because a change of the wording asks about answers."""
        stored, typed = self.instance.prompt, self.cleaned_data["prompt"]
        return stored if lines(stored) == lines(typed) else typed

    def check_choices(self, kind, choices) -> None:
        if kind not in Interaction.CHOICE_KINDS:
            # Stored choices are deleted with the kind; new ones would be lost.
            if any(len(choice) == 2 for choice in choices):
                self.add_error("choices_text", _("Only single and multiple choice have choices."))
            self.cleaned_data["choices_text"] = []
            return
        if len(choices) < 2:
            self.add_error("choices_text", _("Give at least two choices."))
        elif kind == Interaction.Kind.SINGLE_CHOICE and sum(is_right for _text, is_right, *_key in choices) > 1:
            self.add_error("choices_text", _("A single choice has one right answer at most."))

    def check_fate(self) -> None:
        """Refuse to change an answered question until the creator chooses what becomes of its answers."""
        if self.before is None or not {"kind", "title", "prompt", "file", "choices_text"} & {*self.changed_data}:
            return
        fate = self.cleaned_data.get("fate")
        if not fate:
            asked = _("%(people)s Say what becomes of their answers, then save.")
            self.add_error("fate", ValidationError(asked, params={"people": self.whom_it_touches()}))
        elif fate == questions.STAY and self.takes_away():
            self.add_error("fate", _("Answers can't stay where the kind changes or a choice is removed."))

    def takes_away(self) -> bool:
        assert self.before
        kept = {key[0] for _text, _is_right, *key in self.cleaned_data["choices_text"] if key}
        return (
            self.cleaned_data["kind"] != self.before["kind"]
            or not {each["id"] for each in self.before["choices"]} <= kept
        )

    def check_file(self, kind) -> None:
        """Require a file for an interaction that opens one, and drop the file of any other kind."""
        if kind is None or "file" not in self.cleaned_data:
            return
        if kind != Interaction.Kind.OPEN_FILE:
            self.cleaned_data["file"] = False  # the value of a cleared upload
        elif not self.cleaned_data["file"]:
            self.add_error("file", _("Choose the file that people open."))

    def _save_m2m(self):
        super()._save_m2m()  # type: ignore[misc] # not in the stubs
        self.instance.offer(self.cleaned_data["choices_text"])
        if self.before is not None:
            now = Interaction.ever.prefetch_related("choices").get(pk=self.instance.pk)
            if now.wording() != self.before:
                questions.change(now, self.before, self.cleaned_data.get("fate", ""))


class InteractionFormSet(BaseInlineFormSet):
    """The interactions of a module. An answered one is removed only if the creator confirms that its answers go."""

    def clean(self):
        super().clean()
        deleted: list[Any] = self.deleted_forms
        for form in deleted:
            if form.touched.answered and form.data.get(form.add_prefix("fate")) != questions.CLEAR:
                form.add_error("fate", _("Choose that answers are cleared, then remove the question."))
                said = _("“%(title)s”: %(people)s Say there what becomes of their answers, then remove it.")
                raise ValidationError(said, params={"title": form.instance.title, "people": form.whom_it_touches()})

    def delete_existing(self, obj, commit=True):
        if commit:
            questions.remove(obj)
