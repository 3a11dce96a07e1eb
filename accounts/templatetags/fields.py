"""
What the partial of a field needs.

    {% for choice in field %}{{ choice|control }}{% endfor %}
"""

from __future__ import annotations

from django import template
from django.forms.boundfield import BoundWidget
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def control(choice: BoundWidget) -> SafeString:
    """Return the control of one choice. It is not marked as invalid, because the error belongs to the group."""
    choice.data["attrs"].pop("aria-invalid", None)
    return choice.tag()
