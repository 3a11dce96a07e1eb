"""`manage.py import_users FILE`: import users from a file of an HR system."""

from argparse import ArgumentTypeError
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.mail_domains import stored_form
from accounts.models import FeedCause, User
from accounts.user_import import Choices, Plan
from accounts.user_import.confirm import apply_confirmed, plan_good_rows
from accounts.user_import.feed import Feed
from accounts.user_import.mapping.mapping import InvalidMapping, Mapping
from accounts.user_import.planning.choices import InvalidChoices, read_same
from accounts.user_import.planning.mass_change import NotConfirmed, mass_change
from accounts.user_import.planning.planner import plan_import
from accounts.user_import.stops import Stopped, nobody, stops, unconfirmed, undecided
from audit import context
from audit.dates import date_format
from audit.numbers import grouped

SHOWN = 50
MOST_HOURS = 10_000  # more than a year


class Command(BaseCommand):
    help = (
        "Import people, with their departments and job profiles, from a CSV or Excel file: all of it or nothing. "
        "What only a person can decide (an unknown status, a probable duplicate, a mass change) stops the import. "
        "The exit code is 0 if it is done, 1 if it stopped and nothing was changed, and 2 if the options are wrong."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="a .csv, .txt or .xlsx file")
        parser.add_argument("--dry-run", action="store_true", help="print what would happen, and change nothing")
        parser.add_argument("--actor", metavar="EMAIL", help="address of the importing user, for the audit log")
        parser.add_argument(
            "--map", metavar="FILE", type=Path, dest="mapping",
            help="what the columns and words mean, as downloaded from the preview of an import",
        )  # fmt: skip
        parser.add_argument(
            "--same", metavar="FILE", type=Path,
            help="which rows are about which people: a CSV file with the HR identifier or address of the row, and of "
            "the person or “new”",
        )  # fmt: skip
        parser.add_argument(
            "--skip-bad-rows", "--leave-out-bad-rows", action="store_true",
            help="import the other rows if rows are wrong or undecided, and name those that are skipped",
        )  # fmt: skip
        parser.add_argument(
            "--absent", choices=["keep", "deactivate"], default="keep",
            help="deactivate: the file lists everybody, so people with an HR identifier who are absent have left",
        )  # fmt: skip
        parser.add_argument(
            "--confirm-mass-change", metavar="N", type=int,
            help="the number that the command named when it stopped because of unusually many changes",
        )  # fmt: skip

        parser.add_argument(
            "--feed", action="store_true",
            help="run as a feed, for a timer: every run is recorded, and a mail says why it stopped; it needs "
            "--answers-for",
        )  # fmt: skip
        parser.add_argument(
            "--answers-for", metavar="EMAIL", action="append", default=[],
            help="who gets the mail of a feed that stopped or skipped rows; somebody who may import; repeatable",
        )  # fmt: skip
        parser.add_argument(
            "--max-age", metavar="HOURS", type=hours,
            help="stop the feed if the file was last written longer ago, because no new one came",
        )  # fmt: skip

    def handle(self, *, file: Path, feed: bool, answers_for: list[str], max_age: float | None, **options):
        if feed and not answers_for:
            raise CommandError(_("A feed needs --answers-for: somebody has to hear of it when it stops."), returncode=2)
        if not feed and (answers_for or max_age is not None):
            raise CommandError(_("--answers-for and --max-age belong to a feed: add --feed."), returncode=2)
        if not feed:
            self.run_by_hand(file, options)
            return
        run = Feed(file)
        with nullcontext() if options["dry_run"] else run.recorded():
            run.answered_by(answers_for)
            run.in_the_name_of(self.user(options["actor"]))
            with run.unchanging(max_age):
                plan = self.checked(file, run.actor, options)
            self.say_if_same(plan, run)
            if not options["dry_run"]:
                self.say_begin(plan)
                run.apply(plan, typed=options["confirm_mass_change"], progress=self.wrote)
                self.say_end()

    def run_by_hand(self, file: Path, options: dict[str, Any]) -> None:
        user = self.user(options["actor"])
        plan = self.checked(file, user, options)
        if options["dry_run"]:
            return
        self.say_begin(plan)
        with stops(plan), context.scoped(actor=user.as_person() if user else None):
            apply_confirmed(plan, actor=user, typed=options["confirm_mass_change"], progress=self.wrote)
        self.say_end()

    def checked(self, file: Path, user: User | None, options: dict[str, Any]) -> Plan:
        """Plan the import, print what it would do, and return it. Raise Stopped if it can't be applied."""
        plan = self.plan(file, user, self.choices(options), leaves_out=options["skip_bad_rows"])
        self.report(plan)
        if plan.problems or plan.questions:
            raise undecided(plan)
        if plan.tree is None:
            raise nobody(plan)
        self.report_mass_change(plan, options["confirm_mass_change"], dry_run=options["dry_run"])
        if options["dry_run"]:
            self.stdout.write(_("This was a dry run: nothing was changed."))
        return plan

    def plan(self, file: Path, user: User | None, choices: Choices, *, leaves_out: bool) -> Plan:
        planned = plan_good_rows if leaves_out else plan_import
        try:
            with file.open("rb") as content:
                return planned(content, file.name, actor=user, choices=choices, progress=self.progress)
        except OSError as error:
            reason = unreadable(file.name, error)
            raise Stopped(unreadable(file, error), FeedCause.FILE, reason=reason) from error

    def choices(self, options: dict[str, Any]) -> Choices:
        """Return what the options say about the file."""
        mapping = same = None
        path = Path()
        try:
            if options["mapping"]:
                path = options["mapping"]
                mapping = Mapping.loads(path.read_text("utf-8-sig"))
            if options["same"]:
                path = options["same"]
                same = read_same(path.read_text("utf-8-sig").splitlines())
        except OSError as error:
            raise Stopped(unreadable(path, error), FeedCause.SETUP, reason=unreadable(path.name, error)) from error
        except (InvalidMapping, InvalidChoices) as error:
            raise Stopped(str(error), FeedCause.SETUP) from error
        except UnicodeDecodeError as error:
            message, reason = (_("%(file)s is not UTF-8 text.") % {"file": name} for name in (path, path.name))
            raise Stopped(message, FeedCause.SETUP, reason=reason) from error
        return Choices(
            mapping=mapping,
            same=same or {},
            leaves_out_undecided=options["skip_bad_rows"],
            deactivates_absent=options["absent"] == "deactivate",
        )

    def user(self, email: str | None) -> User | None:
        """Return the actor, or None if nobody is named. Raise Stopped if no active user has the address."""
        if not email:
            return None
        user = User.objects.filter(email=stored_form(email), is_active=True).first()
        if user is None:
            raise Stopped(_("No active person has the address %(email)s.") % {"email": email}, FeedCause.SETUP)
        return user

    def progress(self, rows: int) -> None:
        if self.stderr.isatty():
            self.stderr.write(_("%(rows)s rows read …") % {"rows": grouped(rows)})

    def wrote(self, people: int) -> None:
        if self.stderr.isatty():
            self.stderr.write(_("%(people)s people written …") % {"people": grouped(people)})

    def say_begin(self, plan: Plan) -> None:
        """Tell somebody who looks on how many people will be written."""
        if self.stderr.isatty() and plan.changes_anything:
            people = len(plan.creations) + len(plan.updates)
            message = ngettext("Importing %(people)s person …", "Importing %(people)s people …", people)
            self.stderr.write(message % {"people": grouped(people)})

    def say_end(self) -> None:
        self.stdout.write(self.style.SUCCESS(_("Imported.")))

    def say_if_same(self, plan: Plan, run: Feed) -> None:
        """Say if the content is that of the last applied run. It runs again, because people may have been changed."""
        before = run.last_applied()
        if before and plan.source and before.sha256 == plan.source.sha256:
            message = _("The file is as last time, on %(at)s.")
            self.stdout.write(message % {"at": date_format(timezone.localtime(before.at), "j F Y, H:i")})

    def report_mass_change(self, plan: Plan, typed: int | None, *, dry_run: bool) -> None:
        """Print what is unusual about the plan. Raise Stopped if it is not confirmed."""
        change = mass_change(plan)
        if change is None:
            return
        for sentence in change.sentences:
            self.stderr.write(sentence, self.style.WARNING)
        if dry_run:
            message = _("If that is right, run it with --confirm-mass-change %(number)s.")
            self.stdout.write(message % {"number": change.number})
        elif typed != change.number:
            raise unconfirmed(plan, NotConfirmed(change))

    def report(self, plan: Plan) -> None:
        """Print what the import would do: problems and questions to stderr, everything else to stdout."""
        for notice in plan.notices:
            self.stdout.write(str(notice))
        for problem in plan.problems:
            self.stderr.write(str(problem), self.style.ERROR)
        for question in plan.questions[:SHOWN]:
            self.stderr.write(str(question.problems()[0]), self.style.ERROR)
        if len(plan.questions) > SHOWN:
            self.stderr.write(_("… and %(more)s more") % {"more": len(plan.questions) - SHOWN})
        for problem in [*plan.rejected, *plan.undecided]:
            self.stderr.write(_("Skipped: %(problem)s") % {"problem": problem}, self.style.WARNING)
        for place in plan.departments:
            self.stdout.write(_("New department: %(department)s") % {"department": place})
        for name in plan.job_profiles:
            self.stdout.write(_("New job profile: %(name)s") % {"name": name})
        counts = plan.counts()
        self.stdout.write(
            _(
                "Rows: %(rows)s; %(created)s new, %(updated)s changed (%(deactivated)s deactivated), "
                "%(unchanged)s unchanged, %(protected)s left as they are."
            )
            % counts
        )


def hours(text: str) -> float:
    """Return a number of hours. Raise ArgumentTypeError if it is none, or no age that a file can have."""
    try:
        number = float(text)
    except ValueError:
        number = 0
    if not 0 < number <= MOST_HOURS:
        message = _("a number of hours between 0 and %(most)s is needed, such as 26")
        raise ArgumentTypeError(message % {"most": MOST_HOURS})
    return number


def unreadable(file: Path | str, error: OSError) -> str:
    return _("%(file)s can't be read: %(error)s") % {"file": file, "error": error.strerror}
