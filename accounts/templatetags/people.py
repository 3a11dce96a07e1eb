"""
The rows of User Management, with what the menu of each person offers.

    {% for row in page|rows_for:request %}

The policy is asked once for each kind of person on the page: the answer is the same if the facts are.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Any, NamedTuple

from django import template
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import policy
from accounts.models import User
from accounts.policy import Refusal
from accounts.users import kept_place
from accounts.users.views import why_not

from .permissions import can, with_target

register = template.Library()

PLACE = 10**17  # stands for the id of a user in an address


class Offer(NamedTuple):
    """An entry of the menu, for actors who can do what the verb says. changes: whether assumed sessions have none."""

    verb: str
    address_name: str
    label: str | Promise
    changes: bool = True
    is_danger: bool = False


OFFERS = (
    Offer("check_access", "user_access", _("Check access"), changes=False),
    Offer("edit_user", "user_edit", _("Edit")),
    Offer("assign_permission_types", "user_permission_types", _("Permission types")),
    Offer("change_status", "user_deactivate", _("Deactivate…"), is_danger=True),
)


class Entry(NamedTuple):
    """An entry in the menu of one person."""

    address: str
    label: str
    verb: str


class Row(NamedTuple):
    """
    A person of the page, and the address of their page. refusal: why the actor may not log in as them, or None.

    danger: the entries of the menu that stand apart and last.
    """

    person: User
    address: str
    refusal: Refusal | None
    login_as: str
    menu: list[Entry]
    danger: list[Entry]

    @property
    def check_access(self) -> Entry | None:
        """Return the entry of the access check, if the menu has it."""
        return next((entry for entry in self.menu if entry.verb == "check_access"), None)


@register.filter
def rows_for(people: Iterable[User], request: Any) -> Iterator[Row]:
    """Yield a row for each person; the people come with the facts of `with_standing`."""
    profile, login_as = addresses("user_detail"), addresses("login_as")
    offers = [
        (offer, addresses(offer.address_name), str(offer.label))
        for offer in OFFERS
        if not (offer.changes and request.assumed_session)
    ]
    see_profile = str(_("View profile"))
    answers: dict[Hashable, tuple[Refusal | None, set[str]]] = {}
    for person in people:
        facts = policy.facts_for(request.user, person)
        if facts not in answers:
            verbs = {offer.verb for offer, _address, _label in offers if is_offered(offer.verb, request.user, person)}
            answers[facts] = why_not(request, person), verbs
        refusal, allowed = answers[facts]
        address = profile(person.pk)
        entries: dict[bool, list[Entry]] = {False: [Entry(address, see_profile, "see")], True: []}
        for offer, address_for, label in offers:
            if offer.verb in allowed:
                entries[offer.is_danger].append(Entry(address_for(person.pk), label, offer.verb))
        yield Row(person, address, refusal, login_as(person.pk), entries[False], entries[True])


@register.filter
def last_list(request: Any) -> str:
    """Return the address of the list of people that the user saw last."""
    return kept_place.last_list(request)


@register.filter
def without(people: Iterable[User], others: Iterable[User]) -> list[User]:
    """Return the people who are not among the others."""
    left_out = {person.pk for person in others}
    return [person for person in people if person.pk not in left_out]


def is_offered(verb: str, actor: User, person: User) -> bool:
    """Return whether the menu offers what the verb says; the status of deactivated people changes on their own page."""
    return can(with_target(actor, person), verb) and (verb != "change_status" or person.is_active)


def addresses(name: str) -> Callable[[int], str]:
    """Return a function that returns the address of this name for the id of a user; `reverse` is called once."""
    before, _place, after = reverse(name, args=[PLACE]).rpartition(str(PLACE))
    return lambda pk: f"{before}{pk}{after}"
