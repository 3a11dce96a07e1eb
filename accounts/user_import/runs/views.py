"""Pages of past imports: what a run changed, and its undo, which is previewed like an import."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.authentication.reauthentication import require_reauthentication, with_reauthentication
from accounts.authorization.changes import require
from accounts.authorization.decorators import shows
from accounts.models import User, UserImport
from accounts.user_import.applying.apply import UsersChanged
from accounts.user_import.applying.undo import plan_undo
from accounts.user_import.confirm import fingerprint
from accounts.user_import.planning.mass_change import NotConfirmed, mass_change
from accounts.user_import.planning.plan import Update
from accounts.user_import.previews import SHOWN, beginning, demand_right, described, typed

from . import listing
from .actions import undo, why_not_undo


@require_safe
@shows(gettext_lazy("Import of people"), UserImport)
def user_import_run(request, pk):
    """Show a run: who, when, which file, and what it changed of each person."""
    demand_right(request.user)
    run = get_object_or_404(UserImport.objects.select_related("actor", "undoes"), pk=pk)
    only = request.GET.get("only", "")
    refusal = why_not_undo(request.user, run)
    to_invite, invite_address = listing.invitable(run, request.user) if not request.assumed_session else (0, "")
    context = {
        "run": run,
        "to_invite": to_invite,
        "invite_address": invite_address,
        "in_words": listing.counts_in_words(run),
        "filters": [("", _("Everybody")), *((name, words) for name, (words, _where) in listing.FILTERS.items())],
        "only": only if only in listing.FILTERS else "",
        "page": listing.page_of(run, request.user, only=only, query=request.GET) if run.keeps_people else None,
        "undone_by": run.undone_by.order_by("pk")[: listing.SHOWN_RUNS],
        "may_undo": refusal is None and not request.assumed_session,
        "why_not": refusal,
        "is_imported": "imported" in request.GET and run.state == UserImport.State.APPLIED,
    }
    return render(request, "accounts/import_run.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@with_reauthentication
@shows(gettext_lazy("Undo of an import"), UserImport)
def user_import_undo(request, pk):
    """Preview the undo of a run, for everybody or for one person; on POST, apply the previewed plan."""
    demand_right(request.user)
    run = get_object_or_404(UserImport.objects.select_related("actor"), pk=pk)
    require(why_not_undo(request.user, run))
    require_reauthentication(request, button=_("Undo"))
    people = person_of(request, run)
    if request.method != "POST":
        return preview(request, run, people)
    try:
        seen = request.POST.get("seen", "")
        done = undo(run, actor=request.user, seen=seen, people=people, typed=typed(request))
    except UsersChanged:
        return preview(request, run, people, has_changed=True)
    except NotConfirmed:
        return preview(request, run, people, is_unconfirmed=True)
    messages.success(request, _("The import was undone: %(what)s.") % {"what": listing.counts_in_words(done)})
    return redirect("user_import_run", done.pk)


def person_of(request, run: UserImport) -> list[int] | None:
    """Return the person that the address names, or None for everybody; raise Http404 if the reader can't see them."""
    named = request.GET.get("person")
    if named is None:
        return None
    pk = listing.number(named)
    if pk is None or not User.objects.visible_to(request.user).filter(pk=pk).exists():
        raise Http404
    if not run.people.filter(user=pk).exists():
        raise Http404
    return [pk]


def preview(
    request, run: UserImport, people: list[int] | None, *, has_changed: bool = False, is_unconfirmed: bool = False
):
    """
    Render what the undo would change.

    has_changed: whether the plan differs from the confirmed one (status 409). is_unconfirmed: whether the number of a
    mass change was not typed, or wrongly (status 422).
    """
    plan = plan_undo(run, actor=request.user, people=people)
    shown = [update.id for update in plan.updates[:SHOWN]]
    in_sight = set(User.objects.visible_to(request.user).filter(pk__in=shown).values_list("pk", flat=True))

    def as_seen(update: Update) -> tuple[Update, list[tuple[str, str, str]]]:
        _update, fields = described(update)
        return update, fields if update.id in in_sight else [(label, "…", "…") for label, _before, _after in fields]

    context: dict[str, Any] = {
        "run": run,
        "plan": plan,
        "counts": plan.counts(),
        "skipped": len({problem.line for problem in plan.skipped}),
        "lists": {"problems": beginning(plan.skipped), "updates": beginning(plan.updates, as_seen)},
        "for_one": people is not None,
        "seen": fingerprint(plan),
        "has_changed": has_changed,
        "mass_change": mass_change(plan),
        "is_unconfirmed": is_unconfirmed,
        "typed": request.POST.get("typed", ""),
    }
    status = 409 if has_changed else 422 if is_unconfirmed else 200
    return render(request, "accounts/import_undo.html", context, status=status)
