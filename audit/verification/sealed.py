"""What verification believes of a seal: the event that records it says the same, and is in the log."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from audit import seals
from audit.kinds import Kind
from audit.models import AuditEvent, AuditSeal, AuditText, Part
from audit.proof import committed
from audit.reading import content

# The columns of a seal that its event repeats.
REPEATED = ("entry_hash", "export_name", "export_sha256", "rotated_to", "used_keys")


@dataclass
class Beginning:
    """
    Where verification begins: behind the last sealed event, or with the first event.

    seen_keys, retired_keys: what the sealed events say about keys. told: the seal, for the report. problem: why the
    seal is not believed; "" if it is, or if there is none.
    """

    through: int = 0
    entry_hash: str | None = None
    seen_keys: set[str] = field(default_factory=set)
    retired_keys: set[str] = field(default_factory=set)
    told: dict[str, Any] | None = None
    problem: str = ""


def beginning() -> Beginning:
    """Return where verification begins; a seal that is not believed counts as none, so that its events are missing."""
    try:
        seal = seals.newest()
        return believed(seal) if seal else Beginning()
    except (ValueError, TypeError, KeyError, AttributeError):
        return Beginning(problem="the seal can't be read")


def believed(seal: AuditSeal) -> Beginning:
    """Return the beginning behind a seal; raise one of the errors above if seal or event can't be read."""
    event = AuditEvent.objects.filter(seq=seal.sealed_by_id, kind=Kind.AUDIT_SEALED, seq__gt=seal.through_seq).first()
    text = AuditText.objects.filter(event=seal.sealed_by_id, part=Part.DETAIL).first()
    if event is None or text is None or not committed(event, text):
        return Beginning(problem="no event records the seal")
    said = content(text)
    if (
        said["through"] != seal.through_seq
        or any(said[name] != getattr(seal, name) for name in REPEATED)
        or (said["through_at"] != seal.through_at.isoformat())
    ):
        return Beginning(problem="the seal is not the one that its event records")
    told = {
        "through": seal.through_seq,
        "on": event.at.date().isoformat(),
        "event": event.seq,
        "export_name": seal.export_name,
        "export_sha256": seal.export_sha256,
    }
    return Beginning(seal.through_seq, seal.entry_hash, set(said["seen_keys"]), set(said["retired_keys"]), told)


def removals() -> dict[int, tuple[list[str], int]]:
    """Return the kinds and the last event of each removal of old texts, by the number of its event."""
    texts = AuditText.objects.filter(event__kind=Kind.AUDIT_TEXTS_REMOVED, part=Part.DETAIL)
    found = {}
    for text in texts.select_related("event"):
        said = content(text)
        kinds, through = said.get("kinds"), said.get("through")
        if committed(text.event, text) and isinstance(kinds, list) and isinstance(through, int):
            found[text.event_id] = kinds, through
    return found
