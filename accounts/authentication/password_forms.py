"""Forms of the sign-in package that ask for a password, in our words and with nothing between a label and its field."""

from __future__ import annotations

from typing import Any

from allauth.account import forms
from django.utils.translation import gettext_lazy as _

LABELS = {
    "password": _("Password"),
    "oldpassword": _("Current password"),
    "password1": _("New password"),
    "password2": _("New password again"),
}


class InOurWords:
    """
    Mixin that names the fields, without an example inside them that repeats the name.

    The link to a new password, which the package puts between a label and its field, stands below the button.
    """

    fields: dict[str, Any]

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        for name, field in self.fields.items():
            field.label = LABELS[name]
            field.widget.attrs.pop("placeholder", None)
        for name in {"password", "oldpassword"} & set(self.fields):
            self.fields[name].help_text = ""


class ReauthenticateForm(InOurWords, forms.ReauthenticateForm):
    """The password of the user who is signed in."""


class ChangePasswordForm(InOurWords, forms.ChangePasswordForm):
    """The current password, and a new one twice."""


class ResetPasswordKeyForm(InOurWords, forms.ResetPasswordKeyForm):
    """A new password twice, by a link from a mail."""
