"""Template filters of learning/."""

from typing import Any

from django import template

from learning import text
from learning.access_check.access import hidden_count, may_check

register = template.Library()
register.filter("markdown", text.markdown)


@register.filter
def hidden_from(actor: Any, person: Any) -> int:
    """Return how many items are hidden from the person; 0 if the actor may not check their access."""
    return hidden_count(actor, person) if may_check(actor, person) else 0
