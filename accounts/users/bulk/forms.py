"""The form that chooses an action for the selected users."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _

from accounts import policy
from accounts.authorization.changes import why_not_hand_out
from accounts.authorization.grants import Grants, visible_types
from accounts.models import BulkRun, Department, User
from accounts.policy.rights import Right
from accounts.users.fields import DepartmentField, QuickSelect
from accounts.users.forms import ReasonField

from .verbs import actions_of

Action = BulkRun.Action


class TypeField(forms.ModelChoiceField):
    """A permission type that the actor may give and take."""

    def offer(self, actor: User) -> None:
        grants = Grants.read()
        offered = [group.pk for group in visible_types(actor) if not why_not_hand_out(actor, grants.of(group))]
        self.queryset = Group.objects.filter(pk__in=offered).order_by("name")


class BulkForm(forms.Form):
    """An action with its object: a reason, a permission type, or a department. Only what the action needs is asked."""

    fields: dict[str, Any]

    action = forms.ChoiceField(
        label=_("Action"), widget=forms.RadioSelect, error_messages={"required": _("Choose an action.")}
    )
    reason = ReasonField(
        required=False,
        label=_("Reason for deactivating"),
        help_text=_("For example “shop closed on 30 November”. It goes into the audit log of each person."),
    )
    permission_type = TypeField(
        label=_("Permission type to give or take"),
        queryset=Group.objects.none(),
        required=False,
        empty_label=_("Choose…"),
        widget=QuickSelect,
    )
    department = DepartmentField(
        label=_("Department to move to"),
        queryset=Department.objects.none(),
        required=False,
        empty_label=_("Choose…"),
        widget=QuickSelect,
    )
    NEEDS: ClassVar[dict[str, tuple[str, Any]]] = {
        Action.DEACTIVATE: ("reason", _("Please write down why.")),
        Action.GIVE_TYPE: ("permission_type", _("Choose a permission type.")),
        Action.TAKE_TYPE: ("permission_type", _("Choose a permission type.")),
        Action.MOVE: ("department", _("Choose a department.")),
    }

    def __init__(self, data=None, *, actor: User):
        super().__init__(data)
        offered = actions_of(actor)
        self.fields["action"].choices = [(each.value, each.label) for each in offered]
        if Action.DEACTIVATE not in offered:
            del self.fields["reason"]
        if Action.GIVE_TYPE in offered:
            self.fields["permission_type"].offer(actor)
        else:
            del self.fields["permission_type"]
        if Action.MOVE in offered:
            within = policy.in_scope(actor, Right.EDIT_PEOPLE, "path")
            self.fields["department"].queryset = Department.objects.filter(within).order_by("path")
        else:
            del self.fields["department"]

    def clean(self):
        name, message = self.NEEDS.get(self.cleaned_data.get("action", ""), ("", ""))
        if name and not self.cleaned_data.get(name) and name not in self.errors:
            self.add_error(name, message)

    def values(self) -> dict[str, Any]:
        """Return the fields of the run: the action, and what it needs."""
        action = self.cleaned_data["action"]
        name, _message = self.NEEDS.get(action, ("", ""))
        return {"action": action} | ({name: self.cleaned_data[name]} if name else {})
