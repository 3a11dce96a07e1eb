"""Re-authentication page and second factors. The interrupted POST is never replayed."""

from functools import wraps

from allauth.account.internal.flows.login import record_authentication
from allauth.core import ratelimit
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.webauthn.forms import ReauthenticateWebAuthnForm as KeyForm
from allauth.mfa.webauthn.internal import auth as webauthn
from allauth.mfa.webauthn.internal.flows import reauthenticate as reauthenticate_by_key
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from django.views.generic.edit import FormView

from accounts.authorization.decorators import SAFE_METHODS, always_open, own_account_only, post_only
from accounts.authorization.requests import is_ours
from accounts.models.preferences import is_offered
from accounts.models.second_factors import has_second_factor

from .backends import record_failure
from .browser_cookies import remember_language
from .password_forms import ReauthenticateForm as PasswordForm
from .reauthentication import say_next_step
from .second_factor_forms import ReauthenticateForm as CodeForm
from .second_factors import on_record


@require_http_methods(["GET", "HEAD", "POST"])
@always_open
def confirm_identity(request):
    """
    Ask for the second factor, or for the password if the actor has none, then return to the page that needed it.

    It is about the actor, in an assumed session too, where a change of the mode needs it.
    """
    user = request.actor
    # Limited before anything is compared, so that no password is hashed and no recovery code is used up.
    throttled = request.method == "POST" and not ratelimit.consume(request, action="reauthenticate", user=user)
    posted = request.POST if request.method == "POST" and not throttled else None
    by_code = has_second_factor(user)
    by_key = by_code and Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).exists()
    key_form = KeyForm(posted if posted and "credential" in posted else None, user=user) if by_key else None
    form = (CodeForm if by_code else PasswordForm)(None if key_form and key_form.is_bound else posted, user=user)
    status = 429 if throttled else 422 if posted is not None else 200
    if key_form is not None and key_form.is_bound:
        if key_form.is_valid():
            reauthenticate_by_key(request, key_form.cleaned_data["credential"])
            return go_on(request)
    elif form.is_valid():
        form.save() if by_code else record_authentication(request, user, "password", reauthenticated=True)
        return go_on(request)
    if posted is not None and by_code:  # allauth reports a wrong password itself
        record_failure(request, user, "second factor")
    context = {
        "form": form,
        "by_code": by_code,
        "key_form": key_form,
        "next": way_back(request),
        "throttled": throttled,
    }
    if by_key:
        context["key_data"] = {"request_options": webauthn.begin_authentication(user)}
    return render(request, "account/confirm_identity.html", context, status=status)


class SecondFactorView(AuthenticateView):
    """The second step of signing in; a wrong code is recorded."""

    def form_invalid(self, form):
        record_failure(self.request, self.stage.login.user, "second factor")
        return super().form_invalid(form)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@own_account_only
def mfa_authenticate(request):
    """Ask for the second factor after a correct password."""
    return SecondFactorView.as_view()(request)


@login_not_required
@post_only
@own_account_only
def choose_language(request):
    """Keep the language that a browser chooses for the pages before sign-in, and return to the page."""
    address = request.POST.get("next", "")
    response = redirect(address if is_ours(address) else "account_login")
    language = request.POST.get("language", "")
    return remember_language(response, language) if is_offered(language) else response


def go_on(request):
    """Return to the page that needed the re-authentication, and show the next step there."""
    address = way_back(request)
    say_next_step(request, address)
    return redirect(address)


def way_back(request):
    """Return the address to continue at: a page of this platform, requested with GET; by default the dashboard."""
    address = request.POST.get("next") or request.GET.get("next") or ""
    if is_ours(address):
        return address
    return reverse("dashboard")


def in_one_transaction(view):
    """
    Run the POST requests of a view of the sign-in package in one transaction.

    Otherwise another request of the browser would find the new password with the old session, and sign the user out.
    """

    @wraps(view)
    def atomic(request, *args, **kwargs):
        if request.method in SAFE_METHODS:
            return view(request, *args, **kwargs)
        with transaction.atomic():
            return view(request, *args, **kwargs)

    return atomic


class MakeRecoveryCodes(GenerateRecoveryCodesView):
    """View that replaces recovery codes without reading the former ones, because those may be unreadable."""

    def get_context_data(self, **kwargs):
        return FormView.get_context_data(self, **kwargs)  # allauth's own method counts the former codes


@require_http_methods(["GET", "HEAD", "POST"])
@own_account_only
@on_record
def mfa_generate_recovery_codes(request):
    """Make new recovery codes."""
    return MakeRecoveryCodes.as_view()(request)
