"""The forms about one user: who they are, why they are deactivated, and which permission types they hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _

from accounts import policy
from accounts.authorization.changes import why_not_hand_out
from accounts.authorization.grants import Grants, visible_types
from accounts.authorization.refusals import ChangeRefusal
from accounts.mail_domains import stored_form
from accounts.models import Brand, Department, User
from accounts.models.preferences import is_offered, time_zones
from accounts.policy.rights import Right
from accounts.visible_text import validate_seen

from .actions import EDITED, fingerprint
from .fields import DepartmentField, QuickSelect

TAKEN = _("There is an account with this email address already.")


class UserForm(forms.ModelForm):
    """
    Who a user is; the form's instance is its own, and never saved here.

    actor, right: which departments are offered depends on them.
    """

    fields: dict[str, Any]

    class Meta:
        model = User
        fields = EDITED
        field_classes = {"department": DepartmentField}
        widgets = {"department": QuickSelect, "job_profile": QuickSelect, "time_zone": forms.TextInput}
        error_messages = {"email": {"unique": TAKEN}}

    def __init__(self, data=None, *, actor: User, right: Right, **options):
        super().__init__(data, **options)
        self.seen = fingerprint(self.instance)
        everywhere = policy.holds(actor, right)
        department = self.fields["department"]
        department.queryset = Department.objects.filter(policy.in_scope(actor, right, "path")).order_by("path")
        department.required = not everywhere
        department.empty_label = _("No department") if everywhere else _("Choose…")
        department.error_messages["required"] = _("Choose one: yours don't include people without one.")
        self.fields["job_profile"].empty_label = _("No job profile")
        self.fields["time_zone"].widget = QuickSelect(choices=[(name, name) for name in sorted(time_zones())])
        self.fields["language"].show_hidden_initial = False  # Django adds it because the default is a function
        self.show_unknown("language", is_known=is_offered(self.instance.language))
        self.show_unknown("time_zone", is_known=self.instance.time_zone in time_zones())

    def show_unknown(self, name, *, is_known):
        """Show a stored value that is not offered any more: else the browser chooses the first one, unseen."""
        if is_known:
            return
        stored = getattr(self.instance, name)
        label = _("%(value)s (unknown by now: choose another)") % {"value": stored}
        self.fields[name].widget.choices = [(stored, label), *self.fields[name].widget.choices]

    def clean_email(self):
        return stored_form(self.cleaned_data["email"])

    def show_current(self):
        """Beside each value that differs from what is stored by now, say what is stored."""
        stored = User.objects.select_related("department", "job_profile").get(pk=self.instance.pk)
        for name in EDITED:
            if self.cleaned_data[name] != getattr(stored, name):
                self.add_error(name, _("By now it is “%(value)s”.") % {"value": getattr(stored, name) or "–"})

    def values(self):
        """Return the values that an action stores, by field."""
        return {name: self.cleaned_data[name] for name in EDITED}


class NewUserForm(UserForm):
    """A new user, who is told by email unless that is left out."""

    invite = forms.BooleanField(label=_("Send an invitation by email"), required=False, initial=True)

    def __init__(self, data=None, **options):
        initial = {} if data is not None else Brand.current().preferences
        super().__init__(data, initial=initial, **options)


class ReasonField(forms.CharField):
    """Why something is done to somebody, in the words that go into the audit log."""

    def __init__(self, **options: Any):
        options.setdefault("label", _("Reason"))
        options.setdefault("error_messages", {"required": _("Please write down why.")})
        widget = forms.Textarea(attrs={"rows": 3})
        super().__init__(min_length=3, max_length=500, validators=[validate_seen], widget=widget, **options)


class SecondFactorRemovalForm(forms.Form):
    """How somebody knows that it is really the person who has lost their second factor."""

    reason = ReasonField(
        label=_("How do you know that it is them?"),
        help_text=_("For example “called back at the number of the shop”. It goes into the audit log as you write it."),
        error_messages={"required": _("Please write down how you know.")},
    )


class DeactivationForm(forms.Form):
    """Why somebody is deactivated."""

    reason = ReasonField(help_text=_("For example “left on 30 November”. It goes into the audit log as you write it."))


@dataclass(slots=True)
class TypeChoice:
    """A permission type as the page shows it; `refused` says why it can't be given or taken."""

    group: Group
    is_held: bool
    refused: ChangeRefusal | None
    is_ticked: bool = False


class AssignmentForm(forms.Form):
    """Which permission types a user holds; what the actor may not give or take stays as it is."""

    fields: dict[str, Any]

    types = forms.ModelMultipleChoiceField(queryset=Group.objects.none(), required=False)

    def __init__(self, data=None, *, actor: User, user: User):
        self.held = set(user.groups.all())
        super().__init__(data, initial={"types": [group.pk for group in self.held]})
        grants = Grants.read()
        self.choices = [
            TypeChoice(group, group in self.held, why_not_hand_out(actor, grants.of(group)))
            for group in Group.objects.filter(pk__in=visible_types(actor)).order_by("name")
        ]
        shown = {choice.group for choice in self.choices}
        # What may be taken on this page and was held when it was made, as one text.
        self.seen = ",".join(str(each.group.pk) for each in self.choices if each.is_held and not each.refused)
        if self.is_bound:
            self.seen = self.data.get("seen", "")
        unseen = ChangeRefusal.TYPE_OUT_OF_SCOPE
        self.choices += [TypeChoice(group, True, unseen) for group in sorted(self.held - shown, key=str)]
        self.fields["types"].queryset = Group.objects.filter(
            pk__in=[choice.group.pk for choice in self.choices if not choice.refused]
        )

    def shown(self):
        """Yield the choices, ticked as they were sent or as they are held; a refused choice stays as it is held."""
        ticked = {str(value) for value in self["types"].value() or ()}
        for each in self.choices:
            each.is_ticked = each.is_held if each.refused else str(each.group.pk) in ticked
            yield each

    def seen_ids(self):
        """Return the ids of the types that the page showed as held."""
        return {int(number) for number in self.seen.split(",") if number.isdecimal() and len(number) < 10}

    def wanted(self):
        """Return the ticked types; a type that can't be ticked stays as it is held."""
        return set(self.cleaned_data["types"])
