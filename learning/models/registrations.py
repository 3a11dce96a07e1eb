"""Registrations: places at events, and the places that lapse."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import BooleanField, Count, ExpressionWrapper, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import policy
from accounts.models import User, mails
from accounts.policy.rights import Right
from audit import context, log
from audit.changes import record_change
from audit.kinds import Kind
from learning.visibility import audience


class RegistrationRefusal(models.TextChoices):
    """Why a user can't register for an event, in the order in which the rules are checked."""

    BEGUN = "begun", _("The event has begun.")
    CLOSED = "closed", _("Registration has closed.")
    NOT_OPEN = "not_open", _("Registration has not opened yet.")
    FULL = "full", _("Every place is taken.")


class RegistrationRefused(Exception):
    """A user can't register, or can't leave; `refusal` says why."""

    def __init__(self, refusal: RegistrationRefusal):
        super().__init__(refusal.label)
        self.refusal = refusal


class Lapse(models.TextChoices):
    """Why a place no longer counts, although nobody else has it yet, or why the waiting list skips somebody."""

    DEACTIVATED = "deactivated", _("Deactivated")
    NOT_MEANT = "not_meant", _("No longer in the audience")


class UserOfEventQuerySet(models.QuerySet):
    """Rows that name an event and a user."""

    def visible_to(self, actor):
        """Filter rows of users that the actor sees in User Management."""
        return self.filter(policy.in_scope(actor, Right.SEE_PEOPLE, "user__department__path"))

    def counted(self):
        """Filter rows that count: the user is active and in the event's audience."""
        return self.filter(self.is_meant(), user__is_active=True)

    def with_users(self):
        """Add the user, and annotate whether the event is still meant for them."""
        is_meant = ExpressionWrapper(self.is_meant(), output_field=BooleanField())
        return self.select_related("user").annotate(is_meant=is_meant)

    def is_meant(self) -> Q:
        event: Any = self.model._meta.get_field("event").related_model
        return audience.is_meant_for_user_of_row(event, "event")


class UserOfEvent(models.Model):
    """The base of rows that name an event and a user."""

    event_id: int
    user_id: int
    user: Any
    # Annotated by `with_users`.
    is_meant: bool

    class Meta:
        abstract = True

    def __str__(self):
        return f"{self.event_id}: {self.user_id}"

    @property
    def lapse(self) -> Lapse | None:
        """Return why the row does not count, after `with_users`; None if it counts."""
        if not self.user.is_active:
            return Lapse.DEACTIVATED
        return None if self.is_meant else Lapse.NOT_MEANT


def counted_of_event(model) -> Coalesce:
    """Return an expression for the number of rows of the event that count."""
    rows = model.objects.filter(event=OuterRef("pk")).counted().order_by()
    return Coalesce(Subquery(rows.values("event").annotate(count=Count("pk")).values("count")), 0)


class RegistrationQuerySet(UserOfEventQuerySet):
    def lapsed(self):
        """Filter lapsed registrations, the oldest first."""
        return self.filter(Q(user__is_active=False) | ~self.is_meant()).order_by("registered_at", "pk")


class Registration(UserOfEvent):
    """A user's place at an event. It counts while the user is active and in the event's audience."""

    event = models.ForeignKey("learning.Event", on_delete=models.CASCADE, related_name="registrations")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="registrations")
    registered_at = models.DateTimeField(_("registered"), default=timezone.now)

    objects: ClassVar = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["event", "user"], name="registration_once")]

    def take_back(self, *, actor: User | None = None, reason: str = "", lapse: Lapse | None = None) -> None:
        """
        Delete the registration, record why, and tell the user by mail. Call it inside a recording.

        actor, reason: who takes the place back, and why. lapse: why the platform takes it back, if no actor does; the
        audit event then has no actor, because the user who needs a place did not choose whose place it gets.
        """
        with record_change(self.event.registrations.filter(pk=self.pk), about=self.event):
            self.event.registrations.filter(pk=self.pk).delete()
        person = self.user.as_person()
        facts: dict[str, Any] = self.event.facts | {"lapse": lapse.value if lapse else ""}
        detail = facts | {"registered_at": self.registered_at.isoformat()}
        if actor:
            log.record(
                Kind.REGISTRATION_WITHDRAWN,
                actor=actor.as_person(), target=person, reason={"text": reason}, detail=detail,
            )  # fmt: skip
        else:
            with context.scoped(actor=None, target=None, assumed_session=None, address="", user_agent=""):
                log.record(Kind.REGISTRATION_WITHDRAWN, target=person, detail=detail)
        mails.put(mails.Mail.Kind.PLACE_WITHDRAWN, self.user, actor=actor, reason=reason, **facts)
