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
    person = get_visible_user_or_404(request.user, pk)
    require(remedies.why_not_help(request.user, person))
    require_reauthentication(request)
    form = SecondFactorRemovalForm(posted(request))
    if form.is_valid():
        try:
            remedies.remove_second_factors(actor=request.user, person=person, reason=form.cleaned_data["reason"])
        except NotAllowed as not_allowed:
            form.add_error(None, not_allowed.sentence)
        else:
            message = _("%(name)s signs in with the password alone now, and is told so by mail.")
            messages.success(request, message % {"name": person.name})
            return redirect(person)
    drafts.fill(request, form)
    context = {"form": form, "person": person}
    return render(request, "accounts/user_remove_second_factors.html", context, status=422 if form.is_bound else 200)


@post_only
@with_reauthentication
def user_send_password_link(request, pk):
    """Mail a person a link to a new password."""
    person = get_visible_user_or_404(request.user, pk)
    sentence = _("A link to a new password is on its way to %(email)s.") % {"email": person.email}
    return remedied(request, person, remedies.send_password_link, _("Send a link to a new password"), sentence)


@post_only
@with_reauthentication
def user_lift_sign_in_lock(request, pk):
    """Let a person try to sign in again at once."""
    person = get_visible_user_or_404(request.user, pk)
    sentence = _("%(name)s can try to sign in again at once.") % {"name": person.name}
    return remedied(request, person, remedies.lift_lock, _("Lift the sign-in lock"), sentence)


def remedied(request, person, remedy, button, sentence):
    """Apply the remedy that the button names, say so, and return to the person."""
    require(remedies.why_not_help(request.user, person))
    require_reauthentication(request, back=person.get_absolute_url(), button=button)
    remedy(actor=request.user, person=person)
    messages.success(request, sentence)
    return redirect(person)
