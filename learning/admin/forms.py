"""Forms for content creators; each error stands at its field."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import localize
from django.utils.text import get_text_list
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, User
from accounts.users.fields import DepartmentField
from learning.models.events import EVENT_IN_ORDER, REGISTRATION_IN_ORDER
from learning.models.items import PUBLISHED_IN_ORDER

from .editing import fingerprint
from .file_input import ACCEPTED, StoredFileInput

MOST_DAYS = 36_500


class UserField(forms.ModelChoiceField):
    """A user, named by email address, because a list of all users would be too long."""

    widget = forms.EmailInput

    def __init__(self, **options):
        standard = {"label": _("Person"), "help_text": _("Email address.")}
        options |= {"queryset": User.objects.all(), "to_field_name": "email"}
        super().__init__(**standard | options)
        self.error_messages["invalid_choice"] = _("Nobody has this email address.")

    def prepare_value(self, value):
        if isinstance(value, int):
            return User.objects.filter(pk=value).values_list("email", flat=True).first()
        return super().prepare_value(value)

    def to_python(self, value):
        return super().to_python(value.strip().lower() if isinstance(value, str) else value)

    def has_changed(self, initial, data):
        return forms.Field.has_changed(self, self.prepare_value(initial), data)


class HiddenField(forms.HiddenInput):
    """A hidden field. Django's admin labels it too, but HTML lets no label name a hidden field."""

    def id_for_label(self, id_):
        return ""


class AudienceForm(forms.ModelForm):
    department = DepartmentField(
        label=_("Department"),
        queryset=Department.objects.order_by("path"),
        required=False,
        empty_label=_("No department"),
        help_text=_("With everything below it."),
    )
    person = UserField(required=False)


class ExclusionForm(forms.ModelForm):
    person = UserField(label=_("Email"), help_text="")  # a table has no place for a help text


class ItemForm(forms.ModelForm):
    """An item with all its parts. It is not saved if somebody else saved it after the page was opened."""

    seen = forms.CharField(required=False, label="", widget=HiddenField)

    class Meta:
        # The form says the time zone once, for all of its times.
        help_texts: ClassVar = {
            "published_from": _("Empty: at once."), "published_until": _("Empty: without end."),
            "starts_at": "", "ends_at": "",
        }  # fmt: skip

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        if self.instance.pk:
            self.initial["seen"] = fingerprint(self.instance)

    def clean(self):
        super().clean()
        self.check_order("published_from", "published_until", PUBLISHED_IN_ORDER)
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

    def check_order(self, first, last, said):
        """Refuse a time that is not after another one at the later field; the constraint of the model names none."""
        begins, ends = self.cleaned_data.get(first), self.cleaned_data.get(last)
        if begins and ends and ends <= begins:
            self.add_error(last, said)

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
        self.check_order("starts_at", "ends_at", EVENT_IN_ORDER)
        self.check_order("registration_opens_at", "registration_closes_at", REGISTRATION_IN_ORDER)
        if self.cleaned_data.get("has_waiting_list") and not self.cleaned_data.get("capacity"):
            self.add_error("has_waiting_list", _("A waiting list needs a number of places."))


class DocumentForm(ItemForm):
    class Meta(ItemForm.Meta):
        widgets: ClassVar = {
            "file": StoredFileInput(attrs={"accept": ACCEPTED}),
        }
