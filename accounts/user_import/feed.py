"""
The feed: the import of a file by a timer, without anybody who looks on.

Each run is recorded, whatever happens; a run that changes nothing has no audit event, because nothing happened. The
users who answer for the feed get a mail if it stopped or skipped rows, once as long as the same is wrong with the
same file.
"""

from __future__ import annotations

import hashlib
import json
import logging
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.authorization.changes import lock_users, require
from accounts.mail_domains import stored_form
from accounts.models import FeedCause, Mail, User, UserImport
from accounts.models.mails import mail_to, put_all
from audit import log
from audit.dates import date_format
from audit.errors import NotRecorded

from .applying.apply import new_run, stopped
from .confirm import apply_confirmed, why_not_import
from .feed_state import name_of, runs_of
from .planning.plan import Plan
from .planning.planner import Progress
from .problems import Problem
from .reading.files import Source
from .stops import Stopped, problems_of, stops

# The number of problems in a mail: enough to see what is wrong. The import page shows all of them.
TOLD = 20
# The clocks of two servers may differ so much.
AHEAD = timedelta(hours=1)
logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Feed:
    """
    One run of a feed, as far as it has come.

    path: the file. people: the users who answer for it. actor: the user in whose name it runs, or None.
    """

    path: Path
    people: list[User] = field(default_factory=list)
    actor: User | None = None

    def answered_by(self, addresses: Sequence[str]) -> None:
        """Find the users who answer for the feed. Raise Stopped if one of them is not here, or may not import."""
        found = {address: User.objects.filter(email=stored_form(address)).first() for address in addresses}
        # Everybody who may hear of it is found before anything is raised, and so hears of the others.
        able = {user.pk: user for user in found.values() if user and why_not_import(user) is None}
        self.people = list(able.values())
        for address, user in found.items():
            if user is None or user.pk not in able:
                message = _("%(email)s can't answer for the feed: no active person with this address may import.")
                raise Stopped(message % {"email": address}, FeedCause.SETUP)

    def in_the_name_of(self, actor: User | None) -> None:
        """Set the actor. Raise Stopped if they may not import."""
        if actor is not None and why_not_import(actor):
            message = _("%(email)s may not import people, so the feed can't run in their name.")
            raise Stopped(message % {"email": actor.email}, FeedCause.SETUP)
        self.actor = actor

    @contextmanager
    def unchanging(self, max_age: float | None) -> Iterator[None]:
        """
        Raise Stopped if there is no file, or if it is empty, too old, or written while the block reads it.

        max_age: the age in hours from which a file is too old; None: no age is.
        """
        before = self.look()
        if before[1] == 0:
            raise self.stopped_by_file(_("%(file)s is empty."))
        written = datetime.fromtimestamp(before[2] / 1e9, tz=timezone.get_current_timezone())
        age, said = timezone.now() - written, date_format(written, "j F Y, H:i")
        if age < -AHEAD:
            message = _("%(file)s was written in the future, on %(at)s: the clock of a server is wrong.")
            raise self.stopped_by_file(message, at=said)
        if max_age is not None and age > timedelta(hours=max_age):
            message = _("%(file)s was last written on %(at)s. That is more than %(hours)s hours ago.")
            raise self.stopped_by_file(message, at=said, hours=f"{max_age:g}")
        yield
        if self.look() != before:
            raise self.stopped_by_file(_("%(file)s was written while it was read. Is its export finished?"))

    def look(self) -> tuple[int, int, int]:
        """Return which file it is, its size in bytes and when it was written. Raise Stopped if there is none."""
        try:
            found = self.path.stat()
        except FileNotFoundError as error:
            raise self.stopped_by_file(_("%(file)s is not there.")) from error
        except OSError as error:
            raise self.stopped_by_file(_("%(file)s can't be read: %(error)s"), error=error.strerror) from error
        if not stat.S_ISREG(found.st_mode):
            # Opening a pipe would wait for ever.
            raise self.stopped_by_file(_("%(file)s is no file."))
        return found.st_ino, found.st_size, found.st_mtime_ns

    def stopped_by_file(self, message: str, **facts: object) -> Stopped:
        """Return the stop because of the file; the record has its name without the folders of the server."""
        message = message % ({"file": self.path.name} | facts)
        return Stopped(message, FeedCause.FILE)

    def last_applied(self) -> UserImport | None:
        """Return the last run of this feed that did not stop."""
        return runs_of(name_of(storable(self.path.name))).exclude(state=UserImport.State.STOPPED).first()

    def apply(self, plan: Plan, *, typed: int | None, progress: Progress | None) -> UserImport:
        """Apply the plan, record the run, and tell what was skipped; all of it, or nothing and raise Stopped."""
        with stops(plan), log.recording():
            actor = self.actor
            if actor is not None:
                [actor] = lock_users(actor)
                require(why_not_import(actor))
            if plan.changes_anything:
                way = UserImport.Way.FEED
                run = apply_confirmed(plan, actor=actor, typed=typed, way=way, progress=progress)
            else:
                # No audit event: an auditor learns nothing from hundreds of nights in which nothing changed.
                run = new_run(source_of(plan, self.path), actor, UserImport.Way.FEED, counts=plan.counts())
            skipped = problems_of(plan)
            why = ""
            if skipped:
                rows = plan.counts()["rejected"]
                why = ngettext("%(rows)s row was skipped.", "%(rows)s rows were skipped.", rows) % {"rows": rows}
            self.tell(run, FeedCause.SKIPPED, why, skipped, same=why)
        return run

    def stop(self, stop: Stopped) -> None:
        """Record the stopped run, and tell the users who answer for the feed."""
        plan = stop.plan
        with log.recording():
            run = stopped(
                source_of(plan, self.path),
                actor=self.actor,
                way=UserImport.Way.FEED,
                problem=storable(stop.reason),
                counts=plan.counts() if plan else None,
            )
            self.tell(run, stop.cause, stop.reason, problems_of(plan) if plan else [], same=stop.same)

    def tell(self, run: UserImport, cause: FeedCause, why: str, problems: list[Problem], *, same: str) -> None:
        """
        Put a mail to everybody who answers for the feed, unless its last run had the same to tell.

        why: the reason in a sentence; "" if there is nothing to tell. problems: with the line, the column and the
        sentence of each, because HR corrects the file with them; nothing else of a row leaves the platform.
        """
        run.feed = name_of(run.file_name)
        before = runs_of(run.feed).filter(pk__lt=run.pk).first()
        if why:
            people = sorted(user.pk for user in self.people)
            facts = [run.sha256, str(cause), same, people, [str(problem) for problem in problems]]
            run.told = hashlib.sha256(json.dumps(facts).encode()).hexdigest()
        run.save(update_fields=["feed", "told"])
        if not why or (before and before.told == run.told):
            return
        detail: dict[str, Any] = {
            "file": run.file_name,
            "at": run.at.isoformat(),
            "cause": str(cause),
            "why": storable(why),
            "problems": [storable(str(problem)) for problem in problems[:TOLD]],
            "more": max(0, len(problems) - TOLD),
        }
        put_all([mail_to(Mail.Kind.IMPORT_FEED, user, actor=None, **detail) for user in self.people])

    @contextmanager
    def recorded(self) -> Iterator[None]:
        """Record the run if the block stops, for whatever reason, and raise Stopped."""
        try:
            yield
        except Stopped as stop:
            self.try_to_stop(stop)
            raise
        except Exception as error:
            logger.exception("The feed stopped because of an error.")
            message = _("Nothing was imported because of an error of the platform: %(error)s.")
            unexpected = Stopped(message % {"error": type(error).__name__}, FeedCause.ERROR)
            self.try_to_stop(unexpected)
            raise unexpected from error

    def try_to_stop(self, stop: Stopped) -> None:
        """Record the stopped run; say so if that fails too, because the database is the reason then."""
        try:
            self.stop(stop)
        except (NotRecorded, DatabaseError) as error:
            logger.exception("The stopped feed could not be recorded.")
            message = _("%(message)s This could not be recorded, and nobody was told: the database can't be written.")
            raise Stopped(message % {"message": stop}, FeedCause.ERROR) from error


def source_of(plan: Plan | None, path: Path) -> Source:
    """Return the identity of the file, or its name alone if it was not read."""
    return plan.source if plan and plan.source else Source(path.name, "", 0)


def storable(text: str) -> str:
    """Return the text without what no database stores."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "")
