"""The question what has changed for a user: all that appeared and all that vanished within a number of days."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from learning.visibility import since
from learning.visibility.audience import failed
from learning.visibility.facts import Facts
from learning.visibility.history import history_of_everything
from learning.visibility.turns import Turn, last_turn

from . import access
from .questions import Asked, Question

PER_PAGE = 24
DAYS, DAYS_AT_MOST = 14, 366


class DaysForm(forms.Form):
    days = forms.IntegerField(label=_("Within how many days"), min_value=1, max_value=DAYS_AT_MOST)


def form_for(asked: Asked) -> dict[str, Any]:
    return {"form": DaysForm(initial={"days": asked.value("days") or DAYS})}


def answer(asked: Asked) -> dict[str, Any]:
    """
    Return what appeared and what vanished, the latest first, each with its cause.

    The title of what vanished is that of its last moment, as far as the actor may know of it.
    """
    form = DaysForm({"days": asked.value("days")})
    if not form.is_valid():
        return {"form": form, "status": 400}
    now = timezone.now()
    begin = now - timedelta(days=form.cleaned_data["days"])
    history = history_of_everything(asked.user, begin)
    then = history.at(begin)
    turns = []
    for name, item in history.now.items.items():
        is_seen = not failed(history.now, item, now)
        if is_seen != (not failed(then, then.items[name], begin)) and (turn := last_turn(history, name, now, begin)):
            turns.append((name, turn))
    titles = access.titles_then(asked.actor, [(facts.person, facts.items[name]) for name, facts in shown_at(turns)])
    known = [(name, turn) for name, turn in turns if titles.get(name)]
    known.sort(key=lambda pair: pair[1].at, reverse=True)
    page = Paginator(known, PER_PAGE).get_page(asked.request.GET.get("page"))
    names = since.Names([turn for _name, turn in page], asked.actor)
    rows = [
        {
            "name": name,
            "title": titles[name],
            "appeared": turn.appeared,
            "sentence": since.sentence(turn, asked.user, names),
        }
        for name, turn in page
    ]
    return {"form": form, "page": page, "rows": rows, "begin": begin, "unknown": len(turns) - len(known)}


def shown_at(turns: list[tuple[str, Turn]]) -> list[tuple[str, Facts]]:
    """Return for each item the facts of the moment at which the user began or ceased to see it."""
    return [(name, turn.after if turn.appeared else turn.before) for name, turn in turns]


QUESTION = Question(
    "changes", _("What has changed"), "learning/access_changes.html", ("days",), answer, ("days",), form_for
)
