"""Forms of Permission setup: a permission type (name, scope and boxes of the matrix), and the settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts import policy
from accounts.models import Department, Organisation, PermissionType, User
from accounts.models.login_as_rules import CEILINGS, in_words
from accounts.models.organisation import COMPANY_RULES
from accounts.policy.holdings import COMPANY_WIDE, Holdings
from accounts.policy.rights import DUTIES, Right
from accounts.users.fields import nested
from accounts.visible_text import NameFormField

from .actions import fingerprint, settings_fingerprint
from .matrix import BOXES, FEATURES, Box, Matrix

COMPANY, DEPARTMENTS = "company", "departments"


@dataclass(slots=True)
class Tick:
    """A box, as the page shows it."""

    box: Box
    is_ticked: bool
    is_held: bool


class PermissionTypeForm(forms.Form):
    """
    Editor form of a permission type; after cleaning, `held` has its new holdings.

    permission_type, before: the edited type and its holdings; None and empty for a new one. actor: their rights limit
    the choice.
    """

    fields: dict[str, Any]

    name = NameFormField(label=_("Name"), max_length=150)
    scope = forms.ChoiceField(label=_("Scope"), widget=forms.RadioSelect)
    departments: forms.ModelMultipleChoiceField[Department] = forms.ModelMultipleChoiceField(
        label=_("Departments, with everything below them"), required=False, queryset=None
    )
    rights = forms.MultipleChoiceField(required=False, choices=[(name, box.label) for name, box in BOXES.items()])

    def __init__(self, data, *, actor: User, permission_type: PermissionType | None, before: Holdings):
        self.actor, self.permission_type, self.before = actor, permission_type, before
        self.matrix = Matrix()
        self.held = before
        paths = sorted({holding.path for holding in before} - {COMPANY_WIDE})
        scoped = bool(paths) or not policy.holds(actor, Right.MANAGE_PERMISSION_TYPES)
        initial = {
            "name": permission_type.name if permission_type else "",
            "scope": DEPARTMENTS if scoped else COMPANY,
            "departments": Department.objects.filter(path__in=paths),
            "rights": sorted(self.matrix.ticked(before)),
        }
        super().__init__(data, initial=initial)
        self.now = fingerprint(permission_type.name, before) if permission_type else ""
        self.seen = self.data.get("seen", "") if self.is_bound else self.now
        choices = [(COMPANY, _("Whole company")), (DEPARTMENTS, _("Only these departments"))]
        if not policy.holds(actor, Right.MANAGE_PERMISSION_TYPES):
            choices = choices[1:]
        self.fields["scope"].choices = choices
        reached = policy.in_scope(actor, Right.MANAGE_PERMISSION_TYPES, "path")
        self.fields["departments"].queryset = Department.objects.filter(reached).order_by("path")

    def clean_name(self):
        name = self.cleaned_data["name"]
        others = PermissionType.objects.filter(name__iexact=name)
        if self.permission_type:
            others = others.exclude(pk=self.permission_type.pk)
        if others.exists():
            raise ValidationError(_("There is a permission type of this name already."), code="unique")
        return name

    def clean(self):
        asked: Any = super().clean()
        if self.errors:
            return asked
        names = asked["rights"]
        paths = [COMPANY_WIDE]
        if asked["scope"] == DEPARTMENTS:
            paths = topmost([department.path for department in asked["departments"]])
            if names and not paths:
                self.add_error("departments", _("Please choose at least one department."))
            for name in names:
                if BOXES[name].company_wide:
                    message = _("“%(right)s” is for the whole company only: choose that, or leave it out.")
                    self.add_error("rights", ValidationError(message, params={"right": BOXES[name].label}))
        self.held = Holdings(self.matrix.holdings(names, paths) | self.matrix.outside(self.before))
        return asked

    def features(self):
        """Yield each feature with its boxes as ticked now. Boxes with rights that the actor lacks can't be ticked."""
        chosen = set(self["rights"].value() or ())
        for feature in FEATURES:
            yield feature, [Tick(box, box.name in chosen, self.holds(box)) for box in feature.boxes]

    def places(self):
        """Yield each department as `nested` does, and whether its box is ticked now."""
        chosen = {str(pk) for pk in self["departments"].value() or ()}
        for department, has_below, closing in nested(self.fields["departments"].queryset):
            yield department, has_below, closing, str(department.pk) in chosen

    def close(self):
        """Show everything, and let nothing be changed."""
        for field in self.fields.values():
            field.disabled = True

    def holds(self, box: Box) -> bool:
        rights = self.matrix.rights[box.name]
        return bool(rights) and all(right in DUTIES or policy.holds_anywhere(self.actor, right) for right in rights)

    def hidden_values(self):
        """Yield names and values of hidden fields, with which the preview sends the same input again."""
        yield "name", self.cleaned_data["name"]
        yield "scope", self.cleaned_data["scope"]
        for department in self.cleaned_data["departments"]:
            yield "departments", department.pk
        for name in self.cleaned_data["rights"]:
            yield "rights", name


def topmost(paths: list[str]) -> list[str]:
    """Return the paths without those below another one of them, because the right reaches those already."""
    kept: list[str] = []
    for path in sorted(paths):
        if not (kept and path.startswith(kept[-1])):
            kept.append(path)
    return kept


class OrganisationForm(forms.ModelForm):
    """The company's rules of Login as User, within the ceilings of the environment; the instance is never saved."""

    fields: dict[str, Any]

    class Meta:
        model = Organisation
        fields = COMPANY_RULES
        widgets = {"notice": forms.RadioSelect, "default_mode": forms.RadioSelect}

    def __init__(self, data=None, **options):
        super().__init__(data, **options)
        self.stored = self.instance.stored_rules()
        self.now = settings_fingerprint(self.instance)
        self.seen = self.data.get("seen", "") if self.is_bound else self.now
        for name, setting in CEILINGS.items():
            self.limit(name, getattr(settings, setting))

    def limit(self, name: str, ceiling: int) -> None:
        """Show the number in force, say the ceiling, and refuse a number above it."""
        self.initial[name] = min(self.stored[name], ceiling)
        message = _("At most %(ceiling)d: that is the ceiling of this installation.") % {"ceiling": ceiling}
        self.fields[name] = forms.IntegerField(
            min_value=min(1, ceiling),
            max_value=ceiling,
            label=self.fields[name].label,
            help_text=message,
            error_messages={"max_value": message},
        )

    def clean(self):
        cleaned: Any = super().clean()
        for name, setting in CEILINGS.items():
            # A stored number above the ceiling was not shown, so an unchanged field does not replace it.
            if cleaned.get(name) == min(self.stored[name], getattr(settings, setting)):
                cleaned[name] = self.stored[name]
        return cleaned

    def show_current(self):
        """Beside each value that differs from what is stored by now, say what is stored."""
        now = Organisation.current()
        self.seen = settings_fingerprint(now)
        for name, value in now.stored_rules().items():
            if self.cleaned_data[name] != value:
                self.add_error(name, _("By now it is “%(value)s”.") % {"value": in_words(name, value) or "–"})
