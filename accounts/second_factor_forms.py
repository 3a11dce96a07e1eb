"""The form that asks for the code of a second factor."""

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms
from allauth.mfa.base.internal.flows import check_rate_limit
from allauth.mfa.models import Authenticator

from .second_factor_keys import Unreadable


class EachFactor:
    """Compares the code with each factor of the person, so that one that can't be read doesn't close the others."""

    def clean_code(self):
        take_back = check_rate_limit(self.user)
        code = self.cleaned_data["code"]
        problem = get_adapter().validation_error("incorrect_code")
        factors = Authenticator.objects.filter(user_id=self.user.pk)
        for factor in factors.exclude(type=Authenticator.Type.WEBAUTHN).order_by("pk"):
            try:
                is_right = factor.wrap().validate_code(code)
            except Unreadable as error:
                problem = error
                continue
            if is_right:
                factor.user = self.user
                self.authenticator = factor
                take_back()
                return code
        raise problem


class AuthenticateForm(EachFactor, forms.AuthenticateForm):
    """The second step of signing in."""


class ReauthenticateForm(EachFactor, forms.ReauthenticateForm):
    """The question who is there, for somebody who is signed in."""
