"""What is deleted after a period, all in one place: docs/guides/retention.md tells people the same table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import BulkRun, ImportedPerson, Mail
from accounts.models.bulk_runs import KEPT as BULK_RUN_KEPT
from accounts.models.bulk_runs import PREVIEW_KEPT, RUNNING_KEPT
from accounts.models.last_refusals import LastRefusal
from accounts.models.mails import KEPT_FOR as MAIL_KEPT
from accounts.models.user_imports import KEPT_FOR as IMPORTED_VALUES_KEPT
from accounts.users.bulk.actions import abandoned, stop_abandoned
from audit import clock
from config.models import CacheEntry
from impersonation.models import AssumedSession

BATCH = 1000  # rows of one transaction, so that no lock is held for long
# Longer than a browser session lives, because the page after a lost session says what became of it.
MARKS_OF_BROWSERS_KEPT = timedelta(days=1)
LAST_REFUSAL_KEPT = timedelta(days=30)
ADMIN_LINES_KEPT = timedelta(days=400)
BLANK = {"browser_session": "", "started_from": "", "started_by": "", "target_auth_hash": "", "traces": ""}


@dataclass(frozen=True, slots=True)
class Sweep:
    """
    Rows that are deleted after a period.

    name: the first column of the table of the guide. kept: how long the rows are kept. due: the rows to sweep at a
    time. blanked: values that are set instead of deleting the rows. instead: what handles the rows, if not a batch.
    """

    name: str
    kept: timedelta
    due: Callable[[datetime], QuerySet[Any]]
    blanked: dict[str, str] | None = None
    instead: Callable[[], int] | None = None

    def count(self) -> int:
        return self.due(clock.now()).count()

    def run(self) -> int:
        """Sweep all rows that are due, a batch at a time, and return their number."""
        if self.instead:
            return self.instead()
        done, now = 0, clock.now()
        while number := self.run_batch(now):
            done += number
        return done

    def run_batch(self, now: datetime) -> int:
        """Sweep one batch of rows that nobody else has locked."""
        due = self.due(now)
        with transaction.atomic():
            found = list(due.order_by("pk").select_for_update(skip_locked=True).values_list("pk", flat=True)[:BATCH])
            rows: QuerySet[Any] = due.model._default_manager.filter(pk__in=found)
            if self.blanked is None:
                rows.delete()
            else:
                rows.update(**self.blanked)
        return len(found)


def marked_sessions(now: datetime) -> QuerySet[Any]:
    """Return the ended assumed sessions that still hold marks of their browsers; the row itself is kept."""
    marked = ~Q(**BLANK)
    return AssumedSession.objects.filter(marked, ended_at__lt=now - MARKS_OF_BROWSERS_KEPT)


def finished_mails(now: datetime) -> QuerySet[Any]:
    return Mail.objects.filter(Q(sent_at__lt=now - MAIL_KEPT) | Q(given_up_at__lt=now - MAIL_KEPT))


SWEEPS = (
    Sweep(
        "browser sessions, with drafts of forms",
        timedelta(seconds=settings.SESSION_COOKIE_AGE),
        lambda now: Session.objects.filter(expire_date__lt=now),
    ),
    Sweep(
        "keys of browsers and digests of passwords in assumed sessions that ended",
        MARKS_OF_BROWSERS_KEPT,
        marked_sessions,
        blanked=BLANK,
    ),
    Sweep("mail that was sent or given up", MAIL_KEPT, finished_mails),
    Sweep(
        "entries of the cache: files of imports, limits of sign-in, replaced keys",
        timedelta(),
        lambda now: CacheEntry.objects.filter(expires_at__lte=now),
    ),
    Sweep(
        "values of people before and after an import",
        IMPORTED_VALUES_KEPT,
        lambda now: ImportedPerson.objects.filter(run__at__lte=now - IMPORTED_VALUES_KEPT),
    ),
    Sweep(
        "previews of actions for many people",
        PREVIEW_KEPT,
        lambda now: BulkRun.objects.filter(state=BulkRun.State.PREVIEW, created_at__lt=now - PREVIEW_KEPT),
    ),
    Sweep(
        "actions for many people that nobody finished (they are stopped)",
        RUNNING_KEPT,
        lambda now: abandoned(),
        instead=stop_abandoned,
    ),
    Sweep(
        "actions for many people that ended",
        BULK_RUN_KEPT,
        lambda now: BulkRun.objects.filter(ended_at__lt=now - BULK_RUN_KEPT),
    ),
    Sweep(
        "the last refused request of each person",
        LAST_REFUSAL_KEPT,
        lambda now: LastRefusal.objects.filter(at__lt=now - LAST_REFUSAL_KEPT),
    ),
    Sweep(
        "lines of the administration's own history",
        ADMIN_LINES_KEPT,
        lambda now: LogEntry.objects.filter(action_time__lt=now - ADMIN_LINES_KEPT),
    ),
)
