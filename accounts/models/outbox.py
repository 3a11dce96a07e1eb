"""Transactional outbox: mail is stored in the transaction that causes it, and a command sends each message once."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import formataddr, parseaddr
from smtplib import SMTPDataError, SMTPRecipientsRefused
from typing import Any, Protocol

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import models
from django.template import TemplateDoesNotExist
from django.template.loader import get_template, render_to_string
from django.urls import reverse
from django.utils import timezone

from audit import clock

from .brand import Shown, read_shown
from .preferences import HasPreferences, preferences_of

logger = logging.getLogger(__name__)
FIRST_RETRY = timedelta(minutes=1)
# What a message may take in all. It is shorter than FIRST_RETRY, so that no other run sends the message meanwhile.
SECONDS_PER_MESSAGE = 40
LONGEST_WAIT = timedelta(hours=6)
ATTEMPTS = 20  # together more than two days without an answer from the mail server
AT_ONCE = 1000  # messages per run
FAILURES_IN_A_ROW = 3  # after these the run ends, because the mail server is down
# What other apps do once a minute, before the mail that it causes is sent.
BEFORE_SENDING: list[Callable[[], None]] = []


def may_be_tried(now: datetime) -> models.Q:
    """Return a filter for messages that may be tried now; a wait beyond LONGEST_WAIT is the error of a clock."""
    return models.Q(attempts=0) | models.Q(try_at__lte=now) | models.Q(try_at__gt=now + LONGEST_WAIT)


class OutgoingQuerySet(models.QuerySet):
    def due(self, now: datetime):
        """Return the messages to try now, the longest overdue first."""
        return self.filter(may_be_tried(now), sent_at=None, given_up_at=None).order_by("try_at", "pk")


class Outgoing(models.Model):
    """A queued message: it stores recipient and facts, and its text is rendered when it is sent."""

    created_at = models.DateTimeField(default=timezone.now)
    try_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)

    objects = OutgoingQuerySet.as_manager()

    class Meta:
        abstract = True
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sent_at=None) | models.Q(given_up_at=None), name="%(class)s_sent_or_given_up"
            ),
        ]
        indexes = [
            models.Index(
                fields=["try_at"], condition=models.Q(sent_at=None, given_up_at=None), name="%(class)s_to_be_sent"
            ),
        ]

    def message(self) -> EmailMultiAlternatives | None:
        """Render the message. Return None if the recipient is gone or the message is no longer needed."""
        raise NotImplementedError

    def given_up(self) -> None:
        """React to giving up the message after its last attempt."""

    def claim(self, now: datetime) -> bool:
        """Claim the next attempt and set the time of the one after it. Return False if another run has claimed it."""
        waiting = min(FIRST_RETRY * 2**self.attempts, LONGEST_WAIT)
        waiting_rows = type(self)._default_manager.filter(may_be_tried(now), sent_at=None, given_up_at=None)
        taken = waiting_rows.filter(pk=self.pk, attempts=self.attempts).update(
            attempts=self.attempts + 1, try_at=now + waiting
        )
        self.attempts += taken
        return bool(taken)

    def mark(self, **times: datetime) -> None:
        """Store when the message was sent or given up."""
        type(self)._default_manager.filter(pk=self.pk).update(**times)


@dataclass
class Sent:
    """The result of a run, as counts of messages."""

    sent: int = 0
    failed: int = 0
    given_up: int = 0


def send_due(*outboxes: type[Outgoing]) -> Sent:
    """Send all due messages, at most AT_ONCE per outbox. Concurrent runs are safe."""
    result, in_a_row = Sent(), 0
    for outbox in outboxes:
        rows: Any = outbox._default_manager
        for row in rows.due(clock.now())[:AT_ONCE]:
            if in_a_row == FAILURES_IN_A_ROW:
                return result
            if not row.claim(clock.now()):
                continue
            server_failed = deliver(row, result)
            in_a_row = in_a_row + 1 if server_failed else 0
    return result


def deliver(row: Outgoing, result: Sent) -> bool:
    """Try to send a message, count the result, and return whether the mail server failed."""
    server_failed = False
    try:
        message = row.message()
        if message is None:
            row.mark(given_up_at=clock.now())
            result.given_up += 1
            return False
        with limited(SECONDS_PER_MESSAGE):
            message.send()
    except Exception as error:  # a message that can't be rendered or sent must not stop the others
        # OSError is the base class of SMTP and network errors.
        server_failed = isinstance(error, OSError) and not refuses_one_message(error)
        result.failed += 1
        logger.warning("%s %s was not sent, attempt %s: %r", type(row).__name__, row.pk, row.attempts, error)
        if row.attempts >= ATTEMPTS:
            row.mark(given_up_at=clock.now())
            row.given_up()
            result.given_up += 1
    else:
        row.mark(sent_at=clock.now())
        result.sent += 1
    return server_failed


def refuses_one_message(error: Exception) -> bool:
    """Return whether a mail server that works refuses this message for good: its recipient or its content."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= 500 for code, _said in error.recipients.values())
    return isinstance(error, SMTPDataError) and error.smtp_code >= 500


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """
    Raise TimeoutError in the block after a time, and again each time that it goes on.

    EMAIL_TIMEOUT limits the wait for the next byte alone, so a server that sends one now and then could hold the run
    for hours. Only the main thread gets signals; a command runs in it.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_signal, _frame):
        raise TimeoutError(f"the mail server took more than {seconds} seconds")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds, seconds / 4)  # again, because closing waits for the server too
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


class Recipient(HasPreferences, Protocol):
    """The recipient of a message: a user."""

    email: Any


def letter(template: str, user: Recipient, *, to: str = "", **context: Any) -> EmailMultiAlternatives:
    """
    Render a message in the recipient's language and time zone.

    template: the common prefix of the template names: NAME_subject.txt, NAME.txt, and NAME.html if it exists.
    to: the address, if it is not the recipient's own.
    """
    company = read_shown()
    context |= {"person": user, "company": company.name}
    with preferences_of(user):
        subject = " ".join(render_to_string(f"{template}_subject.txt", context).split())
        text = render_to_string(f"{template}.txt", context)
        message = EmailMultiAlternatives(subject, text, sender(company), to=[to or user.email])
        try:
            html = get_template(f"{template}.html")
        except TemplateDoesNotExist:
            return message
        message.attach_alternative(html.render(context), "text/html")
    return message


def sender(company: Shown) -> str:
    """Return the sender of mails: the company's name with the address of the operator, or as the operator wrote it."""
    _name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return settings.DEFAULT_FROM_EMAIL if company.is_ours else formataddr((company.name, address))


def link(name: str, **kwargs: Any) -> str:
    """Return the absolute URL of a page for a mail. It begins with SITE_URL, never with the host of a request."""
    return settings.SITE_URL + reverse(name, kwargs=kwargs)
