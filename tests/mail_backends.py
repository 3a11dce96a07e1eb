"""A mail server that is down, as Django's own backend meets it."""

from django.core.mail.backends.base import BaseEmailBackend


class Down(BaseEmailBackend):
    """Counts who knocked, and answers nobody."""

    knocked = 0

    def send_messages(self, email_messages):
        Down.knocked += 1
        raise ConnectionRefusedError(111, "Connection refused")
