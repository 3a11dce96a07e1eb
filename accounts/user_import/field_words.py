"""Fields of a user in words, on the pages of an import."""

from __future__ import annotations

from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.models.preferences import offered_languages


def label(field: str) -> str:
    """Return the name of a field on pages; other texts stay."""
    fields: Any = User._meta
    names = {each.name for each in fields.concrete_fields}
    return str(capfirst(fields.get_field(field).verbose_name)) if field in names else field


def in_words(field: str, value: Any) -> str:
    """Return a value of a field as people write it; a dash for none."""
    if value in (None, ""):
        return "–"
    if field == "is_active":
        return _("yes") if value else _("no")
    return dict(offered_languages()).get(value, str(value)) if field == "language" else str(value)
