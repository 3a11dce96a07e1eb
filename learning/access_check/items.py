"""The first question of the access check: which items a user sees, and why not this one."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from learning.models import Event, Module
from learning.results.actions import why_not_help_with_results
from learning.visibility.audience import explain
from learning.visibility.explanation import explain_registration, explain_submission
from learning.visibility.history import history_of_item

from . import access, other_account, said_once
from .answer import Facts, sentences
from .answer import draft as sentences_of_draft
from .former_titles import former_title
from .questions import Asked, Question

PER_PAGE = 24
OF_A_PLACE = ("registered", "waiting")  # told of an event that is hidden by now, too


def answer(asked: Asked) -> dict[str, Any]:
    if name := asked.value("item"):
        return explained(asked, name)
    return results(asked.request, asked.user, asked.actor, asked.value("q"))


def results(request: Any, user: User, actor: User, query: str) -> dict[str, Any]:
    """Return a page of the found items, those that the user can't see first, each with the rule that hides it."""
    items, count = access.found(user, actor, query)
    paginator = Paginator(items, PER_PAGE)
    paginator.count = count  # type: ignore[misc] # a cached property
    page = paginator.get_page(request.GET.get("page"))
    rows = [(row, access.failed_rule(row)) for row in page]
    return {"page": page, "rows": rows, "nothing": "" if rows else access.nothing_found(actor, query)}


def explained(asked: Asked, name: str) -> dict[str, Any]:
    """Return every rule of one item with its verdict; no item if the actor may not know of it."""
    user, actor = asked.user, asked.actor
    chosen = access.chosen(actor, name)
    if chosen is None:
        return draft(asked, name)
    kind, item = chosen
    verdicts = explain(user, item, actor)
    is_seen = all(verdict.passed for verdict in verdicts)
    # What isn't seen can neither be submitted nor registered for.
    submission = explain_submission(user, item) if isinstance(item, Module) and is_seen else None
    registration = explain_registration(user, item) if isinstance(item, Event) else None
    if registration and not is_seen and registration[0].name not in OF_A_PLACE:
        registration = None
    history = history_of_item(user, item)
    facts = Facts(user, actor, item, history, verdicts, submission, registration, timezone.now())
    address = access.edit_address(actor, kind, item)
    may_help = isinstance(item, Module) and why_not_help_with_results(actor, user) is None
    said = sentences(facts)
    return {
        "sentences": said,
        "former_title": former_title(item, actor),
        "item": item,
        "asks_for_item": True,
        "verdicts": said_once.rules(facts, said),
        "is_seen": is_seen,
        "submission": submission,
        "may_help": may_help,
        "registration": said_once.registration(registration or (), said),
        "may_edit": bool(address),
        "others": list(zip(asked.other_accounts, other_account.sentences(item, asked.other_accounts), strict=True)),
        # The admin site is closed during an assumed session.
        "edit_address": "" if asked.request.assumed_session else address,
    }


def draft(asked: Asked, name: str) -> dict[str, Any]:
    """Return the title of a draft, and nothing else of it, if the actor may know of it; else no item."""
    if (chosen := access.draft_known_by_title(asked.actor, name)) is None:
        return {"item": None, "asks_for_item": True, "status": 404}
    _kind, item = chosen
    said = sentences_of_draft(asked.user, asked.actor, item, timezone.now())
    return {"draft": item, "asks_for_item": True, "sentences": said}


def others(asked: Asked) -> list[User]:
    """Return the users of other accounts about which the answer says how they stand to the item."""
    return [each.user for each in asked.other_accounts] if asked.value("item") else []


QUESTION = Question("", _("What and why"), "learning/access.html", ("q", "item"), answer, others=others)
