"""The question what a user would see with another department, job profile or setting of an item; nothing is stored."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import JobProfile, User
from accounts.users.fields import RowField, departments_seen
from learning.visibility.audience import failed
from learning.visibility.facts import Facts, ItemFacts, PersonFacts
from learning.visibility.history import History, facts_of_everything, history_of_item

from . import access
from .questions import Asked, Question

PER_PAGE = 24


class WhatIfForm(forms.Form):
    """
    Suppositions about a user, and about an item if there is one.

    actor: the user who asks. Departments are offered as User Management offers them.
    """

    fields: dict[str, Any]

    department = RowField(label=_("Department"))
    job_profile = forms.ModelChoiceField(
        JobProfile.objects.all(), label=_("Job profile"), required=False, empty_label=_("As it is")
    )
    add_department = RowField(label=_("Its audience also names the department"))
    add_job_profile = forms.ModelChoiceField(
        JobProfile.objects.all(),
        label=_("Its audience also names the job profile"), required=False, empty_label=_("Nothing more"),
    )  # fmt: skip
    publish = forms.BooleanField(label=_("It is published, not a draft"), required=False)
    any_time = forms.BooleanField(label=_("Its publication has no beginning and no end"), required=False)
    include = forms.BooleanField(label=_("The person is not excluded"), required=False)

    def __init__(self, data: dict[str, Any], *, actor: User):
        super().__init__(data)
        offered = list(departments_seen(actor))
        for name, empty in (("department", _("As it is")), ("add_department", _("Nothing more"))):
            self.fields[name].offer(offered)
            self.fields[name].widget.choices[0] = ("", empty)


def form_for(asked: Asked) -> dict[str, Any]:
    return {"form": WhatIfForm(asked.values, actor=asked.actor)} | item_of(asked)


def item_of(asked: Asked) -> dict[str, Any]:
    """Return the item that the question names, for the template; None if the actor may not know of it."""
    if not asked.value("item"):
        return {}
    chosen = access.chosen(asked.actor, asked.value("item"))
    if chosen is None:
        return {"item": None, "asks_for_item": True, "status": 404}
    return {"item": chosen[1], "asks_for_item": True}


def answer(asked: Asked) -> dict[str, Any]:
    """Return whether the user would see the item; without an item, all that would appear and all that would vanish."""
    form = WhatIfForm(asked.values, actor=asked.actor)
    context = {"form": form} | item_of(asked)
    if not form.is_valid():
        return context | {"status": 400}
    if context.get("asks_for_item") and context["item"] is None:
        return context
    supposed = form.cleaned_data
    places = [supposed[name].pk for name in ("department", "add_department") if supposed[name]]
    profiles = [supposed[name].pk for name in ("job_profile", "add_job_profile") if supposed[name]]
    if item := context.get("item"):
        facts = history_of_item(asked.user, item, departments=places, profiles=profiles)
        return context | of_item(facts, f"{item._meta.model_name}-{item.pk}", supposed)
    facts = facts_of_everything(asked.user, departments=places, profiles=profiles)
    return context | of_everything(asked, facts, supposed)


def supposed_person(history: History, supposed: dict[str, Any]) -> PersonFacts:
    person = history.now.person
    if department := supposed["department"]:
        person = replace(person, departments=history.places.line(department.pk))
    if profile := supposed["job_profile"]:
        person = replace(person, job_profile=profile.pk)
    return person


def supposed_item(item: ItemFacts, supposed: dict[str, Any]) -> ItemFacts:
    """Return the item with the supposed settings."""
    added = [f"department-{supposed['add_department'].pk}"] if supposed["add_department"] else []
    added += [f"job_profile-{supposed['add_job_profile'].pk}"] if supposed["add_job_profile"] else []
    item = replace(item, audience=item.audience | set(added))
    if supposed["publish"]:
        item = replace(item, is_published=True)
    if supposed["any_time"]:
        item = replace(item, published_from=None, published_until=None)
    return replace(item, exclusions=frozenset()) if supposed["include"] else item


def of_item(history: History, name: str, supposed: dict[str, Any]) -> dict[str, Any]:
    now = timezone.now()
    item = supposed_item(history.now.items[name], supposed)
    facts = Facts(supposed_person(history, supposed), {**history.now.items, name: item})
    return {
        "hidden_by": failed(facts, item, now),
        "is_hidden_now": bool(failed(history.now, history.now.items[name], now)),
    }


def of_everything(asked: Asked, history: History, supposed: dict[str, Any]) -> dict[str, Any]:
    """Return what would appear and what would vanish, as far as the actor may know of it."""
    now = timezone.now()
    facts = Facts(supposed_person(history, supposed), history.now.items)
    differing = {}
    for name, item in history.now.items.items():
        would_see = not failed(facts, item, now)
        if would_see == bool(failed(history.now, item, now)):
            differing[name] = would_see
    titles = access.titles_of(asked.actor, differing) if differing else {}
    rows: list[dict[str, Any]] = [
        {"name": name, "kind": name.partition("-")[0], "title": title, "appears": differing[name]}
        for name, title in titles.items()
        if title
    ]
    rows.sort(key=lambda row: (not row["appears"], row["title"].casefold()))
    page = Paginator(rows, PER_PAGE).get_page(asked.request.GET.get("page"))
    appearing = sum(row["appears"] for row in rows)
    return {
        "page": page,
        "appearing": appearing,
        "vanishing": len(rows) - appearing,
        "unknown": len(differing) - len(rows),
    }


QUESTION = Question(
    "what-if",
    _("What if"),
    "learning/access_what_if.html",
    ("item", *WhatIfForm.base_fields, "if"),
    answer,
    ("if",),
    form_for,
)
