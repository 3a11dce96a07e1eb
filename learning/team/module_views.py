"""How far people are with one module: numbers that lead to lists of people, and their file."""

from __future__ import annotations

from datetime import UTC
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.authentication.reauthentication import require_reauthentication, with_reauthentication
from accounts.authorization.decorators import administration, post_only
from accounts.users.export import joined
from accounts.users.pagination import KeysetPaginator
from audit.export import attachment
from audit.numbers import grouped
from learning.access_check.access import edit_address
from learning.models import Status
from learning.reads import PER_PAGE
from learning.views import query_of
from learning.visibility.people import with_parts

from .actions import record_export
from .export import csv_lines, exported_by, may_export
from .figures import figures_of
from .scope import counted_by, counts_progress, leads_a_team, modules_counted_by, named_by
from .states import ModuleStates
from .submissions import with_progress

WAITING = "waiting"
# More people are not counted for each module of a list: each of them is asked about each module.
MOST_COUNTED = 5_000


@require_safe
@administration
def team_modules(request):
    """List the modules of which the actor may know how far people are, each with its figures."""
    if not counts_progress(request.user):
        raise Http404
    query, counted = query_of(request), counted_by(request.user)
    modules = modules_counted_by(request.user).matching(query).defer("description").order_by("title", "pk")
    page = Paginator(with_parts(modules), PER_PAGE).get_page(request.GET.get("page"))
    is_counted = counted.order_by()[: MOST_COUNTED + 1].count() <= MOST_COUNTED
    figures = figures_of([ModuleStates(module) for module in page] if is_counted else [], counted)
    rows = [(module, figures[module.pk]) for module in page]
    context = {"page": page, "query": query, "rows": rows, "is_counted": is_counted, "most": grouped(MOST_COUNTED)}
    return render(request, "learning/team_modules.html", context)


@require_safe
@administration
def module_people(request, pk):
    """Count the users by progress and by due date, and list those of one number by name, as far as the actor may."""
    module, actor = fetch(request, pk), request.user
    states, chosen = ModuleStates(module), state_of(request)
    counted = counted_by(actor)
    figures = figures_of([states], counted)[module.pk]
    context: dict[str, Any] = {
        "module": module,
        "is_open": states.is_open,
        "counts": figures.progress,
        "deadlines": figures.deadlines,
        "assigned_count": figures.assigned,
        "waiting_count": counted.filter(states.waiting).count(),
        "state": chosen,
        "edit_address": edit_address(actor, "module", module),
        "leads_a_team": leads_a_team(actor),
    }
    if context["leads_a_team"]:
        context |= listed(request, module, states, chosen)
        page = context["page"]
        if not context["query"] and page.count <= page.counted_at_most:
            context["hidden_count"] = number_of(context, chosen) - page.count
    return render(request, "learning/module_people.html", context)


@post_only
@administration
@with_reauthentication
def module_people_export(request, pk):
    """Export the listed users that the actor may export, as CSV; recorded before the first byte leaves."""
    module, actor = fetch(request, pk), request.user
    if not may_export(actor):
        raise Http404
    chosen = state_of(request)
    if chosen == WAITING:
        return HttpResponseBadRequest()
    require_reauthentication(request, back=page_address(module, chosen), button=_("Export"))
    states = ModuleStates(module)
    users = chosen_users(states, exported_by(actor), chosen)
    ids = record_export(module, str(Status(chosen).label) if chosen else "", users)
    name = f"module-{module.pk}-{timezone.now().astimezone(UTC):%Y%m%dT%H%M%SZ}.csv"
    return attachment(joined(csv_lines(module, users, ids)), name=name, content_type="text/csv")


def fetch(request, pk):
    """Return the module; 404 if the actor may not know how far anybody is with it."""
    return get_object_or_404(modules_counted_by(request.user), pk=pk)


def state_of(request) -> str:
    """Return the progress or the state of the due date that the address asks for; "" stands for all."""
    asked = request.GET.get("state", "")
    return asked if asked in (*Status.values, WAITING) else ""


def number_of(context: dict[str, Any], chosen: str) -> int:
    """Return how many users are counted in the chosen state."""
    if chosen == WAITING:
        return context["waiting_count"]
    return dict(context["counts"] + context["deadlines"]).get(chosen, 0) if chosen else context["assigned_count"]


def chosen_users(states: ModuleStates, users: Any, chosen: str) -> Any:
    """Return those of the users who see the module, of the chosen number."""
    if chosen == WAITING:
        return users.filter(states.waiting)
    return states.in_state(users, chosen) if chosen else states.with_state(users)


def listed(request, module, states: ModuleStates, chosen: str) -> dict[str, Any]:
    """Return the page of users by name, and how many are counted and not named."""
    users, query = named_by(request.user), query_of(request)
    found = chosen_users(states, users, chosen)
    if query:
        found = found.matching(query)
    states_of = states.with_state(users) if chosen != WAITING else users

    def shown(ids: list[int]) -> dict[int, Any]:
        return with_progress(module, states_of.select_related("department").in_bulk(ids))

    page = KeysetPaginator(found, shown=shown, visible=users, is_search=bool(query)).page(request.GET)
    context = {"page": page, "query": query, "first_address": address(chosen, query)}
    if page.users:
        context["previous_address"] = address(chosen, query, before=page.users[0].pk)
        context["next_address"] = address(chosen, query, after=page.users[-1].pk)
    context["may_export"] = may_export(request.user) and chosen != WAITING and bool(page.users)
    return context


def address(chosen: str, query: str, **place: int) -> str:
    given = {"state": chosen, "q": query} | place
    return "?" + urlencode({name: value for name, value in given.items() if value})


def page_address(module, chosen: str) -> str:
    return reverse("module_people", args=[module.pk]) + address(chosen, "")
