"""The state of the feeds, for the import page: when each ran last, and whether it stopped."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max, Min, Q, QuerySet
from django.utils import timezone

from accounts.models import UserImport

# Files of a feed may have the day in their names: what remains without the digits is the same every night.
DIGITS = re.compile(r"\d+")
# A feed that has not run for so long is not shown beside one that has.
FORGOTTEN_AFTER = timedelta(days=30)
# A feed of working days pauses for three days; a rarer one for as long as it did before.
SILENT_AFTER = timedelta(days=4)
SHOWN = 10


@dataclass(frozen=True, slots=True)
class FeedState:
    """
    How a feed stands.

    run: its last run. since: when it stopped first, if every run since then has stopped. is_silent: whether it has not
    run for much longer than usual, so that its timer may be off.
    """

    run: UserImport
    since: datetime | None
    is_silent: bool

    @property
    def changed(self) -> int:
        """Return the number of people that the last run created or changed."""
        return self.run.counts.get("created", 0) + self.run.counts.get("updated", 0)

    @property
    def skipped(self) -> int:
        """Return the number of rows that the last run skipped."""
        return self.run.counts.get("rejected", 0)


def name_of(file_name: str) -> str:
    """Return the name of the feed that reads files with such a name."""
    return DIGITS.sub("", file_name) or file_name


def runs_of(feed: str) -> QuerySet[UserImport]:
    """Return the runs of a feed, newest first."""
    return UserImport.objects.exclude(feed="").filter(feed=feed)


def feed_state() -> list[FeedState]:
    """Return the state of each feed, the one that ran last first; empty if there was never a feed."""
    newest = UserImport.objects.filter(~Q(feed="")).order_by().values("feed").annotate(newest=Max("pk"))
    ids = newest.order_by("-newest").values_list("newest", flat=True)[:SHOWN]
    runs = list(UserImport.objects.filter(pk__in=list(ids)))
    now = timezone.now()
    return [state(run, now) for run in runs if run is runs[0] or now - run.at < FORGOTTEN_AFTER]


def state(run: UserImport, now: datetime) -> FeedState:
    """Return the state of a feed whose last run this is."""
    return FeedState(run, stopped_since(run), is_silent(run, now))


def stopped_since(run: UserImport) -> datetime | None:
    """Return when the first of the runs happened that have all stopped until this one; None if it did not stop."""
    if run.state != UserImport.State.STOPPED:
        return None
    done = runs_of(run.feed).exclude(state=UserImport.State.STOPPED).first()
    stops = runs_of(run.feed).filter(pk__gt=done.pk if done else 0)
    return stops.aggregate(first=Min("at"))["first"]


def is_silent(run: UserImport, now: datetime) -> bool:
    """Return whether the feed has not run for SILENT_AFTER, and for twice the time between its last two runs."""
    pause = now - run.at
    if pause < SILENT_AFTER:
        return False
    before = runs_of(run.feed).filter(pk__lt=run.pk).first()
    return before is None or pause > 2 * (run.at - before.at)
