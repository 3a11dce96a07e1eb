"""Template filters of learning/."""

from collections.abc import Iterable, Iterator
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst

from learning import text
from learning.access_check.access import hidden_count, may_check

register = template.Library()
register.filter("markdown", text.markdown)


@register.filter
def hidden_from(actor: Any, person: Any) -> int:
    """Return how many items are hidden from the person; 0 if the actor may not check their access."""
    return hidden_count(actor, person) if may_check(actor, person) else 0


@register.filter
def labelled(cells: Iterable[SafeString], headers: Iterable[dict[str, Any]]) -> Iterator[SafeString]:
    """Yield the cells of a row of the admin's list, each with the name of its column, which a card shows."""
    for cell, header in zip(cells, headers, strict=True):
        is_value = cell.startswith('<td class="field-')
        label = format_html('<td data-label="{}"', capfirst(str(header["text"]))) if is_value else ""
        yield mark_safe(label + cell.removeprefix("<td")) if label else cell  # noqa: S308 (both are escaped)
