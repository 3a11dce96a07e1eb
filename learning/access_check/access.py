"""The access check: what a user sees and what they don't, for somebody who holds the right to ask."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, Value, When
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import policy
from accounts.authorization.requests import lock_live, record_refusal
from accounts.models import Department
from accounts.policy import Refusal
from accounts.policy.rights import Right
from audit.kinds import Kind, Outcome
from audit.limits import record_within_limit
from learning.models import Document, Event, Item, Module
from learning.visibility.audience import SEEN, Rule, first_failed
from learning.visibility.knowledge import knows_all, paths_of_all, reads_content

from .former_titles import findable

if TYPE_CHECKING:
    from accounts.authorization.requests import Request
    from accounts.models import User
    from learning.visibility.facts import ItemFacts, PersonFacts

KINDS: dict[str, type[Item]] = {"module": Module, "event": Event, "document": Document}
LISTED = ("kind", "pk", "title", "about", "hidden_by")
CHECKS_A_MINUTE = 60


def may_check(actor: User, user: User) -> bool:
    """Return whether the actor holds the right to check access for the department of the user."""
    return policy.reaches(actor, Right.CHECK_ACCESS, user)


def checks_somebody(actor: User) -> bool:
    """Return whether the actor may check the access of anybody that they see."""
    return bool(paths_of_all(actor, Right.CHECK_ACCESS, Right.SEE_PEOPLE))


def found(user: User, actor: User, query: str) -> tuple[Any, int]:
    """
    Return the items that match by what they are or were called, those that the user can't see first, and their number.

    hidden_by: the number of the first failed rule among the rules of the kind; SEEN if none fails. about: the summary,
    "" for drafts that the actor knows by title alone.
    """
    known = {name: findable(model, actor, query).order_by() for name, model in KINDS.items()}
    kinds = [
        items.annotate(
            kind=Value(name, output_field=CharField()),
            about=summary_for(actor, KINDS[name]),
            hidden_by=first_failed(KINDS[name], user),
        )
        for name, items in known.items()
    ]
    return in_one(kinds, *LISTED).order_by("hidden_by", "title", "kind", "pk"), in_one([*known.values()], "pk").count()


def hidden_count(actor: User, user: User) -> int:
    """Return how many published items that the actor may know of are hidden from the user, in one query."""
    kinds = [
        findable(model, actor, "")
        .order_by()
        .filter(is_published=True)
        .annotate(hidden_by=first_failed(model, user))
        .exclude(hidden_by=SEEN)
        for model in KINDS.values()
    ]
    return in_one(kinds, "pk").count()


def summary_for(actor: User, model: type[Item]) -> Any:
    """Return an expression for the summary of an item that the actor found; "" for a draft unless they read content."""
    if reads_content(model, actor):
        return F("summary")
    return Case(When(is_published=True, then=F("summary")), default=Value(""), output_field=CharField())


def in_one(kinds: list[Any], *columns: str) -> Any:
    first, *others = (items.values_list(*columns, named=True) for items in kinds)
    return first.union(*others, all=True)


def failed_rule(row: Any) -> Rule | None:
    """Return the first rule that hides a row of `found`; None if the user sees it."""
    return None if row.hidden_by == SEEN else KINDS[row.kind].rules[row.hidden_by]


def chosen(actor: User, name: str) -> tuple[str, Item] | None:
    """Return the item that "module-12" names, with its kind; None if the actor may not know of it."""
    if (named := parsed(name)) is None:
        return None
    kind, number = named
    item = KINDS[kind].objects.known_to(actor).filter(pk=number).first()
    return (kind, item) if item else None


def draft_known_by_title(actor: User, name: str) -> tuple[str, Item] | None:
    """Return the draft that "module-12" names if the actor may know its title and nothing else, with its kind."""
    if (named := parsed(name)) is None:
        return None
    kind, number = named
    item = KINDS[kind].objects.known_by_title_to(actor).filter(pk=number).only("pk", "title", "created_at").first()
    return (kind, item) if item else None


def nothing_found(actor: User, query: str) -> str:
    """
    Return the sentence that nothing matches, and what was not searched.

    It depends on the rights of the actor and never on items that they may not know of: else words could be tried until
    the answer changes.
    """
    kinds = KINDS.values()
    if all(knows_all(model, actor, Right.CHECK_ACCESS, Right.KNOW_DRAFTS) for model in kinds):
        said = _("Nothing that is published matches “%(query)s”, and no draft has it in its title.")
    elif all(knows_all(model, actor, Right.CHECK_ACCESS) for model in kinds):
        said = _(
            "Nothing that is published matches “%(query)s”. "
            "Drafts were not searched: ask the people who write the content."
        )
    else:
        said = _(
            "Nothing that you may see matches “%(query)s”. "
            "Drafts, and what is for other departments, were not searched."
        )
    return said % {"query": query}


def titles_of(person: User, names: Iterable[str]) -> dict[str, str]:
    """
    Return the titles of the items that names such as "module-12" mean, by name, in two queries.

    The title is "" if the user may not know of the item, or if the name means nothing. A deleted item is absent.
    """
    wanted: dict[str, tuple[str, int] | None] = {name: parsed(name) for name in names}
    exist = {(row.kind, row.pk) for row in rows_of(wanted, lambda items: items.all())}
    known = {(row.kind, row.pk): row.title for row in rows_of(wanted, lambda items: items.known_to(person), "title")}
    return {name: known.get(item, "") if item else "" for name, item in wanted.items() if not item or item in exist}


def titles_in_log(reader: User, names: Iterable[str]) -> dict[str, str]:
    """
    Return titles as `titles_of`, for a reader of the whole audit log: of every published item, too.

    The log itself names the published items that people looked at. A draft stays unnamed unless the reader knows it.
    One query.
    """
    wanted: dict[str, tuple[str, int] | None] = {name: parsed(name) for name in names}

    def with_mark(items: Any) -> Any:
        known = items.known_to(reader).filter(pk=OuterRef("pk"))
        return items.annotate(is_named=Q(is_published=True) | Q(Exists(known)))

    found = {
        (row.kind, row.pk): row.title if row.is_named else "" for row in rows_of(wanted, with_mark, "title", "is_named")
    }
    return {name: found[item] if item else "" for name, item in wanted.items() if not item or item in found}


def rows_of(wanted: dict[str, tuple[str, int] | None], of: Callable[[Any], Any], *columns: str) -> Any:
    """Return the items that are wanted, of every kind in one query. of: restricts or annotates the items of a kind."""
    by_kind = {kind: [item[1] for item in wanted.values() if item and item[0] == kind] for kind in KINDS}
    items = [
        of(model.objects).filter(pk__in=by_kind[kind]).order_by().annotate(kind=Value(kind, CharField()))
        for kind, model in KINDS.items()
    ]
    return in_one(items, "kind", "pk", *columns)


def titles_then(actor: User, seen: Iterable[tuple[PersonFacts, ItemFacts]]) -> dict[str, str]:
    """
    Return the titles of items that a user saw on another day, by name, as far as the actor may know of them.

    seen: each item as it was, and the user as they were then. If the user belonged to a department then for which the
    actor may check access, the title is that of that day. Otherwise it is that of today, of items that the actor may
    know of now: who moved here from elsewhere brings nothing along that is meant for the people there.
    """
    seen = list(seen)
    paths = paths_of_all(actor, Right.CHECK_ACCESS)
    reached = reached_departments(paths, {pk for person, _item in seen for pk in person.departments})
    then = {
        item.name: item.title or ""
        for person, item in seen
        if "" in paths or not reached.isdisjoint(person.departments)
    }
    others = [item.name for _person, item in seen if item.name not in then]
    return then | (titles_of(actor, others) if others else {})


def reached_departments(paths: list[str], numbers: set[int]) -> set[int]:
    """Return which of these departments are at or below one of the tree paths."""
    if "" in paths or not paths:
        return set()
    rows = Department.objects.filter(pk__in=numbers).order_by().values_list("pk", "path")
    return {pk for pk, path in rows if path.startswith(tuple(paths))}


def parsed(name: str) -> tuple[str, int] | None:
    """Return the kind and the primary key that "module-12" names; None if it names nothing."""
    kind, _dash, number = name.partition("-")
    return (kind, int(number)) if kind in KINDS and number.isdecimal() and len(number) <= 15 else None


def may_edit(actor: User, kind: str) -> bool:
    """Return whether the actor may edit the items of a kind in the admin site."""
    return actor.is_staff and policy.holds(actor, f"learning.change_{kind}")


def edit_address(actor: User, kind: str, item: Item) -> str:
    """Return the address at which the actor may edit the item; "" if they may not."""
    return reverse(f"admin:learning_{kind}_change", args=[item.pk]) if may_edit(actor, kind) else ""


def record_check(request: Request, actor: User, user: User, asked: dict[str, str]) -> bool:
    """
    Record that a user's access is checked, before the answer is shown; no answer is shown if that fails.

    Return whether this question was recorded. Above the limit per minute only a summary is recorded, without an answer.
    """
    return record_within_limit(
        Kind.ACCESS_CHECKED,
        what="access checks",
        by=actor.pk,
        most=CHECKS_A_MINUTE,
        summary_outcome=Outcome.REFUSED,
        target=user.as_person(),
        detail=asked,
        lock=partial(lock_live, request),
    )


def record_refused_check(request: Request, user: User) -> None:
    """Record a refused check."""
    record_refusal(request, Kind.ACCESS_CHECKED, Refusal.NO_RIGHT, what="refused access checks", target=user)
