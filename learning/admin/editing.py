"""Optimistic locking of an item with all its parts, so that nobody overwrites a change they have not seen."""

from __future__ import annotations

import hashlib
from typing import Any

from learning.models import Choice

PARTS = ("audience", "exclusions", "interactions")


def fingerprint(item: Any) -> str:
    """Return a hash of the stored item with its audience, exclusions and interactions."""
    model = type(item)
    rows = [list(model._base_manager.filter(pk=item.pk).order_by("pk").values_list())]
    rows += [list(getattr(item, field.name).order_by("pk").values_list("pk")) for field in model._meta.many_to_many]
    for name in PARTS:
        if parts := getattr(item, name, None):
            rows.append(list(parts.order_by("pk").values_list()))
    if hasattr(item, "interactions"):
        rows.append(list(Choice.objects.filter(interaction__module=item.pk).order_by("pk").values_list()))
    return hashlib.sha256(repr(rows).encode()).hexdigest()
