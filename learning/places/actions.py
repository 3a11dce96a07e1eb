"""Changes of places at an event by content creators and by the timer: checked under lock, recorded, and told."""

from __future__ import annotations

import logging
from typing import Any

from django.db import DatabaseError, models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.authorization.changes import NotAllowed, lock_users, require
from accounts.models import User, mails
from accounts.policy import Refusal
from audit import log
from audit.errors import NotRecorded
from audit.kinds import Kind
from learning.access_check.access import may_edit
from learning.models import Event, Registration, RegistrationRefusal, RegistrationRefused, WaitingEntry

logger = logging.getLogger(__name__)


class PlaceRefusal(models.TextChoices):
    """Why an actor may not give a user a place at an event, or take it back."""

    NO_RIGHT_TO_EDIT_EVENTS = "no_right_to_edit_events", _("You don't hold the right to edit events.")
    NO_RIGHT_TO_SEE = "no_right_to_see", _("You don't hold the right to see this person.")
    NO_RIGHT_TO_SEE_ANYBODY = "no_right_to_see_anybody", _("You don't hold the right to see people.")
    HAS_PLACE = "has_place", _("%(name)s has a place already.")
    EVENT_NOT_SEEN = (
        "event_not_seen",
        _("%(name)s does not see this event. Publish it, or add them to its audience."),
    )
    PLACE_GONE = "place_gone", _("%(name)s no longer has a place.")
    NOT_WAITING = "not_waiting", _("%(name)s is no longer on the waiting list.")


def why_not_change_places(actor: User, user: User) -> PlaceRefusal | None:
    """
    Return why the actor may neither give the user a place nor take it back; None if they may.

    It takes the right to edit events, and to see the user.
    """
    if not may_edit(actor, "event"):
        return PlaceRefusal.NO_RIGHT_TO_EDIT_EVENTS
    if not User.objects.visible_to(actor).filter(pk=user.pk).exists():
        return PlaceRefusal.NO_RIGHT_TO_SEE
    return None


def give_place(*, actor: User, event: Event, user: User, reason: str) -> None:
    """
    Register a user for an event by the rules that apply to the user, before users who wait.

    reason: why; the user reads it, and it goes into the audit log. Raise NotAllowed if the actor may not, or if the
    event is not visible to the user, and RegistrationRefused if nobody can register.
    """
    with log.recording():
        event = Event.objects.select_for_update().get(pk=event.pk)
        actor, user = lock_users(actor, user)
        require(why_not_change_places(actor, user))
        require(why_not_register(user, event), name=user.name)
        if event.registrations.filter(user=user).exists():
            raise NotAllowed(PlaceRefusal.HAS_PLACE, name=user.name)
        event.register(user, is_ahead=True)
        facts: dict[str, Any] = event.facts
        said: dict[str, Any] = {"actor": actor.as_person(), "target": user.as_person(), "reason": {"text": reason}}
        log.record(Kind.REGISTRATION_GIVEN, detail=facts, **said)
        mails.put(mails.Mail.Kind.PLACE_GIVEN, user, actor=actor, reason=reason, **facts)


def why_not_register(user: User, event: Event) -> Refusal | PlaceRefusal | None:
    """Return why the user could not register for the event themselves; None if they could. Free places apart."""
    if not user.is_active:
        return Refusal.TARGET_INACTIVE
    if not Event.objects.visible_to(user).filter(pk=event.pk).exists():
        return PlaceRefusal.EVENT_NOT_SEEN
    return None


def refuse_once_begun(event: Event) -> None:
    """Raise RegistrationRefused after the event has begun, because its places stay as they are."""
    if event.starts_at <= timezone.now():
        raise RegistrationRefused(RegistrationRefusal.BEGUN)


def take_back_place(*, actor: User, registration: Registration, reason: str) -> None:
    """
    Take a user's place at an event back. The first user who waits gets it.

    reason: why; the user reads it, and it goes into the audit log. Raise NotAllowed if the actor may not, or if the
    place is gone, and RegistrationRefused after the event has begun.
    """
    with log.recording():
        event = Event.objects.select_for_update().get(pk=registration.event_id)
        actor, user = lock_users(actor, registration.user)
        require(why_not_change_places(actor, user))
        refuse_once_begun(event)
        found = event.registrations.select_for_update().filter(pk=registration.pk).first()
        if found is None:
            raise NotAllowed(PlaceRefusal.PLACE_GONE, name=user.name)
        found.take_back(actor=actor, reason=reason)
        event.move_up()


def take_off_list(*, actor: User, entry: WaitingEntry, reason: str) -> None:
    """
    Take a user off the waiting list of an event.

    reason: why; the user reads it, and it goes into the audit log. Raise NotAllowed if the actor may not, or if the
    user no longer waits, and RegistrationRefused after the event has begun.
    """
    with log.recording():
        event = Event.objects.select_for_update().get(pk=entry.event_id)
        actor, user = lock_users(actor, entry.user)
        require(why_not_change_places(actor, user))
        refuse_once_begun(event)
        found = event.waiting.filter(pk=entry.pk).first()
        if found is None:
            raise NotAllowed(PlaceRefusal.NOT_WAITING, name=user.name)
        found.take_off(actor=actor, reason=reason)


def fill_free_places() -> None:
    """
    Give every free place that somebody waits for, and drop the waiting lists of past events.

    A place also becomes free where nobody looks at the event: its user is deactivated or moved, or the event is
    published later. `send_notices` calls this before it sends mail. An event that fails is logged and stops no other.
    """
    WaitingEntry.objects.filter(event__ends_at__lte=timezone.now()).delete()
    for pk in list(Event.objects.owing_places().order_by("pk").values_list("pk", flat=True)):
        try:
            with log.recording():
                if event := Event.objects.select_for_update().filter(pk=pk).first():
                    event.move_up()
        except (NotRecorded, DatabaseError):
            logger.exception("The waiting list of event %s could not be moved up.", pk)
