"""What an event says, as people read it; whatever strangers wrote is shown so that it can't deceive."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

from django.utils.translation import gettext as _

from .kinds import Kind, Outcome
from .models import AuditEvent, AuditText, Part


def visible(content: Any) -> Any:
    """The same, with every sign that can't be seen, or that turns the direction of writing, spelled out."""
    if isinstance(content, str):
        return "".join(spelled(sign) for sign in content) if not content.isprintable() else content
    if isinstance(content, dict):
        return {visible(key): visible(value) for key, value in content.items()}
    if isinstance(content, list):
        return [visible(value) for value in content]
    return content


def spelled(sign: str) -> str:
    if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
        return sign
    return sign.encode("ascii", "backslashreplace").decode() if ord(sign) > 127 else f"\\x{ord(sign):02x}"


def said(event: AuditEvent, part: Part) -> dict | None:
    """What a part of the event says: {} where it never said anything, None where that was erased."""
    if event.commitment(part) is None:
        return {}
    for text in event.texts.all():
        if text.part == part:
            return content(text)
    return None


def content(text: AuditText) -> dict:
    """Return what a text says; one that was altered may be no JSON, and is then shown as it is."""
    try:
        stored = json.loads(text.text)
    except ValueError:
        stored = None
    return visible(stored if isinstance(stored, dict) else {"text": text.text})


def person(event: AuditEvent, part: Part, person_id: int | None) -> str:
    if person_id is None:
        return "–"
    known = said(event, part)
    if known is None:
        return _("erased (person %(id)s)") % {"id": person_id}
    return known.get("name") or _("person %(id)s") % {"id": person_id}


def kind_label(event: AuditEvent) -> str:
    return str(Kind(event.kind).label) if event.kind in Kind.values else event.kind


def outcome_label(event: AuditEvent) -> str:
    return str(Outcome(event.outcome).label) if event.outcome in Outcome.values else event.outcome


def reason_in_words(reason: dict[str, Any]) -> dict[str, str]:
    """A reason as it was given: what was chosen in words, and text and ticket as they were written."""
    return {key: value if key in ("text", "ticket") else words(value) for key, value in reason.items()}


def words(stored: Any) -> str:
    """A stored word as people write it: cannot_submit → Cannot submit."""
    text = str(stored)
    return text.replace("_", " ").capitalize() if text.islower() and " " not in text and "/" not in text else text
