"""The last run of each command that a timer starts, so that a timer which stopped shows."""

from __future__ import annotations

import logging

from django.db import DatabaseError, InterfaceError, models, transaction

from audit import clock
from audit.verification.checker import Report

logger = logging.getLogger(__name__)


class LastRun(models.Model):
    """
    When a command last ended, and with which result.

    The row is for monitoring alone. It is no event of the audit log, which would grow with every run of a timer, and it
    proves nothing: the log proves what it says by its chain.
    """

    name = models.CharField(max_length=50, primary_key=True)
    ended_at = models.DateTimeField()
    succeeded = models.BooleanField()
    result = models.CharField(max_length=50, blank=True)

    class Meta:
        default_permissions = ()

    def __str__(self):
        return self.name


def note(name: str, *, succeeded: bool, result: str = "") -> None:
    """Write down that a command has ended. An error is logged, because what the command did is done."""
    values = {"ended_at": clock.now(), "succeeded": succeeded, "result": result}
    try:
        with transaction.atomic():
            LastRun.objects.update_or_create(name=name, defaults=values)
    except (DatabaseError, InterfaceError) as error:
        logger.warning("The run of %s could not be written down: %s", name, error)


def note_verification(report: Report) -> None:
    """Write down the result of a verification of the whole log, as the exit code of the command says it."""
    result = {0: "clean", 1: "altered", 2: "unknown", 3: "truncated"}[report.exit_code]
    note("verify_audit", succeeded=result == "clean", result=result)
