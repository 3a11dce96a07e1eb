"""Sending the outbox: each notice once, later again where the mail server fails, and never in anybody's way."""

from __future__ import annotations

import logging
import zoneinfo
from dataclasses import dataclass

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone, translation

from accounts.access_history import starts, visits
from accounts.models import User

from .notices import ATTEMPTS, Notice

logger = logging.getLogger(__name__)
AT_ONCE = 1000
FAILURES_IN_A_ROW = 3  # then the server is down, and waiting for it with every notice would help nobody


@dataclass
class Sent:
    """How one run went."""

    sent: int = 0
    failed: int = 0
    given_up: int = 0


def send_due() -> Sent:
    """Send every notice that is due; safe to run twice, also at the same time."""
    result, in_a_row = Sent(), 0
    for notice in Notice.objects.due(timezone.now())[:AT_ONCE]:
        if in_a_row == FAILURES_IN_A_ROW:
            break
        if not notice.claim(timezone.now()):
            continue
        message = message_for(notice)
        if message is None:
            notice.mark(given_up_at=timezone.now())
            result.given_up += 1
            continue
        try:
            message.send()
        except OSError as error:  # which every error of SMTP and of the network is
            in_a_row += 1
            result.failed += 1
            logger.warning("Notice %s was not sent, attempt %s: %s", notice.pk, notice.attempts, error)
            if notice.attempts >= ATTEMPTS:
                notice.mark(given_up_at=timezone.now())
                result.given_up += 1
        else:
            in_a_row = 0
            notice.mark(sent_at=timezone.now())
            result.sent += 1
    return result


def message_for(notice: Notice) -> EmailMultiAlternatives | None:
    """The mail in the person's language and time zone; None where there is nobody to tell, or nothing left to say."""
    person = User.objects.filter(pk=notice.recipient_id, is_active=True).first()
    if person is None:
        return None
    with translation.override(person.language), timezone.override(zoneinfo.ZoneInfo(person.time_zone)):
        told = visits(starts(assumed_session=notice.assumed_session_id))
        if not told:
            return None
        context = {"person": person, "visit": told[0], "moment": notice.moment}
        subject = render_to_string("impersonation/email/notice_subject.txt", context).strip()
        message = EmailMultiAlternatives(
            subject, render_to_string("impersonation/email/notice.txt", context), to=[person.email]
        )
        message.attach_alternative(render_to_string("impersonation/email/notice.html", context), "text/html")
    return message
