"""The questions of the access check, and the page that puts each on record before it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.account_state import OtherAccount, other_accounts, state_of
from accounts.models.preferences import preferences_of
from learning.views import query_of

from . import access
from .asked import mark_as_asked, was_asked
from .origin import is_asked_on_our_page, is_fetched_in_advance

if TYPE_CHECKING:
    from accounts.authorization.requests import Request
    from accounts.models import User

VALUE_LENGTH = 200  # characters of one value in an address


@dataclass
class Asked:
    """
    One question about a user.

    user: the user it is about. actor: the user who asks. values: the values of the address that belong to the question.
    others: the other users that the answer is about.
    """

    request: Any
    user: User
    actor: User
    values: dict[str, str]
    others: list[User] = field(default_factory=list)

    def value(self, name: str) -> str:
        return self.values.get(name, "")

    @property
    def in_session(self) -> bool:
        return bool(self.request.assumed_session)

    @cached_property
    def other_accounts(self) -> list[OtherAccount]:
        """Return other accounts of the user that the actor may check."""
        return other_accounts(self.user, self.actor, in_session=self.in_session)


@dataclass(frozen=True, slots=True)
class Question:
    """
    A question that can be asked about a user.

    name: the last part of its address. label: its tab; "" if it has none. values: the names of its values in the
    address. answer: returns the context of its template, with "status" if the answer is not 200. needs: the values
    without which nothing is asked or recorded. form: returns the form of a page without an answer, with what was sent.
    settled: returns the values in the form that is recorded and stands in the address. others: returns the other users
    that the answer is about; their access is checked, too.
    """

    name: str
    label: str | Promise
    template: str
    values: tuple[str, ...]
    answer: Callable[[Asked], dict[str, Any]]
    needs: tuple[str, ...] = ()
    form: Callable[[Asked], dict[str, Any]] = field(default=lambda asked: {})
    settled: Callable[[Asked], dict[str, str]] = field(default=lambda asked: asked.values)
    others: Callable[[Asked], list[User]] = field(default=lambda asked: [])

    @property
    def takes_item(self) -> bool:
        return "item" in self.values

    def recorded(self, asked: Asked) -> dict[str, str]:
        """Return what the audit log keeps of the question."""
        kept = {"search" if name == "q" else name: value for name, value in asked.values.items() if value}
        if self.name:
            return {"question": self.name} | kept
        return {"item": asked.value("item")} if asked.value("item") else {"search": asked.value("q")}


def values_of(request: Request, question: Question) -> dict[str, str]:
    """Return the values that the address gives for a question, "" for those that are missing."""
    return {name: request.GET.get(name, "")[:VALUE_LENGTH] for name in question.values} | {"q": query_of(request)}


def page(
    request: Request, question: Question, user: User, *, actor: User, tabs: Iterable[Question] = ()
) -> HttpResponse:
    """
    Answer a question about a user, once it is on record; show a button if it came from outside of the platform.

    tabs: the questions that the page offers. Raise PermissionDenied, on record, if the actor may not ask about the user
    or about one of the others.
    """
    asked = Asked(request, user, actor, values_of(request, question))
    asked.values = question.settled(asked)
    is_from_here = is_asked_on_our_page(request)
    asked.others = others = question.others(asked)
    if refused := [each for each in [user, *others] if not access.may_check(actor, each)]:
        if is_from_here:
            access.record_refused_check(request, refused[0])
        raise PermissionDenied(_("You don't hold the right to check what this person can see."))
    context: dict[str, Any] = {"person": user, "question": question.name, "values": asked.values}
    context |= {"query": asked.value("q"), "name": asked.value("item"), "tabs": [each for each in tabs if each.label]}
    context["here"] = request.path.removesuffix(f"{question.name}/") if question.name else request.path

    def shown(more: dict[str, Any], status: int = 200) -> HttpResponse:
        return render(request, question.template, context | more, status=status)

    def unanswered(why: str, status: int = 200) -> HttpResponse:
        with preferences_of(actor):
            return shown({"unanswered": why} | question.form(asked), status)

    mark = request.GET.get("asked", "")
    if is_fetched_in_advance(request) or not (mark or is_from_here):
        return unanswered("not_asked")
    if not all(asked.value(name) for name in question.needs):
        return unanswered("incomplete")
    asked_about = urlencode([*asked.values.items(), *(("other", each.pk) for each in others)])
    signature = actor.pk, request.session.session_key or "", user.pk, question.name, asked_about
    if not mark:
        if not all(access.record_check(request, actor, each, question.recorded(asked)) for each in [user, *others]):
            return unanswered("too_many", status=429)
        address = asked.values | {"page": request.GET.get("page", "")[:10], "asked": mark_as_asked(signature)}
        return redirect(f"{request.path}?{urlencode({key: value for key, value in address.items() if value})}")
    if not was_asked(mark, signature):
        return unanswered("asked_before")
    # The answer is in the language of the actor, even if the page is in the language of the target.
    with preferences_of(actor):
        account = state_of(user, actor, in_session=asked.in_session)
        context |= {"account": account, "others": [(each, each.sentence()) for each in asked.other_accounts]}
        answer = question.answer(asked)
        return shown(answer, status=answer.pop("status", 200))
