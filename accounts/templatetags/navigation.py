"""
The mark of the section that a page belongs to, for the navigation of every page.

    <a href="{% url 'user_list' %}"{% current "user_list" %}>

The first part of a page's address is its section; a few pages belong to another one. Nothing is queried.
"""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

# First part of the address of a page, and the entry of the navigation.
SECTIONS = {
    "": "dashboard",
    "admin": "admin:index",
    "assumed-session": "dashboard",
    "documents": "document_list",
    "events": "event_list",
    "first-steps": "first_steps",
    "modules": "module_list",
    "organisation": "organisation",
    "permissions": "permission_type_list",
    "places": "admin:index",
    "settings": "organisation_settings",
    "team": "team",
    "users": "user_list",
    "waiting": "admin:index",
}
# Pages whose address belongs to another section than their path of links.
ELSEWHERE = {"event_places": "admin:index", "module_people": "team", "place_give": "admin:index"}
AUDIT_LOG = "admin:audit_auditevent_changelist"


def section_of(view_name: str, route: str) -> str:
    """Return the section's entry for a page, by the name and the route of its view; "" if it has none."""
    if view_name.startswith("admin:audit_"):
        return AUDIT_LOG
    return ELSEWHERE.get(view_name) or SECTIONS.get(route.partition("/")[0], "")


@register.simple_tag(takes_context=True)
def current(context: Any, *entries: str) -> SafeString | str:
    """Return aria-current for the first of the entries: "page" on its page, "true" on another page of its section."""
    match = context["request"].resolver_match
    if not match:
        return ""
    if match.view_name == entries[0]:
        return mark_safe(' aria-current="page"')
    return mark_safe(' aria-current="true"') if section_of(match.view_name, match.route) in entries else ""
