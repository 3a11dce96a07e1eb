"""Command in the place of Django's, which asks no password rules of a script and leaves nothing in the audit log."""

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Use create_owner instead."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--noinput", "--no-input", action="store_true")
        parser.add_argument("--email")

    def handle(self, **options):
        raise CommandError(
            "Nothing was done. Write `manage.py create_owner EMAIL`, which is on record in the audit log."
        )
