"""Pages on which somebody who helps a user gives them another try at a module, or more time."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.authentication import drafts
from accounts.authentication.reauthentication import require_reauthentication, with_reauthentication
from accounts.authorization.changes import NotAllowed, require
from accounts.authorization.decorators import administration
from accounts.authorization.lookup import get_visible_user_or_404
from learning.outcome import result_of_user

from .actions import day_of, extend, module_for, reopen, why_not_help_with_results
from .forms import ExtendForm, ReopenForm


@require_http_methods(["GET", "HEAD", "POST"])
@administration
@with_reauthentication
def result_reopen(request, pk, module_pk):
    """Ask for the reason (GET), and give a user another try (POST)."""
    user, module = fetch(request, pk, module_pk)
    require_reauthentication(request)
    form = ReopenForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and done(form, reopen, actor=request.user, user=user, module=module, **form.cleaned_data):
        messages.success(request, _("%(name)s can try again, and is told so by mail.") % {"name": user.name})
        return redirect(user)
    drafts.fill(request, form)
    context = {"person": user, "module": module, "form": form, "result": result_of_user(module, user)}
    return render(request, "learning/result_reopen.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@administration
@with_reauthentication
def due_date_extend(request, pk, module_pk):
    """Ask for the day and the reason (GET), and extend a due date for a user or take the extension back (POST)."""
    user, module = fetch(request, pk, module_pk)
    require_reauthentication(request)
    initial = {"day": day_of(module.extended_to, user)}
    form = ExtendForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid() and done(form, extend, actor=request.user, user=user, module=module, **form.cleaned_data):
        said = _("%(name)s has a new due date, and is told so by mail.")
        if form.cleaned_data["day"] is None:
            said = _("%(name)s has the due date of everybody else again, and is told so by mail.")
        messages.success(request, said % {"name": user.name})
        return redirect(user)
    drafts.fill(request, form)
    context = {"person": user, "module": module, "form": form}
    return render(request, "learning/due_date_extend.html", context, status=422 if form.is_bound else 200)


def fetch(request, pk, module_pk):
    """Return the user and the module; 403 if the actor may not help the user, 404 if they may not know of either."""
    user = get_visible_user_or_404(request.user, pk)
    require(why_not_help_with_results(request.user, user))
    module = module_for(request.user, user, module_pk)
    if module is None:
        raise Http404
    return user, module


def done(form, action, **given):
    """Return whether the action succeeded; if it was refused, the form says why."""
    try:
        action(**given)
    except NotAllowed as not_allowed:
        form.add_error(None, not_allowed.sentence)
    return form.is_valid()
