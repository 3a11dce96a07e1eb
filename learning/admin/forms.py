"""Forms for content creators; each error stands at its field."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet
from django.utils.formats import localize
from django.utils.text import get_text_list
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import Department, User
from accounts.users.fields import DepartmentField
from learning.models import Interaction
from learning.uploads import TYPES

from . import questions
from .choice_fields import ChoicesField, as_rows
from .editing import fingerprint
from .file_input import StoredFileInput

ACCEPTED = ",".join(TYPES)
MOST_DAYS = 36_500


class UserField(forms.ModelChoiceField):
    """A user, named by e-mail address, because a list of all users would be too long."""

    widget = forms.EmailInput

    def __init__(self, **options):
        options |= {"queryset": User.objects.all(), "to_field_name": "email"}
        super().__init__(label=_("person"), help_text=_("Email address."), **options)
        self.error_messages["invalid_choice"] = _("Nobody has this email address.")

    def prepare_value(self, value):
        if isinstance(value, int):
            return User.objects.filter(pk=value).values_list("email", flat=True).first()
        return super().prepare_value(value)

    def to_python(self, value):
        return super().to_python(value.strip().lower() if isinstance(value, str) else value)

    def has_changed(self, initial, data):
        return forms.Field.has_changed(self, self.prepare_value(initial), data)


class AudienceForm(forms.ModelForm):
    department = DepartmentField(
        label=_("department"),
        queryset=Department.objects.order_by("path"),
        required=False,
        help_text=_("With everything below it."),
    )
    person = UserField(required=False)


class ExclusionForm(forms.ModelForm):
    person = UserField()


class ItemForm(forms.ModelForm):
    """An item with all its parts. It is not saved if somebody else saved it after the page was opened."""

    seen = forms.CharField(required=False, label="", widget=forms.HiddenInput)

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        if self.instance.pk:
            self.initial["seen"] = fingerprint(self.instance)

    def clean(self):
        super().clean()
        if not self.instance.pk or not self.data.get("seen") or self.data["seen"] == self.initial["seen"]:
            return
        # The next save overwrites: by then the creator has read what it replaces.
        data: Any = self.data
        data = data.copy()
        data["seen"] = self.initial["seen"]
        self.data = data
        self.add_error(None, _("Somebody else changed this meanwhile, or a part of it. Look at it again, then save."))
        for name in self.changed_data:
            if name in self.cleaned_data and name != "seen":
                self.add_error(name, _("By now it is “%(value)s”.") % {"value": self.stored_in_words(name)})

    def stored_in_words(self, name):
        """Return the stored values as text."""
        stored = self[name].initial
        if isinstance(stored, bool):
            return _("Yes") if stored else _("No")
        if isinstance(stored, timedelta):
            return str(stored.days)
        if isinstance(stored, (list, tuple)):
            return get_text_list([str(each) for each in stored], _("and")) or "–"
        return localize(localtime(stored) if isinstance(stored, datetime) else stored) if stored else "–"


class DaysField(forms.IntegerField):
    """A length of time in whole days; None if it is empty."""

    def __init__(self, **options):
        super().__init__(min_value=1, max_value=MOST_DAYS, required=False, **options)

    def prepare_value(self, value):
        return value.days if isinstance(value, timedelta) else value

    def clean(self, value):
        days = super().clean(value)
        return None if days is None else timedelta(days=days)

    def has_changed(self, initial, data):
        return super().has_changed(self.prepare_value(initial), data)


class ModuleForm(ItemForm):
    valid_for = DaysField(
        label=_("Valid for (days)"),
        help_text=_(
            "After this number of days a submission expires, and the module has to be done again. Empty: it counts "
            "without end."
        ),
    )
    reopens_before = DaysField(
        label=_("Open again before that (days)"),
        help_text=_(
            "This number of days before it expires it is due again, and can be done again. Empty: once it is expired."
        ),
    )

    def clean(self):
        super().clean()
        valid_for, reopens_before = (self.cleaned_data.get(name) for name in ("valid_for", "reopens_before"))
        if reopens_before and "valid_for" not in self.errors:
            if valid_for is None:
                self.add_error("reopens_before", _("Say first for how many days it is valid."))
            elif reopens_before >= valid_for:
                self.add_error("reopens_before", _("Choose fewer days than it is valid for."))

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        if "pass_mark" in self.fields:
            self.fields["pass_mark"].label = _("Pass mark (%)")
        if self.instance.pk and "prerequisites" in self.fields:
            prerequisites: Any = self.fields["prerequisites"]
            prerequisites.queryset = prerequisites.queryset.exclude(pk=self.instance.pk)

    def clean_prerequisites(self):
        """Refuse prerequisites that would make a module wait for itself."""
        modules = self.cleaned_data["prerequisites"]
        if self.instance.pk and (waiting := [each for each in modules if each.is_below(self.instance)]):
            raise ValidationError(
                _("“%(title)s” builds on this module itself, so nobody could ever begin."),
                params={"title": waiting[0]},
            )
        return modules


class EventForm(ItemForm):
    def clean(self):
        super().clean()
        if self.cleaned_data.get("has_waiting_list") and not self.cleaned_data.get("capacity"):
            self.add_error("has_waiting_list", _("A waiting list needs a number of places."))


class DocumentForm(ItemForm):
    class Meta:
        widgets = {
            "file": StoredFileInput(attrs={"accept": ACCEPTED}),
        }


class InteractionForm(forms.ModelForm):
    choices_text = ChoicesField(
        label=_("Choices"),
        required=False,
        help_text=_("For single and multiple choice: each line adds one; begin right ones with *."),
    )
    fate = forms.ChoiceField(
        label=_("Their answers"),
        required=False,
        widget=forms.RadioSelect,
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
            self.fields["fate"].widget = forms.HiddenInput()

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
