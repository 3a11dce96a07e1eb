"""Submissions of modules that were opened again."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from learning.validity import ANY_MARK


class EarlierSubmission(models.Model):
    """
    What a user submitted before the module was opened again.

    answers: what was asked and answered, in words, so that later changes of the questions don't change it.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="earlier_submissions")
    module = models.ForeignKey("learning.Module", on_delete=models.CASCADE, related_name="earlier_submissions")
    started_at = models.DateTimeField(_("started"))
    submitted_at = models.DateTimeField(_("submitted"))
    tries_used = models.PositiveSmallIntegerField(_("tries used"))
    right_count = models.PositiveSmallIntegerField(_("right answers"))
    question_count = models.PositiveSmallIntegerField(_("judged questions"))
    # The highest pass mark with which the submission counts: see learning/validity.py.
    counts_up_to = models.PositiveSmallIntegerField(default=ANY_MARK, db_default=ANY_MARK, editable=False)
    answers: models.JSONField[list[dict[str, Any]]] = models.JSONField(_("answers"), default=list)

    class Meta:
        verbose_name = _("earlier submission")
        verbose_name_plural = _("earlier submissions")
        default_permissions = ()
        ordering = ["-submitted_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(submitted_at__gte=F("started_at")), name="earlier_submission_ends_after_it_began"
            ),
            models.CheckConstraint(
                condition=Q(right_count__lte=F("question_count")), name="earlier_submission_counts_right_answers"
            ),
        ]
        indexes = [models.Index(fields=["user", "module", "submitted_at"], name="earlier_submission_of_user")]

    def __str__(self):
        return f"{self.module_id}: {self.user_id}"
