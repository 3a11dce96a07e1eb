"""Forms to give a place at an event and to take it back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.users.forms import ReasonField
from learning.admin.forms import UserField


class ReasonForm(forms.Form):
    """The reason for giving a place or taking it back."""

    reason = ReasonField(
        help_text=_("The person reads it in the mail that tells them. It goes into the audit log as you write it.")
    )


class GivePlaceForm(ReasonForm):
    """
    The user who gets a place, and the reason.

    actor: who gives the place. A user outside the actor's reach is refused with the sentence for an unknown address.
    """

    person = UserField()
    field_order = ["person", "reason"]

    def __init__(self, *args, actor: User, **kwargs):
        super().__init__(*args, **kwargs)
        field: Any = self.fields["person"]
        field.queryset = User.objects.visible_to(actor)
        field.label = _("Email address")
        field.help_text = ""
        field.error_messages |= {
            "required": _("Please write down whose place it is."),
            "invalid_choice": _("You see no person with this email address."),
        }
