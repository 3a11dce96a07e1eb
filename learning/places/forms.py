"""Forms of whoever changes who takes part in an event."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.users.forms import ReasonField
from learning.admin.forms import PersonField


class ReasonForm(forms.Form):
    """Why somebody gets a place, or loses it."""

    reason = ReasonField(
        help_text=_("The person reads it in the mail that tells them. It goes into the audit log as you write it.")
    )


class GivePlaceForm(ReasonForm):
    """
    Who gets a place, and why.

    actor: who gives it. A person outside their reach is refused in the same words as an unknown address.
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
            "invalid_choice": _("You see no person with this e-mail address."),
        }
