"""Edits of a question that users have answered: what becomes of the answers, and the audit events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone

from audit import log
from audit.kinds import Kind
from learning.models import Answer, EarlierWording, Interaction, ModuleProgress

STAY, CLEAR = "stay", "clear"


@dataclass(frozen=True, slots=True)
class Touched:
    """How many users answered a question, and how many of them submitted the module."""

    answered: int
    handed_in: int


def touched(interaction: Interaction) -> Touched:
    handed_in = ModuleProgress.objects.filter(
        user=OuterRef("user"), module=interaction.module_id, submitted_at__isnull=False
    )
    answers = Answer.objects.filter(interaction=interaction.pk).annotate(is_handed_in=Exists(handed_in))
    said = list(answers.values_list("is_handed_in", flat=True))
    return Touched(len(said), sum(said))


def meaning_must_change(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Return whether answers lose their meaning: the kind differs, or a choice is gone."""
    gone = {each["id"] for each in before["choices"]} - {each["id"] for each in after["choices"]}
    return bool(gone) or before["kind"] != after["kind"]


def change(interaction: Interaction, before: dict[str, Any], fate: str) -> None:
    """
    Keep the former wording for users who answered it, and record the change if there are any.

    before: the former `wording` of the interaction. fate: STAY or CLEAR. Without answers it is CLEAR, because a page
    that is open now must not answer the new question with the former wording.
    """
    after = interaction.wording()
    counts = touched(interaction)
    clears = fate != STAY or not counts.answered or meaning_must_change(before, after)
    keep_wording(interaction, before)
    interaction.version += 1
    if clears:
        interaction.valid_from = interaction.version
    interaction.save(update_fields=["version", "valid_from"])
    record(interaction, counts, CLEAR if clears else STAY, before, after)


def remove(interaction: Interaction) -> None:
    """Remove the question; users who submitted it still see it. The audit event says how many answered it."""
    counts, before = touched(interaction), interaction.wording()
    if not ModuleProgress.objects.filter(module=interaction.module_id).exists():
        interaction.delete()
        return
    interaction.retired_at = timezone.now()
    interaction.save(update_fields=["retired_at"])
    record(interaction, counts, CLEAR, before, None)


def keep_wording(interaction: Interaction, wording: dict[str, Any]) -> None:
    EarlierWording.objects.create(interaction=interaction, version=interaction.version, **wording)


def record(
    interaction: Interaction, counts: Touched, fate: str, before: dict[str, Any], after: dict[str, Any] | None
) -> None:
    if not counts.answered:
        return
    told = before if after is None else {name: said for name, said in before.items() if said != after[name]}
    log.record(
        Kind.QUESTION_CHANGED,
        detail={
            "about": str(interaction.module),
            "question": before["title"],
            "interaction": interaction.pk,
            "answers": fate,
            "answered": counts.answered,
            "handed_in": counts.handed_in,
            "cleared": counts.answered - counts.handed_in if fate == CLEAR else 0,
            "before": told,
            "after": {name: after[name] for name in told} if after else None,
        },
    )
