"""The record of imports: each run, and the exact values of each person before and after it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.verification.erasure import personal_data_erased

# Values of people are kept so long; a run itself stays.
KEPT_FOR = timedelta(days=400)


class FeedCause(models.TextChoices):
    """Why a run of a feed is told to the people who answer for it, with the sentence that says what to do."""

    FILE = (
        "file",
        _("Find out whether the HR system has written the file, and has finished it. The next run reads it again."),
    )
    ROWS = (
        "rows",
        _("Correct this in the HR system. To import the other rows today, choose the file on the import page."),
    )
    QUESTIONS = (
        "questions",
        _(
            "Choose the file on the import page and answer there. The next run knows your answers about columns, words "
            "and names; a feed with --map or --same needs its files renewed."
        ),
    )
    MASS_CHANGE = (
        "mass_change",
        _(
            "If these changes are right, choose the file on the import page and type the number that it asks for. If "
            "not, correct the export of the HR system."
        ),
    )
    SETUP = "setup", _("Ask the operator of the platform to correct the command of the feed.")
    AT_ONCE = "at_once", _("The next run reads the file again. Ask the operator of the platform if this comes again.")
    ERROR = "error", _("The next run tries again. Ask the operator of the platform, who has the log, if it stops too.")
    SKIPPED = (
        "left_out",  # mails that wait say so
        _(
            "The other rows are imported. Correct these in the HR system, or decide about them on the import page: the "
            "next run takes them then."
        ),
    )


class UserImport(models.Model):
    """
    One run of the import.

    actor_name: the name of the actor at that time, because the account may be gone. counts: what `Plan.counts` says.
    problem: why a stopped run changed nothing; no values of people, because no erasure reaches it. undoes: the run
    whose values this run puts back. feed: what the file's names of every night have in common, if a feed ran. told: a
    hash of what the people who answer for the feed were told, or "".
    """

    class Way(models.TextChoices):
        PAGE = "page", _("on the import page")
        COMMAND = "command", _("by command")
        FEED = "feed", _("by the nightly feed")
        UNDO = "undo", _("as an undo")

    class State(models.TextChoices):
        APPLIED = "applied", _("Applied")
        STOPPED = "stopped", _("Stopped")
        UNDONE = "undone", _("Undone")

    at = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    actor_name = models.TextField(blank=True)
    file_name = models.TextField(blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.BigIntegerField(default=0)  # bytes
    way = models.CharField(max_length=10, choices=Way.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.APPLIED)
    counts = models.JSONField(default=dict)
    problem = models.TextField(blank=True)
    undoes = models.ForeignKey("self", models.SET_NULL, null=True, related_name="undone_by")
    feed = models.TextField(blank=True)
    told = models.CharField(max_length=64, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["-pk"]
        indexes = [models.Index(fields=["feed", "id"], condition=~Q(feed=""), name="user_import_by_feed")]

    def __str__(self):
        return f"#{self.pk} {self.file_name}"

    @property
    def keeps_people(self) -> bool:
        """Return whether the values of people are still kept, so that the run can be undone."""
        return self.at > timezone.now() - KEPT_FOR


class ImportedPerson(models.Model):
    """
    What a run changed of one person: the values of the changed fields, which are all fields if the run created them.

    before, after: JSON values by field; a department and a job profile are numbers. Both are empty after an erasure.
    line: the line of the file. left: the run deactivated the person. moved: it gave them another department.
    """

    run = models.ForeignKey(UserImport, models.CASCADE, related_name="people", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    line = models.PositiveIntegerField(default=0)
    created = models.BooleanField(default=False)
    left = models.BooleanField(default=False)
    moved = models.BooleanField(default=False)
    before: Any = models.JSONField(default=dict)
    after: Any = models.JSONField(default=dict)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["run", "id"], name="imported_person_by_run"),
            models.Index(fields=["user", "run"], name="imported_person_by_user"),
            models.Index(fields=["run", "id"], name="imported_person_left", condition=Q(left=True)),
            models.Index(fields=["run", "id"], name="imported_person_moved", condition=Q(moved=True)),
        ]

    def __str__(self):
        return f"{self.run_id}: {self.user_id}"


@receiver(personal_data_erased)
def forget(sender: object, person_id: int, **details: object) -> None:
    """Delete the values and the name of a user whose personal data are erased; that a run changed them stays."""
    ImportedPerson.objects.filter(user=person_id).update(before={}, after={})
    UserImport.objects.filter(actor=person_id).update(actor_name="")
