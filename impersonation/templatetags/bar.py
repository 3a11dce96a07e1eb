"""
Sentences of the bar, which stands on every page of an assumed session: cheaper than `blocktranslate`.

    {% translate "You're in {name}'s account." as said %}{% filled_in said name=request.user.name %}
"""

from typing import Any

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
SHOWN_AS = {"minutes": "<span data-minutes>%s</span>"}  # account_now.js counts them down


@register.simple_tag
def filled_in(sentence: str, **names: Any) -> SafeString:
    """Return a translated sentence of a template with its {names} filled in, escaped and isolated."""
    for name, value in names.items():
        sentence = sentence.replace(f"{{{name}}}", SHOWN_AS.get(name, "<bdi>%s</bdi>") % escape(value))
    return mark_safe(sentence)  # noqa: S308 (the sentence is part of a template, and the values are escaped)
