"""`manage.py import_users FILE`: import users from a file of an HR system."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.mail_domains import stored_form
from accounts.models import User
from accounts.user_import import Plan, UsersChanged, apply_import, plan_import
from audit import context


class Command(BaseCommand):
    help = "Import people, with their departments and job profiles, from a CSV or Excel file: all of it or nothing."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="a .csv or .xlsx file")
        parser.add_argument("--dry-run", action="store_true", help="print what would happen, and change nothing")
        parser.add_argument("--actor", metavar="EMAIL", help="address of the importing user, for the audit log")

    def handle(self, *, file: Path, dry_run: bool, actor: str | None, **options):
        user = self.user(actor) if actor else None
        try:
            with file.open("rb") as content:
                plan = plan_import(content, file.name, actor=user, progress=self.progress)
        except OSError as error:
            raise CommandError(
                _("%(file)s can't be read: %(error)s") % {"file": file, "error": error.strerror}
            ) from error
        self.report(plan)
        if plan.problems:
            count = len(plan.problems)
            message = ngettext(
                "Nothing was imported: %(count)s problem.", "Nothing was imported: %(count)s problems.", count
            )
            raise CommandError(message % {"count": count})
        if dry_run:
            self.stdout.write(_("This was a dry run: nothing was changed."))
            return
        try:
            with context.scoped(actor=user.as_person() if user else None):
                apply_import(plan, actor=user)
        except UsersChanged as error:
            message = _("Nothing was imported: somebody changed the same people meanwhile. Run the import again.")
            raise CommandError(message) from error
        self.stdout.write(self.style.SUCCESS(_("Imported.")))

    def user(self, email: str) -> User:
        user = User.objects.filter(email=stored_form(email), is_active=True).first()
        if user is None:
            raise CommandError(_("No active person has the address %(email)s.") % {"email": email})
        return user

    def progress(self, rows: int) -> None:
        if self.stderr.isatty():
            self.stderr.write(_("%(rows)s rows read …") % {"rows": f"{rows:,}"})

    def report(self, plan: Plan) -> None:
        """Print what the import would do: problems to stderr, everything else to stdout."""
        for notice in plan.notices:
            self.stdout.write(str(notice))
        for problem in plan.problems:
            self.stderr.write(str(problem), self.style.ERROR)
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
