"""Events, and registering for them."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.authorization.changes import lock_rows
from accounts.models import User, no_nul
from accounts.models.preferences import validate_time_zone, zone_named
from audit import log
from audit.changes import record_change
from learning.visibility import audience

from .event_querysets import EventQuerySet
from .items import MARKDOWN, TEXT_LENGTH, AudienceEntry, Exclusion, Item
from .registrations import Registration, RegistrationRefusal, RegistrationRefused
from .undone import record_undone
from .waiting import Waited, WaitingEntry

EVENT_IN_ORDER = _("The event must end after it starts.")
REGISTRATION_IN_ORDER = _("Registration must close after it opens.")


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
    waiting_count: int
    waiting_number: int | None

    description = models.TextField(
        _("description"), max_length=TEXT_LENGTH, blank=True, validators=[no_nul], help_text=MARKDOWN
    )
    starts_at = models.DateTimeField(_("starts"), help_text=_("In your own time zone."))
    ends_at = models.DateTimeField(_("ends"), help_text=_("In your own time zone."))
    time_zone = models.CharField(
        _("time zone of the place"), max_length=50, default=settings.TIME_ZONE, validators=[validate_time_zone]
    )
    place = models.CharField(_("place"), max_length=200, blank=True, validators=[no_nul])
    link = models.URLField(_("link"), blank=True, help_text=_("Where people take part online."))
    capacity = models.PositiveIntegerField(_("places"), null=True, blank=True, help_text=_("Empty: without limit."))
    has_waiting_list = models.BooleanField(
        _("waiting list"), default=False, db_default=False,
        help_text=_("Once every place is taken, people can wait. The first of them gets the next free place."),
    )  # fmt: skip
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
                violation_error_message=EVENT_IN_ORDER,
            ),
            models.CheckConstraint(
                condition=Q(capacity__isnull=True) | Q(capacity__gte=1), name="event_has_a_place_or_more"
            ),
            models.CheckConstraint(
                condition=Q(has_waiting_list=False) | Q(capacity__isnull=False),
                name="event_with_waiting_list_has_a_number_of_places",
            ),
            models.CheckConstraint(
                condition=Q(registration_opens_at__isnull=True)
                | Q(registration_closes_at__isnull=True)
                | Q(registration_closes_at__gt=F("registration_opens_at")),
                name="event_registration_closes_after_it_opens",
                violation_error_message=REGISTRATION_IN_ORDER,
            ),
        ]

    def get_absolute_url(self):
        return reverse("event_detail", args=[self.pk])

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
    def takes_waiting(self) -> bool:
        """Return whether one more user can wait for a place, after `with_registration_of`."""
        return self.has_waiting_list and self.registration_refusal == RegistrationRefusal.FULL

    @property
    def facts(self) -> dict[str, str | int]:
        """Return the facts for the audit log and for mails, which must outlive the event."""
        return {"event": self.pk, "title": self.title, "starts_at": self.starts_at.isoformat()}

    def register(self, user, *, is_ahead: bool = False) -> bool:
        """
        Give the user a place, and return whether they had none. Raise RegistrationRefused if a rule forbids it.

        is_ahead: whether the user gets it before users who wait, because an editor gives it by hand.
        """
        refusal = None
        with log.recording():
            event = self.locked_for(user, moves_up=not is_ahead)
            if event.is_registered:
                return False
            if not (refusal := event.registration_refusal):
                event.store_place(user)
                if is_ahead:
                    event.move_up()
                else:
                    record_undone(user, event, Registration, is_given=True)
        # Raised after the transaction, so that who has moved up keeps the place.
        if refusal:
            raise RegistrationRefused(refusal)
        return True

    def wait(self, user) -> Waited:
        """
        Put the user at the end of the waiting list, or give them a place if one is free.

        Raise RegistrationRefused if a rule of registering forbids it, or if the event has no waiting list.
        """
        refusal = None
        with log.recording():
            event = self.locked_for(user)
            if event.is_registered:
                return Waited.HAD_PLACE
            if event.waiting_number is not None:
                return Waited.HAD_ENTRY
            if event.takes_waiting:
                with record_change(event.waiting.filter(user=user.pk), about=event):
                    WaitingEntry.objects.create(event=event, user_id=user.pk)
                record_undone(user, event, WaitingEntry, is_given=True)
                return Waited.GOT_ENTRY
            if not (refusal := event.registration_refusal):
                event.store_place(user)
                record_undone(user, event, Registration, is_given=True)
        if refusal:
            raise RegistrationRefused(refusal)
        return Waited.GOT_PLACE

    def stop_waiting(self, user) -> bool:
        """Take the user off the waiting list, and return whether they were on it."""
        with log.recording():
            entry = self.locked().waiting.filter(user=user.pk)
            with record_change(entry, about=self):
                had_turn = bool(entry.delete()[0])
            if had_turn:
                record_undone(user, self, WaitingEntry, is_given=False)
        return had_turn

    def locked(self) -> Event:
        """Lock the event until the transaction ends, so that two requests never get one place; return it as it is."""
        return Event.objects.select_for_update().get(pk=self.pk)

    def locked_for(self, user, *, moves_up: bool = True) -> Event:
        """Lock the event, move up users who wait, and return the event with the registration of the user."""
        event = self.locked()
        if moves_up:
            event.move_up()
        return Event.objects.with_registration_of(user).get(pk=self.pk)

    def store_place(self, user) -> None:
        """Make room, store the registration of the user, and take them off the waiting list. The event is locked."""
        self.make_room()
        entry = self.waiting.filter(user=user.pk)
        with record_change(entry, about=self):
            entry.delete()
        with record_change(self.registrations.filter(user=user.pk), about=self):
            Registration.objects.create(event=self, user_id=user.pk)

    def move_up(self) -> None:
        """
        Give the free places to the first users who wait and still may have one. Call it inside a recording.

        The event is locked. Users who are deactivated or outside the audience are skipped, and stay on the list.
        """
        event = Event.objects.owing_places().filter(pk=self.pk).first()
        if event is None:
            return
        for entry in list(event.waiting.counted().with_users()[: event.places_left]):
            try:
                event.store_place(entry.user)
            except RegistrationRefused:
                return  # somebody with a lapsed place was reactivated at this moment
            entry.record_moved_up()

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

    def leave(self, user) -> bool:
        """Pass the user's place on, and return whether they had one. Raise RegistrationRefused after it has begun."""
        with log.recording():
            event = self.locked()
            if event.starts_at <= timezone.now():
                raise RegistrationRefused(RegistrationRefusal.BEGUN)
            registration = event.registrations.filter(user=user.pk)
            with record_change(registration, about=event):
                had_place = bool(registration.delete()[0])
            if had_place:
                record_undone(user, event, Registration, is_given=False)
            event.move_up()
        return had_place


class EventAudience(AudienceEntry):
    item = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="audience", verbose_name=_("event"))

    class Meta(AudienceEntry.Meta):
        pass


class EventExclusion(Exclusion):
    item = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="exclusions", verbose_name=_("event"))

    class Meta(Exclusion.Meta):
        pass
