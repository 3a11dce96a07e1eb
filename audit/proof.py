"""Check of single events for the pages that show them: hash, signature and texts."""

from __future__ import annotations

import hmac
from collections.abc import Iterable

from django.utils.translation import gettext as _

from . import chain
from .models import AuditEvent, AuditText


def doubts(event: AuditEvent, texts: Iterable[AuditText] | None = None) -> list[str]:
    """
    Return the problems of an event and its texts as sentences; most events have none.

    texts: the texts of the event, by default event.texts. Only `verify_audit` can tell whether an event is in its
    place, and whether a missing text was erased.
    """
    found = []
    if event.schema != chain.SCHEMA:
        return [_("Altered, or of another version: its schema is unknown.")]
    if chain.entry_hash(chain.hashed_fields(event)) != event.entry_hash:
        found.append(_("Altered: its fields are not those that were recorded."))
    try:
        signed = hmac.compare_digest(chain.mac(event.key_id, event.entry_hash), event.mac)
    except (KeyError, ValueError, TypeError):
        signed = False
    if not signed:
        found.append(_("Not signed with a key that the platform knows."))
    if any(not committed(event, text) for text in (event.texts.all() if texts is None else texts)):
        found.append(_("Altered: its text is not the one that was recorded."))
    return found


def committed(event: AuditEvent, text: AuditText) -> bool:
    """Return whether the event committed to this text."""
    try:
        return text.part in chain.PARTS and chain.commitment(text.nonce, text.text) == event.commitment(text.part)
    except ValueError:
        return False
