"""The search for people and learning content. The command palette shows what its page finds."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.authorization.decorators import shows
from accounts.authorization.login_as import logs_in_as_somebody
from accounts.policy import holds_anywhere
from accounts.policy.rights import Right
from accounts.users import kept_place
from accounts.users.filters import UserListForm
from accounts.users.reads import opened_people
from audit.replica import may_read_replica

from .found import items_found
from .views import query_of

PEOPLE = 5
BESIDE_CONTENT = 2  # people, each with up to three rows, so that content stays in view
# What the palette offers to do with the people that it finds.
MODES = ("login_as", "check_access", "find")


@require_safe
@may_read_replica
@shows(gettext_lazy("Search"))
def search(request):
    """
    Show the first people, modules, events and documents that match `?q=`, of those that the user may see.

    `?mode=` asks for people with one of the actions alone; without a search, it shows the profiles opened last. In an
    assumed session the page has what the target may see, and no actions.
    """
    user, query = request.user, query_of(request)
    context: dict[str, Any] = {"query": query, "mode": "", "people": (), "found": ()}
    if user.sees_people:
        context["may"] = {
            "login_as": logs_in_as_somebody(user),
            "check_access": holds_anywhere(user, Right.CHECK_ACCESS),
        }
        context["mode"] = mode_of(request)
        context |= people_found(request, query, context["mode"])
    if query and not context["mode"]:
        context["found"] = list(items_found(user, query, may_author=not request.assumed_session))
    if context["found"]:
        context["people"] = list(context["people"])[:BESIDE_CONTENT]
    context["count"] = len(context["people"]) + sum(len(found.items) for found in context["found"])
    return render(request, "learning/search.html", context)


def mode_of(request) -> str:
    mode = request.GET.get("mode", "")
    return mode if mode in MODES and not request.assumed_session else ""


def people_found(request, query: str, mode: str) -> dict[str, Any]:
    """Return the people that the list of User Management shows for the query, and its address there."""
    asked = QueryDict(mutable=True)
    asked["q"] = query
    form = UserListForm(asked, actor=request.user, read_from=request.read_from)
    if query:
        return {"people": form.page(PEOPLE), "user_list_address": form.address()}
    if mode:
        opened = kept_place.read(request)["opened"]
        return {"people": opened_people(request.user, opened, using=request.read_from)}
    return {}
