"""What a user can take back of what was changed in their place (docs/decisions/0063)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.authorization.undo import Undo
from accounts.models import User

from .models import Event
from .models.places_in_log import MODELS, PLACE, TURN, Change, change_of
from .undone_since import undone_since

Ways = dict[int, list[tuple[str, Undo]]]


def ways_back(user: User, changes: Mapping[int, Mapping[int, Any]]) -> tuple[Ways, dict[int, str]]:
    """
    Return what takes back the changes that still hold, and what became of the others since.

    changes: by any number, the details of recorded changes by the number of their event, oldest first; None for an
    erased one. The first result has sentences by these numbers, each with the form of an ordinary view. The second has
    a sentence for each event whose change the log says was undone. At most four queries; none if no detail tells of an
    event.
    """
    left = {
        number: what_is_left(change for seq, detail in details.items() if (change := change_of(seq, detail, user)))
        for number, details in changes.items()
    }
    since = undone_since(user, [change for found in left.values() for change in found])
    left = {number: [change for change in found if change.seq not in since] for number, found in left.items()}
    told = [change for found in left.values() for change in found]
    events = events_of(user, told)
    held = {kind: rows_of(user, kind, told) for kind in {change.kind for change in told if change.is_given}}
    ways: Ways = {}
    for number, found in left.items():
        for change in found:
            if change.event in events and (way := way_back(change, events[change.event], held.get(change.kind, set()))):
                ways.setdefault(number, []).append(way)
    return ways, since


def what_is_left(changes: Iterable[Change]) -> list[Change]:
    """Return the last change of each place and turn, without what was given and taken again, or the other way round."""
    first: dict[tuple[str, int], Change] = {}
    last: dict[tuple[str, int], Change] = {}
    for change in changes:
        thing = change.kind, change.event
        first.setdefault(thing, change)
        last[thing] = change
    return [change for thing, change in last.items() if change.is_given == first[thing].is_given]


def events_of(user: User, changes: list[Change]) -> dict[int, Event]:
    """Return the events that are still to come and that the user sees, with the registration of the user."""
    if not changes:
        return {}
    found: dict[int, Event] = (
        Event.objects.visible_to(user)
        .filter(starts_at__gt=timezone.now())
        .with_registration_of(user)
        .in_bulk({change.event for change in changes})
    )
    return found


def rows_of(user: User, kind: str, changes: list[Change]) -> set[int]:
    """Return which rows of the kind that were given the user still has."""
    rows = [change.row for change in changes if change.kind == kind and change.is_given]
    return set(MODELS[kind].objects.filter(user=user.pk, pk__in=rows).values_list("pk", flat=True))


def way_back(change: Change, event: Event, held: set[int]) -> tuple[str, Undo] | None:
    """Return what takes the change back; None if it no longer holds, or if the former state can't be had again."""
    if change.is_given:
        if change.row not in held:
            return None
        if change.kind == PLACE:
            return way(event, "event_leave", _("Cancel the registration for “%(title)s”"))
        return way(event, "event_stop_waiting", _("Leave the waiting list of “%(title)s”"))
    if change.kind == TURN or event.is_registered or event.registration_refusal:
        return None
    return way(event, "event_register", _("Register for “%(title)s” again"))


def way(event: Event, view: str, sentence: str) -> tuple[str, Undo]:
    return sentence % {"title": event.title}, Undo(reverse(view, args=[event.pk]), {"page": "event"})
