"""A question of the access check: which items one user sees and another doesn't, and why."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.db.models import CharField, QuerySet, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from learning.visibility.audience import RULES_BY_KIND, SEEN, failed
from learning.visibility.differences import Difference, explained
from learning.visibility.facts import Facts
from learning.visibility.history import facts_of_everything

from .access import KINDS, in_one
from .questions import Asked, Question

if TYPE_CHECKING:
    from collections.abc import Iterable

PER_PAGE = 10
CANDIDATES = 10
# The form of `with` in the address. An id alone could be the HR identifier of another person, too.
SETTLED = re.compile(r"person-([0-9]{1,18})")


def answer(asked: Asked) -> dict[str, Any]:
    (other,) = asked.others
    users = asked.user, other
    one, both, neither = compared(users, asked.actor, asked.value("q"))
    page = Paginator(one, PER_PAGE).get_page(asked.request.GET.get("page"))
    return {
        "other": other,
        "typed": other.email,
        "page": page,
        "rows": explained(list(page), users, asked.actor, KINDS),
        "both": both,
        "neither": neither,
    }


def compared(users: tuple[User, User], actor: User, query: str) -> tuple[list[Difference], int, int]:
    """
    Return the items that exactly one of the two users sees, by title, and how many both see, and neither.

    Only items count that match the query and that the actor may know of.
    """
    now = timezone.now()
    facts = [facts_of_everything(user).now for user in users]
    one, both, neither = [], 0, 0
    for row in known(actor, query):
        name = f"{row.kind}-{row.pk}"
        if not all(name in each.items for each in facts):
            continue  # created in this moment
        hidden = [first_hiding(each, name, now) for each in facts]
        match hidden.count(SEEN):
            case 2:
                both += 1
            case 1:
                one.append(Difference(row.kind, row.pk, row.title, (hidden[0], hidden[1])))
            case _:
                neither += 1
    return sorted(one, key=lambda each: (each.title, each.kind, each.pk)), both, neither


def known(actor: User, query: str) -> Iterable[Any]:
    """Return kind, key and title of the matching items that the actor may know of, in one query."""
    kinds = [
        model.objects.known_to(actor).matching(query).order_by().annotate(kind=Value(kind, CharField()))
        for kind, model in KINDS.items()
    ]
    found: Iterable[Any] = in_one(kinds, "kind", "pk", "title")
    return found


def first_hiding(facts: Facts, name: str, now: datetime) -> int:
    """Return the number of the first rule that hides an item; SEEN if none does."""
    hiding = failed(facts, facts.items[name], now)
    return RULES_BY_KIND[facts.items[name].kind].index(hiding[0]) if hiding else SEEN


def candidates(asked: Asked, text: str) -> QuerySet[User]:
    """Return the users that the text names, among those that the actor may see."""
    visible = User.objects.visible_to(asked.actor)
    settled = SETTLED.fullmatch(text)
    return visible.filter(pk=int(settled[1])) if settled else visible.named_exactly(text)


def settled(asked: Asked) -> dict[str, str]:
    """Return the values with the other user by id; "" if the text names nobody, several users, or the same user."""
    named = list(candidates(asked, asked.value("with")).values_list("pk", flat=True)[:2])
    is_clear = len(named) == 1 and named != [asked.user.pk]
    return asked.values | {"with": f"person-{named[0]}" if is_clear else ""}


def others(asked: Asked) -> list[User]:
    if not (named := SETTLED.fullmatch(asked.value("with"))):
        return []
    visible = User.objects.visible_to(asked.actor).with_standing().select_related("department", "job_profile")
    return list(visible.filter(pk=int(named[1])))


def form(asked: Asked) -> dict[str, Any]:
    """Return the form, with the users that the sent text may mean. Nothing is answered, and nothing recorded."""
    if asked.others:
        return {"typed": asked.others[0].email}
    typed = asked.request.GET.get("with", "")[:200]
    found = list(candidates(asked, typed).select_related("department")[:CANDIDATES]) if typed else []
    return {
        "typed": typed,
        "is_same": found == [asked.user],
        "candidates": [each for each in found if each != asked.user],
    }


QUESTION = Question(
    "compare",
    _("Compare"),
    "learning/access_compare.html",
    ("with", "q"),
    answer,
    needs=("with",),
    form=form,
    settled=settled,
    others=others,
)
