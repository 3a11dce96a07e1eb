"""The progress of a user in a module, and why it can't be submitted."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from learning.validity import ANY_MARK

from .answers import Page
from .interactions import Interaction

PAGES = 8
TRIES_AT_MOST = 32_767  # the largest number that the column takes


class InteractionsMissing(Exception):
    """The module can't be submitted: required interactions are open."""

    def __init__(self, interactions: list[Interaction]):
        super().__init__(", ".join(map(str, interactions)))
        self.interactions = interactions


class AnswersWrong(Exception):
    """A try is used up and the module is not submitted: too many answers are wrong."""

    def __init__(self, interactions: list[Interaction]):
        super().__init__(", ".join(map(str, interactions)))
        self.interactions = interactions


class AnswersChanged(Exception):
    """The module is not submitted: the stored answers are not those that the page shows."""


class AlreadySubmitted(Exception):
    """The module has been submitted; its answers can't be changed."""


class NotDueAgain(Exception):
    """The user can't open the submitted module again, because it is valid and not due again."""


class ModuleProgress(models.Model):
    """When a user began a module, and when they submitted it."""

    untraced: ClassVar = frozenset({"pages"})

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="module_progress")
    module = models.ForeignKey("learning.Module", on_delete=models.CASCADE, related_name="progress")
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    tries_used = models.PositiveSmallIntegerField(_("tries used"), default=0)
    # The highest pass mark with which the submission counts: see learning/validity.py.
    counts_up_to = models.PositiveSmallIntegerField(default=ANY_MARK, db_default=ANY_MARK, editable=False)
    # The pages that saved last, by name: the number of their newest request, and the interactions whose answers they
    # # deleted, because a deleted answer can't tell which page deleted it.
    pages = models.JSONField(default=dict, editable=False)

    class Meta:
        verbose_name = _("progress")
        verbose_name_plural = _("progress")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["user", "module"], name="module_progress_once"),
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=True) | Q(submitted_at__gte=F("started_at")),
                name="module_submitted_after_it_was_started",
            ),
        ]

    def __str__(self):
        return f"{self.module_id}: {self.user_id}"

    def has_newer(self, page: Page) -> bool:
        """Return whether a later request of the same page has been processed already."""
        return page.name in self.pages and self.pages[page.name]["number"] >= page.number

    def has_taken_back(self, page: Page, interaction: int) -> bool:
        return interaction in self.pages.get(page.name, {}).get("taken_back", [])

    def note(self, page: Page, kept: dict[Interaction, Any]) -> None:
        """Store the newest request of the page, and the answers that it deleted. The caller holds the lock."""
        others = [(name, said) for name, said in self.pages.items() if name != page.name]
        before = set(self.pages.get(page.name, {}).get("taken_back", []))
        taken_back = before - {each.pk for each in kept} | {each.pk for each, value in kept.items() if not value}
        said = {"number": page.number, "taken_back": sorted(taken_back)}
        self.pages = dict([*others, (page.name, said)][-PAGES:])
        self.save(update_fields=["pages"])
