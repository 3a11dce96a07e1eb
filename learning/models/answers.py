"""Answers, and the rule for two answers that conflict."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .interactions import Interaction

PAGE_LENGTH = 32


class CountingManager(models.Manager):
    """Answers that count: those to the current meaning of a question. Former ones are kept."""

    def get_queryset(self):
        return super().get_queryset().filter(version__gte=F("interaction__valid_from"))


class Answer(models.Model):
    """A user's answer to an interaction: True, a text, the key of a choice, or a list of keys. It is never empty."""

    # Not about the user: which page sent the answer, and in which assumed session.
    untraced: ClassVar = frozenset({"page", "assumed_session", "version"})

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="answers")
    interaction = models.ForeignKey(Interaction, on_delete=models.CASCADE, related_name="answers")
    value = models.JSONField(_("answer"))
    answered_at = models.DateTimeField(_("answered"), default=timezone.now)
    # The version of the interaction that was shown.
    version = models.PositiveIntegerField(default=1, editable=False)
    page = models.CharField(max_length=PAGE_LENGTH, blank=True, editable=False)
    assumed_session = models.UUIDField(null=True, editable=False)

    objects = CountingManager()
    ever = models.Manager()  # noqa: DJ012 it is a manager

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["interaction", "user"], name="answer_once")]

    def __str__(self):
        return f"{self.interaction_id}: {self.user_id}"


def asked_among(interactions: Iterable[Interaction]) -> Callable[[Any, Any], dict[str, Any]]:
    """
    Return what adds to an event about an answer what it answers: number, title and kind of the interaction.

    interactions: those of the module, in order. The event names the choices too that were answered before and after,
    so that it can be read after they have changed. They are read once, at the first event.
    """

    @cache
    def numbered() -> dict[int, tuple[int, Interaction]]:
        return {each.pk: (number, each) for number, each in enumerate(interactions, 1)}

    def more(before: dict[str, Any] | None, after: dict[str, Any] | None) -> dict[str, Any]:
        rows = [row for row in (before, after) if row]
        number, asked = numbered().get(rows[0]["interaction_id"], (None, None))
        if asked is None:
            return {}
        values = [row["value"] for row in rows]
        chosen = {key for value in values for key in (value if isinstance(value, list) else [value])}
        choices = {str(each.pk): each.text for each in asked.options if each.pk in chosen}
        return {"asked": {"number": number, "title": asked.title, "kind": asked.kind, "choices": choices}}

    return more


@dataclass(frozen=True, slots=True)
class Given:
    """
    An answer as a page sends it.

    value: None if the field is empty. made_from: the digest of the answer that the page was made from; "" if unknown.
    version: the version of the interaction that the page shows; None if unknown.
    """

    value: Any
    made_from: str
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A page that saves several times: its random name, and the number of this request, from 1; "" and 0 if unknown."""

    name: str = ""
    number: int = 0


NO_PAGE = Page()


class Verdict(Enum):
    """What becomes of a sent answer."""

    KEPT = auto()  # it replaces what is stored
    STANDS = auto()  # the same answer is stored, or the page did not change it
    CONFLICT = auto()  # the page and somebody else changed it; the stored answer stays


def digest(value: Any) -> str:
    """Return a hash of an answer that ignores the order of choices and the kind of line breaks."""
    if isinstance(value, list):
        value = sorted(value)
    elif isinstance(value, str):
        value = "\n".join(value.splitlines())
    return hashlib.sha256(json.dumps(value or None).encode()).hexdigest()[:16]


def judge(given: Given, stored: Answer | None, *, is_own: bool, is_asked: bool = True) -> Verdict:
    """
    Compare what a page sends with what it was made from and with what is stored.

    is_own: whether the same page stored it, so that it may replace it although it never heard that it had. is_asked:
    whether the question that the page shows still means the same.
    """
    sent, there = digest(given.value), digest(stored.value if stored else None)
    made_from = given.made_from or digest(None)
    if sent == there:
        return Verdict.STANDS
    if is_asked and (is_own or there == made_from):
        return Verdict.KEPT
    if sent == made_from or (given.value is None and not is_asked):
        return Verdict.STANDS
    return Verdict.CONFLICT
