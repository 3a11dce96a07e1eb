"""Waiting lists: who gets the next place at an event that becomes free."""

from __future__ import annotations

from enum import Enum, auto
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User, mails
from audit import context, log
from audit.kinds import Kind

from .registrations import UserOfEvent, UserOfEventQuerySet


class Waited(Enum):
    """What `Event.wait` led to: a place or an entry of the waiting list, and whether the user had it before."""

    GOT_PLACE = auto()
    HAD_PLACE = auto()
    GOT_ENTRY = auto()
    HAD_ENTRY = auto()


class WaitingQuerySet(UserOfEventQuerySet):
    def with_number(self):
        """Annotate the place of each entry among those that count, from 1; an entry that is skipped takes no number."""
        before = Q(since__lt=OuterRef("since")) | Q(since=OuterRef("since"), pk__lt=OuterRef("pk"))
        earlier = WaitingEntry.objects.filter(before, event=OuterRef("event")).counted().order_by()
        count = earlier.values("event").annotate(count=Count("pk")).values("count")
        return self.annotate(number=Coalesce(Subquery(count), 0) + 1)


class WaitingEntry(UserOfEvent):
    """
    A user who waits for a place at an event. The first entry that counts gets the next place.

    An entry that does not count is skipped and keeps its turn, because deactivations and audiences are sometimes
    mistakes.
    """

    # Annotated by `with_number`.
    number: int

    event = models.ForeignKey("learning.Event", on_delete=models.CASCADE, related_name="waiting")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="waiting")
    since = models.DateTimeField(_("waits since"), default=timezone.now)

    objects: ClassVar = WaitingQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry of a waiting list")
        verbose_name_plural = _("entries of waiting lists")
        default_permissions = ()
        ordering = ["since", "pk"]
        constraints = [models.UniqueConstraint(fields=["event", "user"], name="waiting_once")]

    def record_moved_up(self) -> None:
        """Record that the user got the place, and tell them by mail. Nobody is the actor: the list chose the user."""
        facts: dict[str, Any] = self.event.facts
        with context.scoped(actor=None, target=None, assumed_session=None, address="", user_agent=""):
            detail = facts | {"waiting_since": self.since.isoformat()}
            log.record(Kind.REGISTRATION_MOVED_UP, target=self.user.as_person(), detail=detail)
        mails.put(mails.Mail.Kind.PLACE_MOVED_UP, self.user, reason="", **facts)

    def take_off(self, *, actor: User, reason: str) -> None:
        """
        Delete the entry, record why, and tell the user by mail. Call it inside a recording.

        actor, reason: who takes the user off the list, and why.
        """
        self.event.waiting.filter(pk=self.pk).delete()
        facts: dict[str, Any] = self.event.facts
        log.record(
            Kind.REGISTRATION_TAKEN_OFF_LIST,
            actor=actor.as_person(), target=self.user.as_person(), reason={"text": reason},
            detail=facts | {"waiting_since": self.since.isoformat()},
        )  # fmt: skip
        mails.put(mails.Mail.Kind.TAKEN_OFF_LIST, self.user, actor=actor, reason=reason, **facts)
