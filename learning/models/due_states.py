"""Due states of a module for a user, and extensions of the due date."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from learning import validity

DUE_SOON = timedelta(days=7)


class Status(models.TextChoices):
    """The due state of a module for a user, the most urgent first."""

    OVERDUE = "overdue", _("Overdue")
    EXPIRED = "expired", _("Expired")
    NOT_PASSED = "not_passed", _("Not passed")
    DUE_SOON = "due_soon", _("Due soon")
    DUE_AGAIN = "due_again", _("Due again")
    IN_PROGRESS = "in_progress", _("In progress")
    NOT_STARTED = "not_started", _("Not started")
    DONE = "done", _("Done")

    @property
    def tone(self) -> str:
        return TONES.get(self, "")


TONES = {
    Status.OVERDUE: "danger",
    Status.EXPIRED: "danger",
    Status.NOT_PASSED: "danger",
    Status.DUE_SOON: "warning",
    Status.DUE_AGAIN: "warning",
    Status.IN_PROGRESS: "info",
    Status.DONE: "success",
}
# A module that was submitted and has to be done once more.
AGAIN = frozenset({Status.EXPIRED, Status.DUE_AGAIN})


def has_tries_after(used: int, tries: int | None, pass_mark: int | None) -> bool:
    """
    Return whether somebody may try once more who has used this number of tries.

    Without a number of tries the first one counts; with a pass mark, people try as often as they like.
    """
    return used < tries if tries else pass_mark is not None


class DueState:
    """
    The due state of a module for the user of `with_due_state_of`.

    submitted_at: when it was submitted; None after it was opened again. counts_up_to: the highest pass mark with which
    that submission counts. earlier_at: the last submission before that, of those that count.
    """

    pk: int
    title: str
    valid_for: timedelta | None
    reopens_before: timedelta | None
    tries: int | None
    pass_mark: int | None
    tries_used: int | None
    counts_up_to: int | None
    started_at: datetime | None
    submitted_at: datetime | None
    earlier_at: datetime | None
    due_at: datetime | None

    @property
    def last_submitted_at(self) -> datetime | None:
        """Return when the module was last submitted so that it counts; a result below the pass mark never does."""
        return self.earlier_at if self.is_failed else self.submitted_at or self.earlier_at

    @property
    def is_failed(self) -> bool:
        """Return whether the module is submitted with a result below its pass mark, so that it is not done."""
        return bool(self.submitted_at) and not validity.is_enough(self.counts_up_to, self.pass_mark)

    @property
    def valid_until(self) -> datetime | None:
        """Return the end of the last submission's validity; None if there is no submission or no end."""
        return validity.valid_until(self.last_submitted_at, self.valid_for)

    @property
    def status(self) -> Status:
        now = timezone.now()
        if self.last_submitted_at:
            return self.status_after_submission(now)
        if self.due_at and self.due_at <= now:
            return Status.OVERDUE
        if self.is_failed:
            return Status.NOT_PASSED
        if self.due_at and self.due_at <= now + DUE_SOON:
            return Status.DUE_SOON
        return Status.IN_PROGRESS if self.started_at else Status.NOT_STARTED

    def status_after_submission(self, now: datetime) -> Status:
        end = self.valid_until
        if end and end <= now:
            return Status.EXPIRED
        if self.is_failed:
            return Status.NOT_PASSED
        is_near = end and self.reopens_before and end - self.reopens_before <= now
        return Status.DUE_AGAIN if is_near or not self.submitted_at else Status.DONE

    @property
    def may_be_opened_again(self) -> bool:
        """Return whether the user may open the submitted module again themselves."""
        return self.may_be_tried_again if self.is_failed else bool(self.submitted_at) and self.status in AGAIN

    @property
    def action_label(self) -> str | Promise:
        """Return what the user does who opens the module, as its card says it."""
        if self.may_be_opened_again:
            return _("Try again") if self.is_failed else _("Do it again")
        if self.submitted_at:
            return _("See result")
        return _("Continue") if self.started_at else _("Begin")

    @property
    def may_be_tried_again(self) -> bool:
        """Return whether a try is left to a user who has not passed: the module may allow more tries than before."""
        return self.is_failed and has_tries_after(self.tries_used or 0, self.tries, self.pass_mark)

    @property
    def shows_right_answers(self) -> bool:
        """Return whether the user may read which answers are right: only while they can't answer the module again."""
        return bool(self.submitted_at) and not self.may_be_opened_again

    @property
    def urgency(self) -> tuple:
        """Return the sort key that puts the most urgent module first."""
        status = self.status
        until = self.valid_until if status in AGAIN else self.due_at
        return list(Status).index(status), until is None, until or timezone.now(), self.title, self.pk


class DueDateExtension(models.Model):
    """A later due date of a module for one user. The reason is in the audit log."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="due_date_extensions")
    module = models.ForeignKey("learning.Module", on_delete=models.CASCADE, related_name="extensions")
    due_at = models.DateTimeField(_("due"))
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("extension of a due date")
        verbose_name_plural = _("extensions of due dates")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "module"], name="due_date_extension_once")]

    def __str__(self):
        return f"{self.module_id}: {self.user_id}"
