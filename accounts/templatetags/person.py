"""
The tabs of the pages about one person.

    {% person_tabs person as tabs %}
"""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse

from accounts.models import User
from accounts.users.tabs import tabs_for

register = template.Library()


@register.simple_tag(takes_context=True)
def person_tabs(context: Any, person: User) -> list[dict[str, Any]]:
    """Return the tabs that the reader may open; none in an assumed session, in which all but the first are closed."""
    request = context["request"]
    if request.assumed_session:
        return []
    here = request.resolver_match.view_name if request.resolver_match else ""
    return [
        {"address": reverse(tab.view, args=[person.pk]), "label": tab.label, "is_current": tab.view == here}
        for tab in tabs_for(request.user, person)
    ]
