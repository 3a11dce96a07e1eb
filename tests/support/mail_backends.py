"""Delivery of the outbox, and a mail backend whose server is down, with the error of Django's own backend."""

from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.core.management import call_command


def delivered():
    """Send the mail that waits in the outbox, and return all messages of this test."""
    call_command("send_notices", verbosity=0)
    return mail.outbox


class Down(BaseEmailBackend):
    """Counts connection attempts, and refuses all of them."""

    knocked = 0

    def send_messages(self, email_messages):
        Down.knocked += 1
        raise ConnectionRefusedError(111, "Connection refused")
