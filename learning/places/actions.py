"""Changes of who takes part in an event by those who write events: checked again under lock, on record, and told."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.authorization.changes import NotAllowed, locked, require
from accounts.models import User, mails
from audit import log
from audit.kinds import Kind
from learning.models import Event, Registration, RegistrationRefusal, RegistrationRefused
from learning.visibility.access import may_edit


def may_change_places(actor: User, person: User) -> str:
    """
    Why the actor may neither give the person a place nor take it back; "" where they may.

    It takes the right to edit events, and to see the person.
    """
    if not may_edit(actor, "event"):
        return _("You don't hold the right to edit events.")
    if not User.objects.visible_to(actor).filter(pk=person.pk).exists():
        return _("You don't hold the right to see this person.")
    return ""


def give_place(*, actor: User, event: Event, person: User, reason: str) -> None:
    """
    Register a person for an event by the rules that hold for themselves.

    reason: why; the person reads it, and it goes into the audit log. Raises NotAllowed if the actor may not, or if the
    event is not there for the person, and RegistrationRefused if nobody can register.
    """
    with log.recording():
        event = Event.objects.select_for_update().get(pk=event.pk)
        actor, person = locked(actor, person)
        require(may_change_places(actor, person))
        require(why_not_there_for(person, event))
        if event.registrations.filter(user=person).exists():
            raise NotAllowed(_("%(name)s has a place already.") % {"name": person.name})
        event.register(person)
        facts: dict[str, Any] = event.facts
        said: dict[str, Any] = {"actor": actor.as_person(), "target": person.as_person(), "reason": {"text": reason}}
        log.record(Kind.REGISTRATION_GIVEN, detail=facts, **said)
        mails.put(mails.Mail.Kind.PLACE_GIVEN, person, by=actor, reason=reason, **facts)


def why_not_there_for(person: User, event: Event) -> str:
    """Why the person could not register for the event themselves; "" where they could, if there is a place."""
    if not person.is_active:
        return _("This account is deactivated.")
    if not Event.objects.visible_to(person).filter(pk=event.pk).exists():
        return _("%(name)s does not see this event. Publish it, or add them to its audience.") % {"name": person.name}
    return ""


def take_back_place(*, actor: User, registration: Registration, reason: str) -> None:
    """
    Take a person's place at an event back.

    reason: why; the person reads it, and it goes into the audit log. Raises NotAllowed if the actor may not, or if
    there is no such place any more, and RegistrationRefused once the event has begun.
    """
    with log.recording():
        event = Event.objects.select_for_update().get(pk=registration.event_id)
        actor, person = locked(actor, registration.user)
        require(may_change_places(actor, person))
        if event.starts_at <= timezone.now():
            raise RegistrationRefused(RegistrationRefusal.BEGUN)
        found = event.registrations.select_for_update().filter(pk=registration.pk).first()
        if found is None:
            raise NotAllowed(_("%(name)s no longer has a place.") % {"name": person.name})
        found.take_back(actor=actor, reason=reason)
