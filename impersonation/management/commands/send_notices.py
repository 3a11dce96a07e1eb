"""Sends the mail that waits in the outbox, after the tasks of other apps, such as moving up on waiting lists."""

from django.core.management.base import BaseCommand

from accounts.models import Mail, last_runs
from accounts.models.outbox import BEFORE_SENDING, send_due
from audit import clock
from impersonation.models import Notice


class Command(BaseCommand):
    help = "Send the mail that waits in the outbox. Safe to run twice; what fails is tried again later."

    def handle(self, **options):
        for task in BEFORE_SENDING:
            task()
        result = send_due(Mail, Notice)
        Mail.objects.forget_finished(clock.now())
        last_runs.note("send_notices", succeeded=not result.failed)
        self.stdout.write(f"{result.sent} sent, {result.failed} failed, {result.given_up} given up")
