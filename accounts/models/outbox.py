"""The outbox: mail is stored in the transaction that causes it, and sent by a command, each message once."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import models
from django.template import TemplateDoesNotExist
from django.template.loader import get_template, render_to_string
from django.urls import reverse
from django.utils import timezone

from audit import clock

from .preferences import HasPreferences, preferences_of

logger = logging.getLogger(__name__)
FIRST_RETRY = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
ATTEMPTS = 20  # more than two days of a mail server that doesn't answer
AT_ONCE = 1000  # messages of one run
FAILURES_IN_A_ROW = 3  # then the server is down, and knocking with every message would help nobody


def may_be_tried(now: datetime) -> models.Q:
    """Return which waiting messages may be tried now; one that waits longer than any does so by a wrong clock."""
    return models.Q(attempts=0) | models.Q(try_at__lte=now) | models.Q(try_at__gt=now + LONGEST_WAIT)


class OutgoingQuerySet(models.QuerySet):
    def due(self, now: datetime):
        """Return the messages to be tried now, the longest waiting first."""
        return self.filter(may_be_tried(now), sent_at=None, given_up_at=None).order_by("try_at", "pk")


class Outgoing(models.Model):
    """A message that waits: it holds who and what, and its words are written when it is sent."""

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
        """Write the message; None if there is nobody to tell, or nothing left to say."""
        raise NotImplementedError

    def given_up(self) -> None:
        """React to a message that was given up after its last attempt."""

    def claim(self, now: datetime) -> bool:
        """Take the next attempt, and set the time of the one after it; False if another run has taken it."""
        waiting = min(FIRST_RETRY * 2**self.attempts, LONGEST_WAIT)
        waiting_rows = type(self)._default_manager.filter(may_be_tried(now), sent_at=None, given_up_at=None)
        taken = waiting_rows.filter(pk=self.pk, attempts=self.attempts).update(
            attempts=self.attempts + 1, try_at=now + waiting
        )
        self.attempts += taken
        return bool(taken)

    def mark(self, **times: datetime) -> None:
        """Store when the message was sent, or given up."""
        type(self)._default_manager.filter(pk=self.pk).update(**times)


@dataclass
class Sent:
    """How one run went, as counts of messages."""

    sent: int = 0
    failed: int = 0
    given_up: int = 0


def send_due(*outboxes: type[Outgoing]) -> Sent:
    """Send every message that is due; safe to run twice, also at the same time."""
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
    """Try one message, count how it went, and return whether the mail server failed."""
    server_failed = False
    try:
        message = row.message()
        if message is None:
            row.mark(given_up_at=clock.now())
            result.given_up += 1
            return False
        message.send()
    except Exception as error:  # one message that can't be written or sent never stops those behind it
        server_failed = isinstance(error, OSError)  # which every error of SMTP and of the network is
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


class Recipient(HasPreferences, Protocol):
    """Who reads a message: a user."""

    email: Any


def letter(template: str, person: Recipient, *, to: str = "", **context: Any) -> EmailMultiAlternatives:
    """
    Render a message in the person's language and time zone.

    template: the beginning of its templates' names: NAME_subject.txt, NAME.txt, and NAME.html if it has one.
    to: the address, if it is not the person's own.
    """
    context |= {"person": person}
    with preferences_of(person):
        subject = " ".join(render_to_string(f"{template}_subject.txt", context).split())
        message = EmailMultiAlternatives(subject, render_to_string(f"{template}.txt", context), to=[to or person.email])
        try:
            html = get_template(f"{template}.html")
        except TemplateDoesNotExist:
            return message
        message.attach_alternative(html.render(context), "text/html")
    return message


def link(name: str, **kwargs: Any) -> str:
    """Return the full address of a page for a mail: it begins with SITE_URL, never with what a request says."""
    return settings.SITE_URL + reverse(name, kwargs=kwargs)
