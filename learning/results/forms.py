"""Forms to give a user another try and to extend a due date."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.users.forms import ReasonField


class ReopenForm(forms.Form):
    """The reason for another try."""

    reason = ReasonField(
        help_text=_("The person reads it in the mail that tells them. It goes into the audit log as you write it.")
    )


class ExtendForm(ReopenForm):
    """The new due date, and the reason. An empty day takes an extension back."""

    day = forms.DateField(
        label=_("Due on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Until the end of this day, in the person's time zone. Empty: the due date of everybody else."),
    )
    field_order = ["day", "reason"]
