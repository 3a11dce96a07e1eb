"""Former titles: an item is found by the title that people remember, too."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db.models import BigAutoField, Case, F, OuterRef, QuerySet, Subquery, TextField, Value, When
from django.db.models.functions import Coalesce

from accounts.models import FieldChange, User
from accounts.models.folding import folded, has_words, readings_of
from audit.statements import Parameter, Statement
from learning.visibility.knowledge import reads_content

YES, NO = Value("yes", TextField()), Value("no", TextField())


def renamed(model: Any, *, reads_all: bool) -> QuerySet[FieldChange]:
    """
    Return the changes of titles of this kind of item whose former title an actor may know, by `change_of_title`.

    reads_all: whether the actor writes or reviews content. A title that only a draft had may be a secret, so it counts
    for them alone.
    """
    kind = model._meta.model_name
    changes = FieldChange.objects.filter(kind=kind, field="title", before__isnull=False)
    if reads_all:
        return changes
    published = FieldChange.objects.filter(kind=kind, number=OuterRef("number"), field="is_published")
    # One save may rename an item and publish it: both changes have the same time, and the title was a draft's.
    until_then = published.filter(at__lt=OuterRef("at")).order_by("-at", "-pk")
    from_then = published.filter(at__gte=OuterRef("at")).order_by("at", "pk")
    item = model._default_manager.filter(pk=OuterRef("number")).order_by()
    now = item.values(text=Case(When(is_published=True, then=YES), default=NO))
    was_published = Coalesce(
        Subquery(until_then.values(text=Coalesce(F("after"), NO))[:1]),
        Subquery(from_then.values(text=Coalesce(F("before"), NO))[:1]),
        Subquery(now[:1]),
    )
    return changes.alias(was_published=was_published).filter(was_published="yes")


def findable(model: Any, actor: User, text: str) -> Any:
    """Return the items that the actor finds with a search, by what they are called now or by a former title."""
    found = model.objects.findable_by(actor, text)
    words = readings_of(text)
    if not words:
        return found
    former = renamed(model, reads_all=reads_content(model, actor)).order_by().values_list("number", "before")
    numbers = {number for number, title in former if has_words(folded(title or ""), words)}
    return found | model.objects.findable_by(actor, "").filter(pk__in=numbers)


def former_title(item: Any, actor: User) -> str:
    """Return the latest former title of the item that the actor may know; "" if there is none."""
    model: Any = type(item)
    rows = latest_title(model, reads_content(model, actor)).rows(item=item.pk)
    return rows[0][0] if rows else ""


@cache
def latest_title(model: Any, reads_all: bool) -> Statement:
    """Return the query for the latest former title of an item. reads_all: whether the actor reads its content."""

    def build() -> Any:
        changes = renamed(model, reads_all=reads_all).filter(number=Parameter("item", BigAutoField()))
        return changes.order_by("-at", "-pk").values_list("before")[:1]

    return Statement(build)
