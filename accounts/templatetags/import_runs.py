"""The list of the last imports, as a tag."""

from __future__ import annotations

from typing import Any

from django import template

from accounts.user_import.runs.listing import last_runs

register = template.Library()


@register.inclusion_tag("accounts/_import_runs.html")
def import_runs() -> dict[str, Any]:
    return last_runs()
