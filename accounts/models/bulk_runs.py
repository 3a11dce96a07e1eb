"""Actions for many users: what was confirmed, how far it is, and who is still to come."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.dispatch import receiver
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.verification.erasure import personal_data_erased

from .organisation import Department

PREVIEW_KEPT = timedelta(days=1)
KEPT = timedelta(days=30)  # after its end
RUNNING_KEPT = timedelta(days=7)  # a run that nobody has finished by then is stopped


class BulkRun(models.Model):
    """
    An action of one actor for many users: previewed, confirmed, and done in batches.

    query: the query string that chose the users. chosen: the filters in words. ids: the confirmed users in ascending
    order (id_ranges.py). position: the last of them that was handled. done: how many were changed. left_out: for each
    reason the number of users who were left out since, and the first ids.
    """

    class Action(models.TextChoices):
        DEACTIVATE = "deactivate", _("Deactivate")
        REACTIVATE = "reactivate", _("Reactivate")
        GIVE_TYPE = "give_type", _("Give a permission type")
        TAKE_TYPE = "take_type", _("Take a permission type")
        MOVE = "move", _("Move to a department")
        INVITE = "invite", _("Send an invitation")

    class State(models.TextChoices):
        PREVIEW = "preview"
        RUNNING = "running"
        DONE = "done"
        STOPPED = "stopped"

    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    action = models.CharField(max_length=20, choices=Action.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PREVIEW)
    query = models.TextField(blank=True)
    chosen = models.JSONField(default=dict)
    permission_type = models.ForeignKey(Group, models.SET_NULL, null=True, related_name="+")
    department = models.ForeignKey(Department, models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    ids = models.TextField(blank=True)
    total = models.PositiveIntegerField(default=0)
    position = models.BigIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    left_out = models.JSONField(default=dict)

    class Meta:
        default_permissions = ()
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.action} {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("user_bulk_run", args=[self.pk])

    @property
    def left_out_count(self) -> int:
        return sum(count for count, _ids in self.left_out.values())

    @property
    def handled(self) -> int:
        return self.done + self.left_out_count

    @property
    def remaining(self) -> int:
        return self.total - self.handled

    @property
    def is_running(self) -> bool:
        return self.state == self.State.RUNNING

    def end(self, state: BulkRun.State) -> None:
        """Set the final state; the reason and the filters stay in the audit log alone."""
        self.state, self.ended_at = state, timezone.now()
        self.reason, self.query, self.chosen = "", "", {}


def forget_old_runs(actor: Any) -> None:
    """Delete the actor's previews of yesterday, and runs that ended a month ago."""
    now, mine = timezone.now(), BulkRun.objects.filter(actor=actor.pk)
    mine.filter(state=BulkRun.State.PREVIEW, created_at__lt=now - PREVIEW_KEPT).delete()
    mine.filter(ended_at__lt=now - KEPT).delete()


@receiver(personal_data_erased)
def forget(sender: object, person_id: int, **details: object) -> None:
    """Delete the runs of a user whose personal data are erased."""
    BulkRun.objects.filter(actor=person_id).delete()
