"""Mail in tests: what the outbox delivers, and a mail server that is down, as Django's own backend meets it."""

from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.core.management import call_command


def delivered():
    """Send what waits in the outbox, and return every message that was sent in this test."""
    call_command("send_notices", verbosity=0)
    return mail.outbox


class Down(BaseEmailBackend):
    """Counts who knocked, and answers nobody."""

    knocked = 0

    def send_messages(self, email_messages):
        Down.knocked += 1
        raise ConnectionRefusedError(111, "Connection refused")
