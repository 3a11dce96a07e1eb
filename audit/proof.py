"""What a page can tell of the events that it shows: whether each is whole, and signed with a key of ours."""

from __future__ import annotations

import hmac
from collections.abc import Iterable

from django.utils.translation import gettext as _

from . import chain
from .models import AuditEvent, AuditText


def doubts(event: AuditEvent, texts: Iterable[AuditText] | None = None) -> list[str]:
    """
    Return what is wrong with an event and its texts, as sentences; nothing is wrong with most.

    texts: those of the event, if they are not prefetched; there is no query then. Whether an event is in its place,
    and whether a missing text was erased, only `verify_audit` can tell.
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
