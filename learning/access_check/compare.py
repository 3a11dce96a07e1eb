"""A question of the access check: which items one user sees and another doesn't, and why."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.db.models import CharField, Count, Q, QuerySet, Value
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from learning.visibility.audience import SEEN, first_failed
from learning.visibility.differences import Difference, explained

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
    user, query = asked.user, asked.value("q")
    tally = counts(user, other, asked.actor, query)
    paginator = Paginator(differing(user, other, asked.actor, query), PER_PAGE)
    paginator.count = tally["one"]  # type: ignore[misc] # a cached property
    page = paginator.get_page(asked.request.GET.get("page"))
    rows = [
        Difference(row.kind, row.pk, row.title, (row.hidden_from_user, row.hidden_from_other)) for row in list(page)
    ]
    return {
        "other": other,
        "typed": other.email,
        "page": page,
        "rows": explained(rows, (user, other), asked.actor, KINDS),
        "both": tally["both"],
        "neither": tally["neither"],
    }


def compared(user: User, other: User, actor: User, query: str) -> Iterable[tuple[str, QuerySet]]:
    """Yield each kind with the items that the actor may know of, with the first rule that hides them from each user."""
    for kind, model in KINDS.items():
        items = model.objects.known_to(actor).matching(query).order_by()
        yield (
            kind,
            items.annotate(
                kind=Value(kind, output_field=CharField()),
                hidden_from_user=first_failed(model, user),
                hidden_from_other=first_failed(model, other),
            ),
        )


BOTH = Q(hidden_from_user=SEEN) & Q(hidden_from_other=SEEN)
ONE = Q(hidden_from_user=SEEN) ^ Q(hidden_from_other=SEEN)
NEITHER = ~Q(hidden_from_user=SEEN) & ~Q(hidden_from_other=SEEN)


def differing(user: User, other: User, actor: User, query: str) -> Any:
    """Return the items that exactly one of the two users sees, by title."""
    kinds = [items.filter(ONE) for _kind, items in compared(user, other, actor, query)]
    found = in_one(kinds, "kind", "pk", "title", "hidden_from_user", "hidden_from_other")
    return found.order_by("title", "kind", "pk")


def counts(user: User, other: User, actor: User, query: str) -> dict[str, int]:
    """Return how many items both users see, exactly one of them, and neither."""
    parts = {"both": BOTH, "one": ONE, "neither": NEITHER}
    tallies = [
        items.values("kind").annotate(**{name: Count("pk", filter=part) for name, part in parts.items()})
        for _kind, items in compared(user, other, actor, query)
    ]
    rows = list(in_one(tallies, *parts))
    return {name: sum(getattr(row, name) for row in rows) for name in parts}


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


def blank(asked: Asked) -> dict[str, Any]:
    """Return the form, with the users that the sent text may mean. Nothing is answered, and nothing recorded."""
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
    blank=blank,
    settled=settled,
    others=others,
)
