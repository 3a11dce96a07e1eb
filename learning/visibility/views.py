"""The access check. It is asked by GET, because nothing of the user changes; each question is recorded once."""

import logging
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.authorization.decorators import records_on_get
from accounts.authorization.lookup import get_visible_user_or_404
from accounts.models.preferences import preferences_of
from learning.models import Event, Module
from learning.views import query_of

from . import access
from .asked import mark_as_asked, was_asked
from .audience import explain
from .explanation import explain_registration, explain_submission
from .origin import is_asked_on_our_page, is_fetched_in_advance

PER_PAGE = 24
logger = logging.getLogger(__name__)


@require_safe
@records_on_get
def user_access(request, pk):
    """Show what a user sees and what they don't, from User Management."""
    try:
        user = get_visible_user_or_404(request.user, pk)
    except Http404:
        logger.warning("Access of person %s asked for by person %s, who may not see them", pk, request.user.pk)
        raise
    return access_page(request, user, actor=request.user)


@require_safe
@records_on_get
def assumed_session_access(request):
    """Show the same in an assumed session: about the target, by the rights of the actor."""
    if not request.assumed_session:
        raise Http404
    return access_page(request, request.user, actor=request.actor)


def access_page(request, user, *, actor):
    is_asked = is_asked_on_our_page(request)
    if not access.may_check(actor, user):
        if is_asked:
            access.record_refused_check(request, user)
        raise PermissionDenied(_("You don't hold the right to check what this person can see."))
    query, name = query_of(request), request.GET.get("item", "")[:40]
    context = {"person": user, "query": query, "name": name}
    question = actor.pk, request.session.session_key, user.pk, query, name
    mark = request.GET.get("asked", "")
    if is_fetched_in_advance(request) or not (mark or is_asked):
        return render(request, "learning/access.html", context | {"unanswered": "not_asked"})
    if not mark:
        if not access.record_check(request, actor, user, {"item": name} if name else {"search": query}):
            return render(request, "learning/access.html", context | {"unanswered": "too_many"}, status=429)
        shown = {"q": query, "item": name, "page": request.GET.get("page", "")[:10], "asked": mark_as_asked(question)}
        return redirect(f"{request.path}?{urlencode({key: value for key, value in shown.items() if value})}")
    if not was_asked(mark, question):
        return render(request, "learning/access.html", context | {"unanswered": "asked_before"})
    # The answer is in the language of the actor, even if the page is in the language of the target.
    with preferences_of(actor):
        context |= answer(request, user, actor, name) if name else results(request, user, actor, query)
        status = 404 if name and context["item"] is None else 200
        return render(request, "learning/access.html", context, status=status)


def results(request, user, actor, query):
    """Return a page of the found items, those that the user can't see first, each with the rule that hides it."""
    items, count = access.found(user, actor, query)
    paginator = Paginator(items, PER_PAGE)
    paginator.count = count
    page = paginator.get_page(request.GET.get("page"))
    return {"page": page, "rows": [(row, access.failed_rule(row)) for row in page]}


def answer(request, user, actor, name):
    """Return every rule of one item with its verdict; None for an item that the actor may not know of."""
    chosen = access.chosen(actor, name)
    if chosen is None:
        return {"item": None, "asks_for_item": True}
    kind, item = chosen
    verdicts = explain(user, item, actor)
    return {
        "item": item,
        "asks_for_item": True,
        "kind": item._meta.verbose_name,
        "verdicts": sorted(verdicts, key=lambda verdict: verdict.passed),
        "is_seen": all(verdict.passed for verdict in verdicts),
        "submission": explain_submission(user, item) if isinstance(item, Module) else None,
        "registration": explain_registration(user, item) if isinstance(item, Event) else None,
        "may_edit": bool(address := access.edit_address(actor, kind, item)),
        # The admin site is closed during an assumed session.
        "edit_address": "" if request.assumed_session else address,
    }
