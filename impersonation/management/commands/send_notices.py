"""Tells people by mail that their account was opened; for cron, once a minute."""

from django.core.management.base import BaseCommand

from impersonation.notice_mail import send_due


class Command(BaseCommand):
    help = "Sends the notices that wait in the outbox. Safe to run twice; what fails is tried later again."

    def handle(self, **options):
        result = send_due()
        self.stdout.write(f"{result.sent} sent, {result.failed} failed, {result.given_up} given up")
