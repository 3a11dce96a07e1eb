"""`manage.py import_users FILE`: import users from a file of an HR system."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.mail_domains import stored_form
from accounts.models import User
from accounts.user_import import Choices, Plan, UsersChanged
from accounts.user_import.confirm import apply_confirmed, plan_good_rows
from accounts.user_import.mapping.mapping import InvalidMapping, Mapping
from accounts.user_import.planning.choices import InvalidChoices, read_same
from accounts.user_import.planning.mass_change import NotConfirmed, mass_change
from accounts.user_import.planning.planner import plan_import
from audit import context

SHOWN = 50


class Command(BaseCommand):
    help = (
        "Import people, with their departments and job profiles, from a CSV or Excel file: all of it or nothing. "
        "What only a person can decide (an unknown status, a probable duplicate, a mass change) stops the import."
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
            "--leave-out-bad-rows", action="store_true",
            help="import the other rows if rows are wrong or undecided, and name those that are left out",
        )  # fmt: skip
        parser.add_argument(
            "--absent", choices=["keep", "deactivate"], default="keep",
            help="deactivate: the file lists everybody, so people with an HR identifier who are absent have left",
        )  # fmt: skip
        parser.add_argument(
            "--confirm-mass-change", metavar="N", type=int,
            help="the number that the command named when it stopped because of unusually many changes",
        )  # fmt: skip

    def handle(self, *, file: Path, dry_run: bool, actor: str | None, confirm_mass_change: int | None, **options):
        user = self.user(actor) if actor else None
        plan = self.plan(file, user, self.choices(options), leaves_out=options["leave_out_bad_rows"])
        self.report(plan)
        if plan.problems or plan.questions:
            self.stop(plan)
        self.report_mass_change(plan, confirm_mass_change, dry_run=dry_run)
        if dry_run:
            self.stdout.write(_("This was a dry run: nothing was changed."))
            return
        try:
            with context.scoped(actor=user.as_person() if user else None):
                apply_confirmed(plan, actor=user, typed=confirm_mass_change)
        except UsersChanged as error:
            message = _("Nothing was imported: somebody changed the same people meanwhile. Run the import again.")
            raise CommandError(message) from error
        self.stdout.write(self.style.SUCCESS(_("Imported.")))

    def plan(self, file: Path, user: User | None, choices: Choices, *, leaves_out: bool) -> Plan:
        planned = plan_good_rows if leaves_out else plan_import
        try:
            with file.open("rb") as content:
                return planned(content, file.name, actor=user, choices=choices, progress=self.progress)
        except OSError as error:
            raise CommandError(unreadable(file, error)) from error

    def choices(self, options: dict[str, Any]) -> Choices:
        """Return what the options say about the file."""
        mapping = same = None
        try:
            if path := options["mapping"]:
                mapping = Mapping.loads(path.read_text("utf-8-sig"))
            if path := options["same"]:
                same = read_same(path.read_text("utf-8-sig").splitlines())
        except OSError as error:
            raise CommandError(unreadable(path, error)) from error
        except (InvalidMapping, InvalidChoices) as error:
            raise CommandError(str(error)) from error
        except UnicodeDecodeError as error:
            raise CommandError(_("%(file)s is not UTF-8 text.") % {"file": path}) from error
        return Choices(
            mapping=mapping,
            same=same or {},
            leaves_out_undecided=options["leave_out_bad_rows"],
            deactivates_absent=options["absent"] == "deactivate",
        )

    def user(self, email: str) -> User:
        user = User.objects.filter(email=stored_form(email), is_active=True).first()
        if user is None:
            raise CommandError(_("No active person has the address %(email)s.") % {"email": email})
        return user

    def progress(self, rows: int) -> None:
        if self.stderr.isatty():
            self.stderr.write(_("%(rows)s rows read …") % {"rows": f"{rows:,}"})

    def stop(self, plan: Plan) -> None:
        """Raise CommandError with the number of problems and questions."""
        count = len(plan.problems) + len(plan.questions)
        message = ngettext(
            "Nothing was imported: %(count)s problem.", "Nothing was imported: %(count)s problems.", count
        )
        message %= {"count": count}
        if plan.questions:
            message += " " + _("Decide on the import page and download the mapping for --map, or use --same.")
        raise CommandError(message)

    def report_mass_change(self, plan: Plan, typed: int | None, *, dry_run: bool) -> None:
        """Print what is unusual about the plan. Raise CommandError if it is not confirmed."""
        change = mass_change(plan)
        if change is None:
            return
        for sentence in change.sentences:
            self.stderr.write(sentence, self.style.WARNING)
        message = _("If that is right, run it with --confirm-mass-change %(number)s.") % {"number": change.number}
        if dry_run:
            self.stdout.write(message)
        elif typed != change.number:
            raise CommandError(_("Nothing was imported.") + " " + message) from NotConfirmed(change)

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
            self.stderr.write(_("Left out: %(problem)s") % {"problem": problem}, self.style.WARNING)
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


def unreadable(file: Path, error: OSError) -> str:
    return _("%(file)s can't be read: %(error)s") % {"file": file, "error": error.strerror}
