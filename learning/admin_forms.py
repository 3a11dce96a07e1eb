"""Forms of content creators: what is wrong is said where it is typed."""

from __future__ import annotations

from datetime import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import localize
from django.utils.text import get_text_list
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, User

from .editing import fingerprint
from .models import Choice, Interaction
from .uploads import TYPES

RIGHT = "*"
ACCEPTED = ",".join(TYPES)


class PersonField(forms.ModelChoiceField):
    """A person, named by e-mail address: a list of everybody would be too long to choose from."""

    widget = forms.EmailInput

    def __init__(self, **options):
        options |= {"queryset": User.objects.all(), "to_field_name": "email"}
        super().__init__(label=_("person"), help_text=_("E-mail address."), **options)
        self.error_messages["invalid_choice"] = _("Nobody has this e-mail address.")

    def prepare_value(self, value):
        if isinstance(value, int):
            return self.queryset.filter(pk=value).values_list("email", flat=True).first()
        return super().prepare_value(value)

    def to_python(self, value):
        return super().to_python(value.strip().lower() if isinstance(value, str) else value)

    def has_changed(self, initial, data):
        return forms.Field.has_changed(self, self.prepare_value(initial), data)


class DepartmentField(forms.ModelChoiceField):
    """A department, indented as deep as it lies in the tree."""

    def label_from_instance(self, department):
        return "\u2007" * 2 * (department.depth - 1) + department.name


class AudienceForm(forms.ModelForm):
    department = DepartmentField(
        label=_("department"),
        queryset=Department.objects.order_by("path"),
        required=False,
        help_text=_("With everything below it."),
    )
    person = PersonField(required=False)


class ExclusionForm(forms.ModelForm):
    person = PersonField()


class ItemForm(forms.ModelForm):
    """An item with all its parts, which is not saved over what somebody else saved after its page was opened."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        if self.instance.pk:
            self.initial["seen"] = fingerprint(self.instance)

    def clean(self):
        super().clean()
        if not self.instance.pk or not self.data.get("seen") or self.data["seen"] == self.initial["seen"]:
            return
        # Saved once more, what stands here is stored: by then the person has read what it replaces.
        self.data = self.data.copy()
        self.data["seen"] = self.initial["seen"]
        self.add_error(None, _("Somebody else changed this meanwhile, or a part of it. Look at it again, then save."))
        for name in self.changed_data:
            if name in self.cleaned_data and name != "seen":
                self.add_error(name, _("By now it is “%(value)s”.") % {"value": self.stored_in_words(name)})

    def stored_in_words(self, name):
        """What is stored by now, as text."""
        stored = self[name].initial
        if isinstance(stored, bool):
            return _("Yes") if stored else _("No")
        if isinstance(stored, (list, tuple)):
            return get_text_list([str(each) for each in stored], _("and")) or "–"
        return localize(localtime(stored) if isinstance(stored, datetime) else stored) if stored else "–"


class ModuleForm(ItemForm):
    def clean_prerequisites(self):
        """Refuse what would make a module wait for itself."""
        modules = self.cleaned_data["prerequisites"]
        if self.instance.pk and (waiting := [each for each in modules if each.is_below(self.instance)]):
            raise ValidationError(
                _("“%(title)s” builds on this module itself, so nobody could ever begin."),
                params={"title": waiting[0]},
            )
        return modules


class DocumentForm(ItemForm):
    class Meta:
        widgets = {
            "file": forms.ClearableFileInput(attrs={"accept": ACCEPTED}),
        }


class InteractionForm(forms.ModelForm):
    choices_text = forms.CharField(
        label=_("choices"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "cols": 80}),
        help_text=_("For single and multiple choice: one in each line; begin right ones with *."),
    )

    class Meta:
        model = Interaction
        fields = ["position", "kind", "title", "prompt", "is_required", "file"]
        widgets = {
            "prompt": forms.Textarea(attrs={"rows": 6, "cols": 80}),
            "file": forms.ClearableFileInput(attrs={"accept": ACCEPTED}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            choices = self.instance.choices.all()
            self.initial["choices_text"] = "\n".join(
                f"{RIGHT} {choice.text}" if choice.is_right else choice.text for choice in choices
            )

    def clean_choices_text(self) -> list[tuple[str, bool]]:
        """Each line as its text and whether it is right."""
        lines = [line.strip() for line in self.cleaned_data["choices_text"].splitlines()]
        choices = [(line.removeprefix(RIGHT).strip(), line.startswith(RIGHT)) for line in lines]
        choices = [(text, is_right) for text, is_right in choices if text]
        longest = Choice._meta.get_field("text").max_length or 0
        for number, (text, _is_right) in enumerate(choices, start=1):
            if len(text) > longest:
                raise ValidationError(
                    _("Choice %(number)s is longer than %(longest)s characters."),
                    params={"number": number, "longest": longest},
                )
        if len({text for text, _is_right in choices}) < len(choices):
            raise ValidationError(_("Two choices are the same."))
        return choices

    def clean(self):
        super().clean()
        kind, choices = self.cleaned_data.get("kind"), self.cleaned_data.get("choices_text")
        self.check_file(kind)
        if choices is None or kind is None:
            return
        if kind not in Interaction.CHOICE_KINDS:
            if choices:
                self.add_error("choices_text", _("Only single and multiple choice have choices."))
            return
        if len(choices) < 2:
            self.add_error("choices_text", _("Give at least two choices."))
        elif kind == Interaction.Kind.SINGLE_CHOICE and sum(is_right for _text, is_right in choices) > 1:
            self.add_error("choices_text", _("A single choice has one right answer at most."))

    def check_file(self, kind) -> None:
        """Those that open a file need one; of any other kind, the file is let go."""
        if kind is None or "file" not in self.cleaned_data:
            return
        if kind != Interaction.Kind.OPEN_FILE:
            self.cleaned_data["file"] = False  # what a cleared upload says
        elif not self.cleaned_data["file"]:
            self.add_error("file", _("Upload the file that shall be opened."))

    def _save_m2m(self):
        super()._save_m2m()
        if "kind" in self.changed_data:
            # Ticked once as read, it would count as a right answer, or as confirmed.
            self.instance.answers.all().delete()
        self.instance.offer(self.cleaned_data["choices_text"])
