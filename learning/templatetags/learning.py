"""Template filters of learning/."""

from django import template

from learning import text
from learning.visibility import access

register = template.Library()
register.filter("markdown", text.markdown)


@register.filter
def may_check_access(actor, person):
    """Whether the actor may ask what the person sees."""
    return access.may_check(actor, person)
