"""The newest seal: which events retention has taken out of the log, and which file has them."""

from __future__ import annotations

from .models import AuditSeal


def newest() -> AuditSeal | None:
    """Return the newest seal; None if every event is in the log."""
    return AuditSeal.objects.order_by("-through_seq").first()
