"""The front door of the access check: a person and an item in words, which lead to the page that answers."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import CharField, Value
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts import policy
from accounts.authorization.decorators import administration
from accounts.models import User
from accounts.policy.rights import Right

from . import access
from .former_titles import findable

MOST = 10
LENGTH = 200  # characters of a search


@require_safe
@administration
def why(request):
    """
    Lead to the answer about the person and the item that the words mean, or ask which of several.

    Nothing is answered here, so nothing is recorded: the page of the answer records the question.
    """
    actor = request.user
    if not access.checks_somebody(actor):
        raise Http404
    words = {name: text_of(request, name) for name in ("person", "item")}
    people, items = people_named(actor, request, words["person"]), items_named(actor, request, words["item"])
    if len(people) == 1 and (len(items) == 1 or not words["item"]):
        asked = {"item": f"{items[0].kind}-{items[0].pk}"} if items else {}
        address = reverse("user_access", args=[people[0].pk])
        return redirect(f"{address}?{urlencode(asked)}" if asked else address)
    context = {
        "person_asked": words["person"],
        "item_asked": words["item"],
        "people": people[:MOST],
        "more_people": len(people) > MOST,
        "items": items[:MOST],
        "more_items": len(items) > MOST,
        "nothing": access.nothing_found(actor, words["item"]),
    }
    return render(request, "learning/why.html", context)


def text_of(request, name: str) -> str:
    return request.GET.get(name, "").replace("\0", "").strip()[:LENGTH]


def people_named(actor: User, request, words: str) -> list[User]:
    """Return the users whose access the actor may check: the chosen one, or the first that match, and one more."""
    users: Any = User.objects.visible_to(actor).filter(policy.in_scope(actor, Right.CHECK_ACCESS))
    users = users.select_related("department").order_by("first_name", "last_name", "pk")
    chosen = request.GET.get("of", "")
    if chosen.isdecimal() and chosen.isascii():
        return list(users.filter(pk=int(chosen[:18])))
    return list(users.matching(words)[: MOST + 1]) if words else []


def items_named(actor: User, request, words: str) -> list[Any]:
    """Return the items that the actor may know of: the chosen one, or the first that match, and one more."""
    if not words:
        return []
    chosen = access.parsed(request.GET.get("about", ""))
    kinds = []
    for name, model in access.KINDS.items():
        items = findable(model, actor, words).order_by().annotate(kind=Value(name, CharField()))
        if chosen:
            items = items.filter(pk=chosen[1]) if name == chosen[0] else items.none()
        kinds.append(items)
    return list(access.in_one(kinds, "kind", "pk", "title").order_by("title", "kind", "pk")[: MOST + 1])
