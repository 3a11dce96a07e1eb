"""The buttons that help somebody who can't sign in: second factor, link to a new password, sign-in lock."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.authentication import drafts
from accounts.authentication.reauthentication import require_reauthentication, with_reauthentication
from accounts.authorization.changes import NotAllowed, require
from accounts.authorization.decorators import post_only, shows
from accounts.authorization.lookup import get_visible_user_or_404
from accounts.models import User

from . import remedies
from .edit_views import posted
from .forms import SecondFactorRemovalForm


@require_http_methods(["GET", "HEAD", "POST"])
@with_reauthentication
@shows(gettext_lazy("Second factors of a person"), of=User)
def user_remove_second_factors(request, pk):
    """Ask how the actor knows who they talk to, and remove every second factor of a person by POST."""
    user = get_visible_user_or_404(request.user, pk)
    require(remedies.why_not_help(request.user, user))
    require_reauthentication(request)
    form = SecondFactorRemovalForm(posted(request))
    if form.is_valid():
        try:
            remedies.remove_second_factors(actor=request.user, user=user, reason=form.cleaned_data["reason"])
        except NotAllowed as not_allowed:
            form.add_error(None, not_allowed.sentence)
        else:
            message = _("%(name)s signs in with the password alone now, and is told so by mail.")
            messages.success(request, message % {"name": user.name})
            return redirect(user)
    drafts.fill(request, form)
    context = {"form": form, "person": user}
    return render(request, "accounts/user_remove_second_factors.html", context, status=422 if form.is_bound else 200)


@post_only
@with_reauthentication
def user_send_password_link(request, pk):
    """Mail a user a link to a new password."""
    user = get_visible_user_or_404(request.user, pk)
    sentence = _("A link to a new password is on its way to %(email)s.") % {"email": user.email}
    return remedied(request, user, remedies.send_password_link, _("Send a link to a new password"), sentence)


@post_only
@with_reauthentication
def user_lift_sign_in_lock(request, pk):
    """Let a user try to sign in again at once."""
    user = get_visible_user_or_404(request.user, pk)
    sentence = _("%(name)s can try to sign in again at once.") % {"name": user.name}
    return remedied(request, user, remedies.lift_lock, _("Lift the sign-in lock"), sentence)


def remedied(request, user, remedy, button, sentence):
    """Apply the remedy that the button names, say so, and return to the user."""
    require(remedies.why_not_help(request.user, user))
    require_reauthentication(request, back=user.get_absolute_url(), button=button)
    remedy(actor=request.user, user=user)
    messages.success(request, sentence)
    return redirect(user)
