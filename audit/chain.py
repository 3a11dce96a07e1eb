"""What binds one event to all before it: the bytes that are hashed, and the key that signs the hash."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC
from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings

if TYPE_CHECKING:
    from .models import AuditEvent

SCHEMA = 1
GENESIS = "0" * 64
# Made once: a new encoder for each event takes longer than its hash.
COMPACT = json.JSONEncoder(separators=(",", ":")).encode
PARTS = ("actor", "target", "reason", "detail")


def canonical_text(content: dict[str, Any]) -> str:
    """
    One spelling for each content: sorted, compact JSON that any database stores as it is.

    NUL is escaped by JSON itself; a lone surrogate, which UTF-8 has no bytes for, becomes its JSON escape.
    """
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return text.encode("utf-8", "backslashreplace").decode()


def commitment(nonce: str, text: str) -> str:
    """SHA-256 of the nonce's 32 bytes (given as hex) and the text; without the nonce nobody can guess a text."""
    return hashlib.sha256(bytes.fromhex(nonce) + text.encode()).hexdigest()


def hashed_fields(event: AuditEvent) -> tuple[str | int | None, ...]:
    """What is hashed, spelled: every field but the hash and its signature, in this order for ever (schema 1)."""
    return (
        event.schema,
        str(event.log_id),
        event.seq,
        event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        event.kind,
        event.outcome,
        str(event.assumed_session) if event.assumed_session else None,
        event.actor_id,
        event.target_id,
        str(event.request_id) if event.request_id else None,
        event.actor_commitment,
        event.target_commitment,
        event.reason_commitment,
        event.detail_commitment,
        event.prev_hash,
    )


def entry_hash(fields: tuple[str | int | None, ...]) -> str:
    """SHA-256 of the canonical bytes, hashed fields as a line of JSON; TypeError where JSON has no such value."""
    return hashlib.sha256(COMPACT(fields).encode("ascii")).hexdigest()


def sign(hash_: str) -> tuple[str, str]:
    """The current key's name, and its signature of an entry hash."""
    key_id = next(iter(settings.AUDIT_KEYS))
    return key_id, mac(key_id, hash_)


def mac(key_id: str, hash_: str) -> str:
    """HMAC-SHA256 of an entry hash; KeyError where the key is unknown."""
    signature = keyed(settings.AUDIT_KEYS[key_id]).copy()
    signature.update(bytes.fromhex(hash_))
    return signature.hexdigest()


@cache
def keyed(key: str) -> hmac.HMAC:
    """Made once: to begin with a key takes longer than to sign."""
    return hmac.new(key.encode(), digestmod="sha256")
