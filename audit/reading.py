"""Events in readable form; invisible characters of what users typed are escaped, so that they can't deceive."""

from __future__ import annotations

import json
import unicodedata
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from .dates import date_format
from .detail_keys import KEYS
from .kinds import Kind, Outcome
from .models import AuditEvent, AuditText, Part

# Characters on the page of an event; the exports have all.
LONGEST_VALUE = 1_000
LONGEST_RECORD = 20_000
CODES = ("cause", "kind", "mode", "refusal", "why")  # keys of a detail whose value is a code of the platform


def visible(content: Any) -> Any:
    """Return the content with invisible characters, and those that change the direction of text, escaped."""
    if isinstance(content, str):
        return "".join(spelled(sign) for sign in content) if not content.isprintable() else content
    if isinstance(content, dict):
        return {visible(key): visible(value) for key, value in content.items()}
    if isinstance(content, list):
        return [visible(value) for value in content]
    return content


def spelled(sign: str) -> str:
    """Return the character, or its escape if it is invisible."""
    if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
        return sign
    return sign.encode("ascii", "backslashreplace").decode() if ord(sign) > 127 else f"\\x{ord(sign):02x}"


def said(event: AuditEvent, part: Part) -> dict | None:
    """Return the content of a part; {} if it never had one, None if it was erased."""
    if event.commitment(part) is None:
        return {}
    for text in event.texts.all():
        if text.part == part:
            return content(text)
    return None


def content(text: AuditText) -> dict:
    """Return the content of a text; an altered text that isn't JSON is shown as it is."""
    try:
        stored = json.loads(text.text)
    except ValueError:
        stored = None
    return visible(stored if isinstance(stored, dict) else {"text": text.text})


def stored(event: AuditEvent, part: Part) -> str:
    """Return the text of a part as it is stored, as far as a page shows it; "" if it never had one, or was erased."""
    for text in event.texts.all():
        if text.part == part:
            return shortened(visible(text.text), LONGEST_RECORD)
    return ""


def person(event: AuditEvent, part: Part, person_id: int | None) -> str:
    """Return the name of a person in an event; a text in its place if it was erased or never given."""
    if person_id is None:
        return "–"
    known = said(event, part)
    if known is None:
        return _("erased (person %(id)s)") % {"id": person_id}
    return known.get("name") or _("person %(id)s") % {"id": person_id}


def to_the_second(at: datetime) -> str:
    """Return a time with its seconds, in the reader's time zone: events of one minute have an order."""
    return date_format(timezone.localtime(at), "j M Y, H:i:s")


def kind_label(event: AuditEvent) -> str:
    """Return the label of the event's kind."""
    return str(Kind(event.kind).label) if event.kind in Kind.values else event.kind


def outcome_label(event: AuditEvent) -> str:
    """Return the label of the event's outcome."""
    return str(Outcome(event.outcome).label) if event.outcome in Outcome.values else event.outcome


def reason_in_words(reason: dict[str, Any]) -> dict[str, str]:
    """Return a reason with its choices in words; text and ticket are unchanged."""
    return {key: value if key in ("text", "ticket") else words(value) for key, value in reason.items()}


def shortened(value: Any, most: int = LONGEST_VALUE) -> Any:
    """Return a value as a page shows it: a long text, such as the ids of an export, with beginning and length alone."""
    if value is None:
        return "–"
    if isinstance(value, dict | list):
        value = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, str) or len(value) <= most:
        return value
    return _("%(beginning)s… (%(n)s characters)") % {"beginning": value[:most], "n": len(value)}


def detail_in_words(detail: dict[str, Any]) -> list[tuple[str, Any]]:
    """Return the keys of a detail in words, each with its value as a page shows it; codes of the platform in words."""
    return [
        (key_in_words(key), shortened(words(value) if key in CODES and isinstance(value, str) else value))
        for key, value in sorted(detail.items())
    ]


def key_in_words(name: Any) -> str:
    """Return the name of something that an event says; a name without a translation as English writes it."""
    return str(KEYS.get(str(name)) or words(name))


# The words that apps store in the log, in the reader's language. Each app adds its own.
STORED_WORDS: dict[str, Any] = {"sha256": "SHA-256"}


def words(stored: Any) -> str:
    """Return a stored word as people write it in their language, or else as English does: at_home → At home."""
    text = str(stored)
    if text in STORED_WORDS:
        return str(STORED_WORDS[text])
    return text.replace("_", " ").capitalize() if text.islower() and " " not in text and "/" not in text else text
