"""Forms that ask for the code of a second factor, and the form that sets up an authenticator app."""

from typing import Any

from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms
from allauth.mfa.base.internal.flows import check_rate_limit
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm as PackagesActivateTOTPForm
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY

from accounts.models import User
from accounts.second_factor_keys import Unreadable
from audit import clock

KEY_MADE_AT = "totp_key_made_at"  # key in the browser session, which also holds allauth's own secret
KEY_KEPT_SECONDS = 10 * 60


class EachFactor:
    """Mixin that compares the code with each factor of the user, so that an unreadable one doesn't block the rest."""

    user: User
    cleaned_data: dict[str, Any]

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
    """Re-authentication by code, for a user who is signed in."""


class ActivateTOTPForm(PackagesActivateTOTPForm):
    """
    allauth's form, with a secret that stays the same for KEY_KEPT_SECONDS.

    allauth makes a new secret whenever the page is shown. After a reload, or with a second tab, an app that has scanned
    the former secret would only get "Incorrect code.".
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        session = context.request.session
        is_fresh = abs(clock.seconds() - session.get(KEY_MADE_AT, 0)) < KEY_KEPT_SECONDS
        kept = session.get(SECRET_SESSION_KEY) if is_fresh else None
        super().__init__(*args, **kwargs)
        if self.is_bound:
            return
        if kept:
            self.secret = session[SECRET_SESSION_KEY] = kept
        else:
            session[KEY_MADE_AT] = clock.seconds()
