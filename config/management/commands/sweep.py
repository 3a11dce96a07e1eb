"""`manage.py sweep`: delete what has been kept for its period."""

from django.core.management.base import BaseCommand

from accounts.models import User
from accounts.models.folding import fold_missing
from config.sweeping import SWEEPS


class Command(BaseCommand):
    help = (
        "Delete what has been kept for its period (docs/guides/retention.md); for a timer, once a day. Safe to repeat."
    )

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="only print the numbers")

    def handle(self, *, dry_run, **options):
        for each in SWEEPS:
            self.stdout.write(f"{each.name}: {each.count() if dry_run else each.run()}")
        unfolded = User.objects.filter(name_folded=None).count() if dry_run else fold_missing(User.objects.all())
        self.stdout.write(f"names prepared for the search: {unfolded}")
        self.stdout.write("Nothing was changed." if dry_run else "Swept.")
