"""Pages that change one user: create, edit, assign permission types, deactivate, reactivate, invite."""

from django.contrib import messages
from django.db import IntegrityError
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.authentication import drafts
from accounts.authentication.reauthentication import require_reauthentication, with_reauthentication
from accounts.authorization.changes import NotAllowed, require, set_permission_types, why_not_assign
from accounts.authorization.decorators import post_only, shows
from accounts.authorization.lookup import get_visible_user_or_404
from accounts.models import User
from accounts.policy.rights import Right

from . import actions
from .forms import TAKEN, AssignmentForm, DeactivationForm, NewUserForm, UserForm
from .invitations import invite, why_not_invite


@require_http_methods(["GET", "HEAD", "POST"])
@with_reauthentication
@shows(gettext_lazy("Form for a new person"))
def user_create(request):
    """Create a user, and invite them by email unless the actor leaves that out."""
    if not request.user.sees_people:
        raise Http404
    require(actions.why_not_create_user(request.user))
    require_reauthentication(request)
    form = NewUserForm(posted(request), actor=request.user, right=Right.CREATE_PEOPLE)
    if form.is_valid():
        try:
            user = actions.create_user(actor=request.user, values=form.values())
        except IntegrityError:
            form.add_error("email", TAKEN)
        except NotAllowed as not_allowed:
            form.add_error(None, not_allowed.sentence)
        else:
            messages.success(request, _("%(name)s was added.") % {"name": user.name})
            if form.cleaned_data["invite"]:
                send_invitation(request, user)
            seen = User.objects.visible_to(request.user).filter(pk=user.pk).exists()
            return redirect(user if seen else "user_list")
    return user_page(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@with_reauthentication
@shows(gettext_lazy("Form of a person"), of=User)
def user_edit(request, pk):
    """Edit a user; a change that somebody else made meanwhile is shown, not overwritten."""
    user = get_visible_user_or_404(request.user, pk)
    require(actions.why_not_edit_user(request.user, user))
    require_reauthentication(request)
    form = UserForm(posted(request), actor=request.user, right=Right.EDIT_PEOPLE, instance=User.objects.get(pk=pk))
    status = 422
    if form.is_valid():
        try:
            changed = actions.edit_user(
                actor=request.user, user=user, values=form.values(), seen=request.POST.get("seen", "")
            )
        except actions.ChangedMeanwhile:
            status = 409
            form.add_error(None, _("Somebody else changed this person meanwhile. Look at it again, then save."))
            form.show_current()
        except IntegrityError:
            form.add_error("email", TAKEN)
        except NotAllowed as not_allowed:
            form.add_error(None, not_allowed.sentence)
        else:
            said = _("The changes to %(name)s were saved.") % {"name": user.name}
            messages.success(request, said if changed else _("Nothing was different, so nothing was changed."))
            return redirect(user)
    return user_page(request, form, user=user, status=status)


def user_page(request, form, *, user=None, status=422):
    drafts.fill(request, form)
    context = {"form": form, "person": user}
    return render(request, "accounts/user_form.html", context, status=status if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@with_reauthentication
@shows(gettext_lazy("Permission types of a person"), of=User)
def user_permission_types(request, pk):
    """Assign permission types to a user."""
    user = get_visible_user_or_404(request.user, pk)
    require(why_not_assign(request.user, user))
    require_reauthentication(request)
    form = AssignmentForm(posted(request), actor=request.user, user=user)
    drafts.fill(request, form)
    if form.is_valid():
        try:
            set_permission_types(actor=request.user, user=user, types=form.wanted(), seen=form.seen_ids())
        except NotAllowed as not_allowed:
            form.add_error(None, not_allowed.sentence)
        else:
            messages.success(request, _("%(name)s's permission types were saved.") % {"name": user.name})
            return redirect(user)
    context = {"form": form, "person": user}
    return render(request, "accounts/user_permission_types.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@with_reauthentication
@shows(gettext_lazy("Question before deactivating a person"), of=User)
def user_deactivate(request, pk):
    """Ask for the reason (GET), and deactivate a user (POST)."""
    user = get_visible_user_or_404(request.user, pk)
    require(actions.why_not_change_status(request.user, user))
    require_reauthentication(request)
    form = DeactivationForm(posted(request))
    drafts.fill(request, form)
    if form.is_valid():
        actions.set_active(actor=request.user, user=user, active=False, reason=form.cleaned_data["reason"])
        messages.success(request, _("%(name)s's account was deactivated.") % {"name": user.name})
        return redirect(user)
    context = {"form": form, "person": user}
    return render(request, "accounts/user_deactivate.html", context, status=422 if form.is_bound else 200)


@post_only
@with_reauthentication
def user_reactivate(request, pk):
    """Reactivate a user."""
    user = get_visible_user_or_404(request.user, pk)
    require(actions.why_not_change_status(request.user, user))
    require_reauthentication(request, back=user.get_absolute_url(), button=_("Reactivate"))
    actions.set_active(actor=request.user, user=user, active=True)
    messages.success(request, _("%(name)s's account was reactivated.") % {"name": user.name})
    return redirect(user)


@post_only
@with_reauthentication
def user_invite(request, pk):
    """Send the link to a first password again, to a user who has never signed in."""
    user = get_visible_user_or_404(request.user, pk)
    require(why_not_invite(request.user, user))
    require_reauthentication(request, back=user.get_absolute_url(), button=_("Send an invitation"))
    send_invitation(request, user)
    return redirect(user)


def send_invitation(request, user):
    """Send the invitation, and add the message of success."""
    invite(actor=request.user, user=user)
    messages.success(request, _("An invitation is on its way to %(email)s.") % {"email": user.email})


def posted(request):
    return request.POST if request.method == "POST" else None
