"""The hash chain: the bytes that are hashed for each event, and the key that signs the hash."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings

if TYPE_CHECKING:
    from .models import AuditEvent

SCHEMA = 1
GENESIS = "0" * 64
# Shared, because creating encoders for each event takes longer than the hash.
COMPACT = json.JSONEncoder(separators=(",", ":")).encode
CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str).encode
PARTS = ("actor", "target", "reason", "detail")


@dataclass(slots=True)
class Link:
    """An event at its place in the chain: the columns of `AuditEvent`, without the time that a model takes to make."""

    seq: int
    log_id: UUID
    at: datetime
    kind: str
    outcome: str
    assumed_session: UUID | None
    actor_id: int | None
    target_id: int | None
    request_id: UUID | None
    prev_hash: str
    schema: int = SCHEMA
    actor_commitment: str | None = None
    target_commitment: str | None = None
    reason_commitment: str | None = None
    detail_commitment: str | None = None
    entry_hash: str = ""
    key_id: str = ""
    mac: str = ""


def canonical_text(content: dict[str, Any]) -> str:
    """
    Return the canonical JSON of a content: sorted, compact, and stored unchanged by every database.

    JSON escapes NUL. A lone surrogate becomes its JSON escape, because UTF-8 has no bytes for it.
    """
    text = CANONICAL(content)
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def commitment(nonce: str, text: str) -> str:
    """Return the SHA-256 of nonce (64 hex digits) and text; without the nonce nobody can test a guess of the text."""
    return hashlib.sha256(bytes.fromhex(nonce) + text.encode()).hexdigest()


def hashed_fields(event: AuditEvent | Link) -> tuple[str | int | None, ...]:
    """Return the fields that are hashed, in the order of schema 1: all except the hash and its signature."""
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
    """Return the SHA-256 of the fields as compact JSON; raise TypeError if JSON can't hold a value."""
    return hashlib.sha256(COMPACT(fields).encode("ascii")).hexdigest()


def sign(hash_: str) -> tuple[str, str]:
    """Return the name of the current key, and its signature of an entry hash."""
    key_id = next(iter(settings.AUDIT_KEYS))
    return key_id, mac(key_id, hash_)


def mac(key_id: str, hash_: str) -> str:
    """Return the HMAC-SHA256 of an entry hash as hex; raise KeyError if the key is unknown."""
    signature = keyed(settings.AUDIT_KEYS[key_id]).copy()
    signature.update(bytes.fromhex(hash_))
    return signature.hexdigest()


@cache
def keyed(key: str) -> hmac.HMAC:
    """Return the HMAC that begins with this key; cached, because preparing a key takes longer than signing."""
    return hmac.new(key.encode(), digestmod="sha256")
