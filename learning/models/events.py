"""Events, and registering for them."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.authorization.changes import lock_rows
from accounts.models import User, no_nul
from accounts.models.preferences import validate_time_zone, zone_named
from audit import log
from audit.changes import record_change
from learning.visibility import audience

from .items import TEXT_LENGTH, AudienceEntry, Exclusion, Item, ItemQuerySet
from .registrations import Registration


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


class EventQuerySet(ItemQuerySet):
    def coming(self):
        """Filter events that are not over, the next one first."""
        return self.filter(ends_at__gt=timezone.now()).order_by("starts_at", "pk")

    def attended_by(self, user):
        """Filter published past events at which the user had a place, the latest one first."""
        past = self.filter(registrations__user=user.pk, ends_at__lte=timezone.now(), is_published=True)
        return past.order_by("-starts_at", "-pk")

    def with_registration_of(self, user):
        """Annotate how many places are taken, and whether the user has one."""
        registrations = Registration.objects.filter(event=OuterRef("pk"))
        per_event = registrations.counted().order_by().values("event").annotate(count=Count("pk")).values("count")
        return self.annotate(
            registration_count=Coalesce(Subquery(per_event), 0),
            is_registered=Exists(registrations.filter(user=user.pk)),
        )


class Event(Item):
    """A meeting at a place and a time, with or without a number of places."""

    rules = audience.RULES_BY_KIND["event"]
    tracked = (
        *Item.tracked,
        "starts_at", "ends_at", "place", "link", "capacity", "registration_opens_at", "registration_closes_at",
    )  # fmt: skip

    # Annotated by `with_registration_of`.
    registration_count: int
    is_registered: bool

    description = models.TextField(
        _("description"), max_length=TEXT_LENGTH, blank=True, validators=[no_nul], help_text=_("Markdown.")
    )
    starts_at = models.DateTimeField(_("starts"), help_text=_("In your own time zone."))
    ends_at = models.DateTimeField(_("ends"), help_text=_("In your own time zone."))
    time_zone = models.CharField(
        _("time zone of the place"), max_length=50, default=settings.TIME_ZONE, validators=[validate_time_zone]
    )
    place = models.CharField(_("place"), max_length=200, blank=True, validators=[no_nul])
    link = models.URLField(_("link"), blank=True, help_text=_("Where people take part online."))
    capacity = models.PositiveIntegerField(_("places"), null=True, blank=True, help_text=_("Empty: without limit."))
    registration_opens_at = models.DateTimeField(_("registration opens"), null=True, blank=True)
    registration_closes_at = models.DateTimeField(_("registration closes"), null=True, blank=True)

    objects: ClassVar = EventQuerySet.as_manager()

    class Meta(Item.Meta):
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["starts_at", "pk"]
        constraints = [
            *Item.Meta.constraints,
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="event_takes_time",
                violation_error_message=_("The event must end after it starts."),
            ),
            models.CheckConstraint(
                condition=Q(capacity__isnull=True) | Q(capacity__gte=1), name="event_has_a_place_or_more"
            ),
            models.CheckConstraint(
                condition=Q(registration_opens_at__isnull=True)
                | Q(registration_closes_at__isnull=True)
                | Q(registration_closes_at__gt=F("registration_opens_at")),
                name="event_registration_closes_after_it_opens",
                violation_error_message=_("Registration must close after it opens."),
            ),
        ]

    @property
    def is_elsewhere(self) -> bool:
        """Return whether the event's time zone shows another time than the reader's."""
        zone = zone_named(self.time_zone, f"event {self.pk}")
        if zone is None:
            return False
        return self.starts_at.astimezone(zone).utcoffset() != timezone.localtime(self.starts_at).utcoffset()

    @property
    def ends_same_day(self) -> bool:
        return timezone.localdate(self.starts_at) == timezone.localdate(self.ends_at)

    @property
    def places_left(self) -> int | None:
        """Return how many places are left, after `with_registration_of`; None without a limit."""
        return None if self.capacity is None else max(0, self.capacity - self.registration_count)

    @property
    def registration_refusals(self) -> list[RegistrationRefusal]:
        """Return every reason against one more registration, after `with_registration_of`."""
        now = timezone.now()
        stands_against = {
            RegistrationRefusal.BEGUN: self.starts_at <= now,
            RegistrationRefusal.CLOSED: self.registration_closes_at and self.registration_closes_at <= now,
            RegistrationRefusal.NOT_OPEN: self.registration_opens_at and self.registration_opens_at > now,
            RegistrationRefusal.FULL: self.places_left == 0,
        }
        return [refusal for refusal in RegistrationRefusal if stands_against[refusal]]

    @property
    def registration_refusal(self) -> RegistrationRefusal | None:
        """Return the first reason against one more registration, or None."""
        return next(iter(self.registration_refusals), None)

    @property
    def facts(self) -> dict[str, str | int]:
        """Return the facts for the audit log and for mails, which must outlive the event."""
        return {"event": self.pk, "title": self.title, "starts_at": self.starts_at.isoformat()}

    def register(self, user) -> None:
        """Give the user a place. Raise RegistrationRefused if a rule forbids it."""
        with log.recording():
            # The lock makes concurrent requests for the last place wait for each other.
            Event.objects.select_for_update().get(pk=self.pk)
            event = Event.objects.with_registration_of(user).get(pk=self.pk)
            if event.is_registered:
                return
            if refusal := event.registration_refusal:
                raise RegistrationRefused(refusal)
            event.make_room()
            with record_change(self.registrations.filter(user=user.pk), about=self):
                Registration.objects.create(event=event, user_id=user.pk)

    def make_room(self) -> None:
        """
        Take back the lapsed places that one more registration needs, the oldest first. The event is locked.

        So there are never more rows than places: a user who is reactivated still has the place, or was told of the
        loss. Raise RegistrationRefused if the lapsed places count again by now.
        """
        too_many = self.registrations.count() + 1 - self.capacity if self.capacity else 0
        if too_many <= 0:
            return
        # From here on nobody is reactivated or moved, so that each is asked as they are.
        lock_rows(User.objects.filter(registrations__in=self.registrations.lapsed().order_by()))
        lapsed = list(self.registrations.lapsed().with_users()[:too_many])
        if len(lapsed) < too_many:
            raise RegistrationRefused(RegistrationRefusal.FULL)
        for registration in lapsed:
            registration.take_back(lapse=registration.lapse)

    def leave(self, user) -> None:
        """Give up the user's place. Raise RegistrationRefused after the event has begun."""
        if self.starts_at <= timezone.now():
            raise RegistrationRefused(RegistrationRefusal.BEGUN)
        registration = self.registrations.filter(user=user.pk)
        with record_change(registration, about=self):
            registration.delete()


class EventAudience(AudienceEntry):
    item = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="audience", verbose_name=_("event"))

    class Meta(AudienceEntry.Meta):
        pass


class EventExclusion(Exclusion):
    item = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="exclusions", verbose_name=_("event"))

    class Meta(Exclusion.Meta):
        pass
