"""Command: end the assumed sessions that must end although no request came."""

from django.core.management.base import BaseCommand

from accounts.models import last_runs
from accounts.user_import.runs.actions import forget_old_values
from accounts.user_import.uploads import forget_expired
from impersonation.expired.actions import end_expired
from impersonation.models import AssumedSession


class Command(BaseCommand):
    help = "End assumed sessions that are over, even if no request comes. Run it with a timer, once a minute."

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="only say what would be ended")

    def handle(self, *, dry_run, **options):
        if not dry_run:
            # Files that nobody imported, and what old imports changed of people, end by the same timer.
            forget_expired()
            forget_old_values()
        live = AssumedSession.objects.live().order_by("started_at").values_list("pk", flat=True)
        counts = end_expired(list(live), only_count=dry_run)
        if not dry_run:
            last_runs.note("end_lapsed_sessions", succeeded=True)
        for cause, count in sorted(counts.items()):
            self.stdout.write(f"{cause.value}: {count}")
        self.stdout.write(f"{'to be ended' if dry_run else 'ended'}: {counts.total()}")
