"""Mass changes: an import that changes unusually much is confirmed by typing a number."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import ngettext

from accounts.models import User

from .plan import Plan

# More people than either number is a mass change: people, and per cent of all active people.
LEAVING = (20, 5)
MOVING = (50, 10)
READDRESSED = (50, 10)


class NotConfirmed(Exception):
    """The plan is a mass change, and nobody has typed its number."""

    def __init__(self, change: MassChange):
        super().__init__(change.number)
        self.change = change


@dataclass(frozen=True, slots=True)
class MassChange:
    """What is unusual about a plan. number: the number to type, which counts the people or departments concerned."""

    number: int
    sentences: list[str]


def mass_change(plan: Plan) -> MassChange | None:
    """Return what is unusual about the plan, or None if it needs no confirmation."""
    active = User.objects.filter(is_active=True).count()
    leaving = sum(update.changes.get("is_active") == (True, False) for update in plan.updates)
    moving = sum(update.changes.get("department", (None, None))[0] is not None for update in plan.updates)
    readdressed = sum("email" in update.changes for update in plan.updates)
    tops = [place for place in plan.departments if place.parent is None] if plan.tree and plan.tree.by_id else []
    number = 0
    sentences: list[str] = []
    if is_many(leaving, active, LEAVING):
        message = ngettext(
            "%(count)s of %(active)s active people would be deactivated.",
            "%(count)s of %(active)s active people would be deactivated.",
            leaving,
        )
        number, sentences = number + leaving, [*sentences, message % {"count": leaving, "active": active}]
    if is_many(moving, active, MOVING):
        message = ngettext(
            "%(count)s person would move to another department.",
            "%(count)s people would move to another department.",
            moving,
        )
        number, sentences = number + moving, [*sentences, message % {"count": moving}]
    if is_many(readdressed, active, READDRESSED):
        message = ngettext(
            "%(count)s person would get another email address.",
            "%(count)s people would get another email address.",
            readdressed,
        )
        number, sentences = number + readdressed, [*sentences, message % {"count": readdressed}]
    if tops:
        message = ngettext(
            "A new department would be at the top of the organisation: %(names)s.",
            "%(count)s new departments would be at the top of the organisation: %(names)s.",
            len(tops),
        )
        names = ", ".join(place.name for place in tops[:5]) + (" …" if len(tops) > 5 else "")
        number, sentences = number + len(tops), [*sentences, message % {"count": len(tops), "names": names}]
    return MassChange(number, sentences) if sentences else None


def is_many(people: int, active: int, limits: tuple[int, int]) -> bool:
    """Return whether this is more than one person, and more than either limit: people, per cent of the active."""
    at_most, per_cent = limits
    return people > 1 and (people > at_most or people * 100 > active * per_cent)


def require_confirmed(plan: Plan, typed: int | None) -> None:
    """Raise NotConfirmed if the plan is a mass change and `typed` is not its number."""
    change = mass_change(plan)
    if change and typed != change.number:
        raise NotConfirmed(change)
