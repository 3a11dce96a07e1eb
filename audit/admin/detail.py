"""The detail of one event on its page: words, a table of what changed, and the record as it is stored."""

from __future__ import annotations

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from audit.changed_fields import changed_fields, in_words
from audit.models import AuditEvent, Part
from audit.reading import CODES, detail_in_words, said, stored

# What the table says already, and names of the database: the stored record has them.
NOT_IN_WORDS = {"before", "after", "model", "row", "table"}


def detail_shown(event: AuditEvent) -> str:
    """Return the detail as HTML; a word in its place if it was erased."""
    detail = said(event, Part.DETAIL)
    if detail is None:
        return _("erased")
    facts = {name: value for name, value in detail.items() if name not in NOT_IN_WORDS}
    if isinstance(asked := facts.get("asked"), dict):
        facts["asked"] = {name: asked[name] for name in ("number", "title") if name in asked}
    shown = {
        "facts": detail_in_words({name: value if name in CODES else in_words(value) for name, value in facts.items()}),
        "changes": changed_fields(event, detail),
        "stored": stored(event, Part.DETAIL),
    }
    return SafeString(render_to_string("admin/audit/auditevent/_detail.html", shown))
