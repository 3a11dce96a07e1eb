"""`manage.py check_config`: say everything that is wrong with a configuration, before it serves."""

import sys

from django.core.management.base import BaseCommand

from config.configuration import surroundings, values


class Command(BaseCommand):
    help = (
        "Say what is wrong with the configuration: all of it at once, one sentence each, with the name of the variable "
        "and what to write. No value is printed. The exit code is 0 if nothing is wrong, else 1."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--connect", action="store_true", help="sign in to the mail server too")

    def handle(self, *, connect, **options):
        checks = [*values.CHECKS, *surroundings.CHECKS, *([surroundings.mail_problems] if connect else [])]
        problems = list(dict.fromkeys(problem for check in checks for problem in check()))
        for name, sentence in problems:
            self.stdout.write(f"{name}: {sentence}")
        if problems:
            self.stdout.write(f"Problems: {len(problems)}.")
            sys.exit(1)
        self.stdout.write("Nothing is wrong with the configuration.")
