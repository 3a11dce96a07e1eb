"""`manage.py repeat_erasures`: erase again what a restore has brought back."""

from django.core.management.base import BaseCommand

from audit import people
from audit.verification.erasure import erase, planned
from config.backup.kept_outside import undone


class Command(BaseCommand):
    help = "Repeat the erasures that a restore has undone. The list lies beside the anchor file. Safe to repeat."

    def add_arguments(self, parser):
        parser.add_argument("--actor", metavar="EMAIL", help="email address of the user who runs this; it is recorded")
        parser.add_argument("--dry-run", action="store_true", help="show what would be erased, and change nothing")

    def handle(self, *, actor, dry_run, **options):
        actor = people.actor(actor)
        count = 0
        for each in undone():
            count += 1
            if dry_run:
                self.stdout.write(f"Person {each.person_id}: {planned(each.person_id).total} texts to be erased.")
                continue
            basis = f"Repeats the erasure of {each.at:%Y-%m-%d %H:%M} UTC (event {each.seq}), which a restore undid."
            done = erase(person_id=each.person_id, legal_basis=basis, actor=actor)
            self.stdout.write(f"Person {each.person_id}: {done.total} texts erased.")
        self.stdout.write(f"{count} erasures {'to be repeated' if dry_run else 'repeated'}.")
