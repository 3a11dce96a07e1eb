"""Queries of events: which are to come, which a user attended, and how many places are taken."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils import timezone

from learning.visibility import audience

from .items import ItemQuerySet
from .registrations import Registration, counted_of_event
from .waiting import WaitingEntry


class EventQuerySet(ItemQuerySet):
    def coming(self, now=None):
        """Filter events that are not over, the next one first."""
        return self.filter(ends_at__gt=now or timezone.now()).order_by("starts_at", "pk")

    def attended_by(self, user):
        """Filter published past events at which the user had a place, the latest one first."""
        past = self.filter(registrations__user=user.pk, ends_at__lte=timezone.now(), is_published=True)
        return past.order_by("-starts_at", "-pk")

    def with_registration_count(self):
        """Annotate how many places are taken."""
        return self.annotate(registration_count=counted_of_event(Registration))

    def with_registration_of(self, user):
        """Annotate how many places are taken and how many users wait, and whether the user has a place or waits."""
        own = {"event": OuterRef("pk"), "user": user.pk}
        return self.with_registration_count().annotate(
            is_registered=Exists(Registration.objects.filter(**own)),
            waiting_count=counted_of_event(WaitingEntry),
            waiting_number=Subquery(WaitingEntry.objects.filter(**own).with_number().values("number")),
        )

    def owing_places(self):
        """Filter events with a free place for a user who waits: published, not begun, registration open or closed."""
        now = timezone.now()
        rules = (audience.is_published, audience.has_opened, audience.has_not_closed)
        is_shown = [rule(self.model, None, now) for rule in rules]
        waits = Exists(WaitingEntry.objects.filter(event=OuterRef("pk")).counted())
        is_free = Q(capacity=None) | Q(capacity__gt=F("registration_count"))
        return self.with_registration_count().filter(*is_shown, is_free, waits, starts_at__gt=now)
