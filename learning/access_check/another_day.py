"""The question what a user saw, or will see, on another day."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from django.utils.translation import gettext_lazy

from learning.visibility.audience import failed
from learning.visibility.history import History, history_of_everything, history_of_item

from . import access
from .questions import Asked, Question

PER_PAGE = 24
BEGINNING = ("accounts", "0016_history")  # the migration since when changes are kept


class DayForm(forms.Form):
    """A moment, in the time zone of the user who asks."""

    day = forms.DateTimeField(
        label=gettext_lazy("Day and time"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"],
    )


def form_for(asked: Asked) -> dict[str, Any]:
    """Return the form with the sent day, and the item that it asks about; None if the actor may not know of it."""
    chosen = access.chosen(asked.actor, asked.value("item")) if asked.value("item") else None
    return {"form": DayForm(initial={"day": asked.value("day") or timezone.localtime()}), "item": chosen and chosen[1]}


def answer(asked: Asked) -> dict[str, Any]:
    """Return what the user saw at the moment: of one item, or of all."""
    form = DayForm({"day": asked.value("day")})
    if not form.is_valid():
        return {"form": form, "status": 400}
    moment: datetime = form.cleaned_data["day"]
    context = {"form": form, "moment": moment, "is_past": moment < timezone.now()}
    context["is_before_history"] = moment < history_begins()
    if asked.value("item"):
        return context | of_item(asked, moment)
    history = history_of_everything(asked.user, moment)
    return context | of_everything(asked, history, moment)


def history_begins() -> datetime:
    """Return when this installation began to keep changes; what was so before that is not known for sure."""
    app, name = BEGINNING
    applied = MigrationRecorder.Migration.objects.filter(app=app, name=name)
    return applied.values_list("applied", flat=True).first() or timezone.now()


def of_item(asked: Asked, moment: datetime) -> dict[str, Any]:
    chosen = access.chosen(asked.actor, asked.value("item"))
    if chosen is None:
        return {"item": None, "asks_for_item": True, "status": 404}
    kind, item = chosen
    facts = history_of_item(asked.user, item).at(moment)
    hidden = failed(facts, facts.items[f"{kind}-{item.pk}"], moment)
    return {
        "item": item,
        "asks_for_item": True,
        "hidden_by": hidden,
        "was_there": item.created_at <= moment,
        "was_active": facts.person.is_active,
    }


def of_everything(asked: Asked, history: History, moment: datetime) -> dict[str, Any]:
    """Return what the user saw, by title, as far as the actor may know of it."""
    facts = history.at(moment)
    seen = [item for item in facts.items.values() if item.title and not failed(facts, item, moment)]
    titles = access.titles_then(asked.actor, [(facts.person, item) for item in seen])
    known = [replace(item, title=titles[item.name]) for item in seen if titles.get(item.name)]
    known.sort(key=lambda item: (item.title or "").casefold())
    page = Paginator(known, PER_PAGE).get_page(asked.request.GET.get("page"))
    return {"page": page, "was_active": facts.person.is_active, "unknown": len(seen) - len(known)}


QUESTION = Question(
    "day", gettext_lazy("On another day"), "learning/access_day.html", ("day", "item"), answer, ("day",), form_for
)
