"""What a search for modules, events and documents finds: for learners what they see, for authors what they edit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models.folding import folded, has_words, plain, readings_of
from audit.statements import Statement

from .access_check.access import edit_address, may_edit
from .models import Document, Event, Item, Module
from .visibility.compiled import NOW, LearnerStatement

if TYPE_CHECKING:
    from accounts.models import User

SHOWN = 5  # of each kind


class Kind:
    """
    A kind of item, with its queries; they read no more than the search and its results need.

    name: as in addresses. label: its heading.
    """

    def __init__(self, model: type[Item], label: str | Promise, *columns: str):
        self.name, self.label = str(model._meta.model_name), label
        items: Any = model.objects.only("title", "summary", "is_published", *columns).order_by()
        self.all = Statement(lambda: items)
        self.seen = LearnerStatement(lambda user: items.visible_to(user, NOW))


KINDS = (
    Kind(Module, _("Modules")),
    Kind(Event, _("Events"), "starts_at"),
    Kind(Document, _("Documents"), "filename"),
)


@dataclass(frozen=True, slots=True)
class Found:
    """
    The best results of one kind, each with the `address` to which it leads.

    is_edited: whether these are the forms of authors. has_more: whether there are other results.
    """

    kind: Kind
    items: list[Any]
    is_edited: bool
    has_more: bool


def items_found(user: User, query: str, *, may_author: bool) -> Iterator[Found]:
    """
    Yield the kinds of which something matches every word of the query, in one query for each kind.

    A user who edits a kind finds all items of it, drafts too; others find what `visible_to` lets them see.
    may_author: whether the forms of authors are open; in an assumed session they are not.
    """
    for kind in KINDS:
        is_edited = may_author and may_edit(user, kind.name)
        items = matching(kind.all.objects() if is_edited else kind.seen.objects(user), query)
        for item in items[:SHOWN]:
            item.address = edit_address(user, kind.name, item) if is_edited else item.get_absolute_url()
        if items:
            yield Found(kind, items[:SHOWN], is_edited, len(items) > SHOWN)


def matching(items: list[Any], query: str) -> list[Any]:
    """Return the items that contain every word of the query as `matching` of the lists does; titles come first."""
    words = readings_of(query)
    if not words:
        return []
    ranked = []
    for item in items:
        title = folded(item.title)
        if has_words(title, words):
            ranked.append((0, plain(item.title), item.pk, item))
        elif item.summary and has_words(f"{title} {folded(item.summary)}", words):
            ranked.append((1, plain(item.title), item.pk, item))
    return [item for *_rank, item in sorted(ranked, key=lambda each: each[:3])]
