"""Pages of actions for many users: choose an action, look at what it would do, do it, and go on after a break."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.authentication import drafts
from accounts.authentication.reauthentication import require_reauthentication, with_reauthentication
from accounts.authorization.changes import NotAllowed, require
from accounts.authorization.decorators import administration
from accounts.authorization.refusals import ChangeRefusal
from accounts.models import BulkRun, User
from accounts.models.bulk_runs import forget_old_runs
from accounts.policy import Refusal
from accounts.users import kept_place, progress
from accounts.users.actions import ChangedMeanwhile
from accounts.users.edit_views import posted
from audit import clock

from .actions import NotTyped, confirm, discard, do_batch, stop
from .forms import BulkForm
from .plan import Plan, plan_run
from .selection import Selection
from .verbs import actions_of, verb_of

State = BulkRun.State


@require_http_methods(["GET", "HEAD", "POST"])
@with_reauthentication
@administration
def user_bulk(request):
    """Choose an action for the users that the query string selects; nothing is done yet."""
    if not request.user.sees_people:
        raise Http404
    require(None if actions_of(request.user) else ChangeRefusal.NO_RIGHT_TO_EDIT)
    require_reauthentication(request)
    selection = Selection(request.GET, actor=request.user)
    count = selection.users().count()
    if not count:
        messages.warning(request, _("Nobody is selected. Tick people in the list first, or choose all who match."))
        return redirect(kept_place.last_list(request))
    form = BulkForm(posted(request), actor=request.user)
    if not form.is_bound:
        form.initial["action"] = request.GET.get("action", "")
    drafts.fill(request, form)
    if form.is_valid():
        forget_old_runs(request.user)
        run = BulkRun.objects.create(
            actor=request.user,
            created_at=clock.now(),
            query=selection.kept(),
            chosen=selection.in_words(),
            **form.values(),
        )
        return redirect(run)
    context = {"form": form, "count": count, "selection": selection.said(), "back": selection.form.address()}
    return render(request, "accounts/bulk_choose.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@with_reauthentication
@administration
def user_bulk_run(request, pk):
    """Show a run of the actor: its preview, how far it is, or how it ended. By POST, confirm it, go on, or stop."""
    run = get_object_or_404(BulkRun.objects.select_related("permission_type", "department"), pk=pk, actor=request.user)
    step = request.POST.get("step", "")
    if step == "discard" and run.state == State.PREVIEW and discard(run, actor=request.user):
        messages.info(request, _("Nothing was changed."))
        return redirect(kept_place.last_list(request))
    if step == "stop":
        stop(run, actor=request.user)
        return redirect(run)
    if run.state == State.PREVIEW:
        require(verb_of(run).why_not_at_all(request.user))
        require_reauthentication(request, button=button_of(run))
        return preview(request, run, step=step)
    if step and run.is_running and not verb_of(run).why_not_at_all(request.user):
        require_reauthentication(request, button=_("Go on"))
        return progress.answer(request, steps(request, run), go=run.get_absolute_url())
    return redirect(run) if step else run_page(request, run)


def preview(request, run: BulkRun, *, step: str):
    """Show what the run would do, or confirm and begin it; 409 if that has changed since it was shown."""
    plan = plan_of(run, request.user)
    status = 200
    context: dict[str, Any] = {}
    if step == "confirm":
        typed = request.POST.get("typed", "")
        try:
            confirm(run, plan, actor=request.user, seen=request.POST.get("seen", ""), typed=typed)
        except ChangedMeanwhile:
            status, context = 409, {"has_changed": True}
        except NotTyped:
            status, context = 422, {"typed": typed, "is_mistyped": True}
        else:
            return progress.answer(request, steps(request, run), go=run.get_absolute_url())
    context |= {"run": run, "plan": plan, "selection": selection_of(run, request.user).said(), "button": button_of(run)}
    return render(request, "accounts/bulk_preview.html", context, status=status)


def selection_of(run: BulkRun, actor: User) -> Selection:
    return Selection(QueryDict(run.query), actor=actor)


def plan_of(run: BulkRun, actor: User) -> Plan:
    """Return the plan of the run as it is now: the selection and the rules are asked again."""
    return plan_run(verb_of(run), selection_of(run, actor).users(), actor=actor)


def steps(request, run: BulkRun) -> progress.Steps:
    """Do batch after batch while the actor is signed in and may; each is a transaction, so that what is done stays."""
    key = request.session.session_key
    while request.session.exists(key):
        try:
            run = do_batch(run, actor=request.user)
        except NotAllowed:
            return  # the page says why
        yield run.handled, run.total
        if not run.is_running:
            return


def run_page(request, run: BulkRun):
    """Show how far the run is, or how it ended, with the users who were left out since it was confirmed."""
    named = [pk for _count, ids in run.left_out.values() for pk in ids]
    people = User.objects.visible_to(request.user).in_bulk(named)
    left_out = [
        {"sentence": sentence_of(reason), "count": count, "first": [people[pk] for pk in ids if pk in people]}
        for reason, (count, ids) in run.left_out.items()
    ]
    refused = verb_of(run).why_not_at_all(request.user) if run.is_running else None
    context = {"run": run, "left_out": left_out, "refused": refused}
    return render(request, "accounts/bulk_run.html", context)


def sentence_of(reason: str) -> str:
    """Return the sentence of a stored refusal; one that this version doesn't know stays as it is."""
    for refusals in (ChangeRefusal, Refusal):
        if reason in refusals.values:
            return str(refusals(reason).label)
    return reason


def button_of(run: BulkRun) -> str:
    return str(run.get_action_display())
