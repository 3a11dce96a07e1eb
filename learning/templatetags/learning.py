"""What the templates of learning/ need beyond Django's own filters."""

from django import template

from learning import access, text

register = template.Library()
register.filter("markdown", text.markdown)


@register.filter
def may_check_access(actor, person):
    """Whether the actor may ask what the person sees."""
    return access.may_check(actor, person)
