"""The sign-in form: the first empty field has the focus, and an error is tied to both fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.forms import LoginForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models.brand import read_shown

ERROR_ID = "sign-in-error"  # of the sentence that templates/account/_fields.html shows
# Functions of other apps that return an email to fill in for a browser, or "".
EMAIL_TO_FILL_IN: list[Callable[[HttpRequest], str]] = []


class SignInForm(LoginForm):
    """Email and password, in this order, with the link to a new password below them."""

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        self.fields["password"].help_text = ""  # the link to a new password comes last (password_forms.py)
        if not self.is_bound and self.request is not None:
            self.initial["login"] = next(filter(None, (email(self.request) for email in EMAIL_TO_FILL_IN)), "")
        begin = "password" if self.is_bound or self.initial.get("login") else "login"
        self.fields[begin].widget.attrs["autofocus"] = True

    def clean(self) -> Any:
        """
        Check the password; if it is wrong, tie the error to both fields without saying which one it is.

        After the right password of a deactivated account, say so instead: nothing that was typed is wrong.
        """
        try:
            return super().clean()
        except ValidationError as error:
            is_deactivated = getattr(self.request, "is_deactivated_account", False)
            marks = {} if is_deactivated else {"aria-invalid": "true"}
            for field in self.fields.values():
                field.widget.attrs |= marks | {"aria-describedby": ERROR_ID}
            raise account_is_deactivated() if is_deactivated else error from None


def account_is_deactivated() -> ValidationError:
    """Return the error that says who can help."""
    if name := read_shown().support_name:
        return ValidationError(_("This account is deactivated. Ask %(name)s."), "deactivated", {"name": name})
    return ValidationError(_("This account is deactivated. Ask your HR department."), "deactivated")
