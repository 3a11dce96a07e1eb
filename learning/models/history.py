"""Tracking of items: everything that decides who sees them and when is added to the history."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.db.models.signals import m2m_changed, pre_delete

from accounts.models.history import Row, note, track

from .documents import Document, DocumentAudience, DocumentExclusion
from .events import Event, EventAudience, EventExclusion
from .interactions import Interaction
from .modules import Module, ModuleAudience, ModuleExclusion

PREREQUISITES: Any = Module.prerequisites.through


def track_items() -> None:
    """Connect the signals of deletions, and of the prerequisites of modules."""
    track(Module, ModuleAudience, ModuleExclusion, Interaction)
    track(Event, EventAudience, EventExclusion, Document, DocumentAudience, DocumentExclusion)
    m2m_changed.connect(note_prerequisites, sender=PREREQUISITES)
    pre_delete.connect(note_deleted_prerequisites, sender=Module)


def note_prerequisites(instance: Module, action: str, reverse: bool, pk_set: set[int], **details: Any) -> None:
    """Add changed prerequisites to the history of each module that has them."""
    if action == "pre_clear":
        name = "leads_to" if reverse else "prerequisites"
        pk_set = set(getattr(instance, name).values_list("pk", flat=True))
    elif action not in ("post_add", "post_remove"):
        return
    pairs = [(pk, instance.pk) if reverse else (instance.pk, pk) for pk in sorted(pk_set)]
    note_pairs(pairs, is_added=action == "post_add")


def note_deleted_prerequisites(instance: Module, **details: Any) -> None:
    """Add the prerequisites that end with a module, because a cascade sends no signal for them."""
    both = PREREQUISITES.objects.filter(Q(from_module=instance.pk) | Q(to_module=instance.pk))
    note_pairs(list(both.values_list("from_module", "to_module")), is_added=False)


def note_pairs(pairs: list[tuple[int, int]], *, is_added: bool) -> None:
    rows = [Row(module, {"prerequisites": f"module-{needed}"}) for module, needed in pairs]
    note("module", [(None, row) if is_added else (row, None) for row in rows])
