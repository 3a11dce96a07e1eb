"""Notices to users whose account was opened: an outbox for mail, and a message on the dashboard until it is seen."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import models

from accounts.models import User
from accounts.models.outbox import Outgoing, OutgoingQuerySet, letter
from accounts.models.preferences import preferences_of
from audit.kinds import Kind
from audit.statements import Parameter, Statement, insert
from audit.verification.receipts import receipt_of

from .ledger.session import SessionEntry, session_entries, starts

SHOWN_AT_MOST = 100


class Moment(models.TextChoices):
    """The moment of the notice; the company chooses one, or none."""

    START = "start"
    END = "end"


KINDS: dict[str, Kind] = {Moment.START: Kind.ASSUMED_SESSION_STARTED, Moment.END: Kind.ASSUMED_SESSION_ENDED}


class NoticeQuerySet(OutgoingQuerySet):
    def unseen_by(self, user):
        return self.unseen_by_key(user.pk)

    def unseen_by_key(self, user):
        return self.filter(recipient=user, seen_at=None)


class Notice(Outgoing):
    """
    Notice to the user whose account was opened, stored in the transaction of the start or the end.

    Its text is not stored. It is read from the audit log when needed, so that an erasure there reaches the notice.
    """

    assumed_session = models.ForeignKey("impersonation.AssumedSession", models.CASCADE, related_name="notices")
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, db_constraint=False, related_name="+")
    moment = models.CharField(max_length=10, choices=Moment.choices)
    seen_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = NoticeQuerySet.as_manager()

    class Meta(Outgoing.Meta):
        constraints = [
            models.UniqueConstraint(fields=["assumed_session", "moment"], name="notice_once_per_moment"),
            *Outgoing.Meta.constraints,
        ]
        indexes = [
            *Outgoing.Meta.indexes,
            models.Index(fields=["recipient"], condition=models.Q(seen_at=None), name="notice_unseen"),
        ]

    def __str__(self):
        return f"{self.moment}: {self.assumed_session_id}"

    def message(self) -> EmailMultiAlternatives | None:
        user = User.objects.filter(pk=self.recipient_id, is_active=True).with_standing().first()
        if user is None:
            return None
        with preferences_of(user):
            entries = session_entries(starts(assumed_session=self.assumed_session_id), reader=user)
        if not entries:
            return None
        kind = KINDS.get(self.moment)
        receipt = receipt_of(assumed_session=self.assumed_session_id, kind=kind) if kind else None
        return letter("impersonation/email/notice", user, session=entries[0], moment=self.moment, receipt=receipt)


def announce(assumed_session, moment: Moment) -> None:
    """Put a notice into the outbox if the company has chosen this moment; the caller opens the transaction."""
    if moment == assumed_session.login_as_rules.notice:
        insert([Notice(assumed_session=assumed_session, recipient_id=assumed_session.target_id, moment=moment.value)])


@dataclass(frozen=True, slots=True)
class Unseen:
    """The message on the dashboard: the newest assumed session that the user has not seen, and the number of all."""

    newest: int
    count: int
    session: SessionEntry | None


UNSEEN = Statement(
    lambda: Notice.objects.unseen_by_key(Parameter("user", User._meta.pk)).order_by("-pk")[:SHOWN_AT_MOST]
)


def unseen(request, live: Container[UUID] = ()) -> Unseen | None:
    """
    Return what the user has not seen yet; None in an assumed session, because the actor must not see it.

    live: ids of the sessions that a notice of their own tells on the page; what is said afterwards waits for their end.
    """
    if request.assumed_session or not request.user.is_authenticated:
        return None
    found = [notice for notice in UNSEEN.objects(user=request.user.pk) if notice.assumed_session_id not in live]
    if not found:
        return None
    entries = session_entries(starts(assumed_session=found[0].assumed_session_id), reader=request.user)
    return Unseen(newest=found[0].pk, count=len(found), session=entries[0] if entries else None)
