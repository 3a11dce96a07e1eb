"""Forms of whoever changes who takes part in an event."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.visible_text import validate_seen

from .admin_forms import PersonField


class ReasonForm(forms.Form):
    """Why somebody gets a place, or loses it."""

    reason = forms.CharField(
        label=_("Reason"),
        min_length=3,
        max_length=500,
        validators=[validate_seen],
        help_text=_("The person reads it in the mail that tells them. It goes into the audit log as you write it."),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Please write down why.")},
    )


class GivePlaceForm(ReasonForm):
    """
    Who gets a place, and why.

    actor: who gives it. People whom they may not see are answered as if they did not exist.
    """

    person = PersonField()
    field_order = ["person", "reason"]

    def __init__(self, *args, actor: User, **kwargs):
        super().__init__(*args, **kwargs)
        field: Any = self.fields["person"]
        field.queryset = User.objects.visible_to(actor)
        field.label = _("E-mail address")
        field.help_text = ""
        field.error_messages |= {
            "required": _("Please write down whose place it is."),
            "invalid_choice": _("Nobody whom you may see has this e-mail address."),
        }
