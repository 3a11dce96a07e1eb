"""Sign-in with one click, and the tour that a browser closes, in the demo alone."""

from allauth.account.forms import LoginForm
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.authentication import browser_cookies
from accounts.authentication.backends import LED_TO
from accounts.authorization.decorators import always_open, own_account_only, post_only
from accounts.authorization.requests import is_ours

from .entrance import BY_NAME, TOUR_HIDDEN, beginning
from .users import PASSWORD


@post_only
@login_not_required
@own_account_only
def demo_sign_in(request, name):
    """
    Sign in as a person of the demo, by the form of the sign-in page with the password that the documentation names.

    So it opens no account that isn't open to everybody, keeps every limit of sign-in, and is recorded like any other.
    """
    if not settings.DEMO or name not in BY_NAME:
        raise Http404
    if request.user.is_authenticated:
        return redirect(request.session.get(LED_TO) or "dashboard")
    card = BY_NAME[name]
    form = LoginForm({"login": card.email, "password": PASSWORD}, request=request)
    if form.is_valid():
        return form.login(request, redirect_url=beginning(card))
    messages.error(
        request,
        _("%(name)s can't sign in: the account is deactivated, or has another password by now. Choose somebody else.")
        % {"name": card.first_name},
    )
    return redirect("account_login")


@post_only
@always_open
def demo_tour_hide(request):
    """Let this browser keep that it closed the tour, and return to the page; it changes nothing else."""
    if not settings.DEMO:
        raise Http404
    address = request.POST.get("next", "")
    response = redirect(address if is_ours(address) else "dashboard")
    browser_cookies.keep(response, TOUR_HIDDEN, "1", max_age=30 * 24 * 60 * 60)
    return response
