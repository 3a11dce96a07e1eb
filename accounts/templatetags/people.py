"""
What can be done about a person: in the menu of their row of User Management, and on their own page.

    {% for row in page|rows_for:request %}
    {% person_menu person as menu %}

For rows, the policy is asked once for each kind of person on the page: the answer is the same if the facts are.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Any, NamedTuple

from django import template
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import conditional_escape
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from accounts import policy
from accounts.models import User
from accounts.policy import Refusal
from accounts.users import kept_place
from accounts.users.bulk.verbs import actions_of
from accounts.users.pagination import UserPage
from accounts.users.views import why_not

from .permissions import can, with_target

register = template.Library()

PLACE = 10**17  # stands for the id of a user in an address
FITS_IN_A_LINE = 24  # characters, in the narrowest card of a phone


LIST, PROFILE = "list", "profile"
LOOK, EDIT, CHANGE, DANGER, MAIN = "look", "edit", "change", "danger", "main"


class Offer(NamedTuple):
    """
    What actors who can do what the verb says are offered about a person; everybody who sees the person can "see".

    part: where it stands among the others. on: the menu of a row, the page of the person, or both. sends: what its
    form sends; None if it is a link. when: whether it is for this person.
    """

    verb: str
    address_name: str
    label: str | Promise
    part: str = CHANGE
    on: tuple[str, ...] = (LIST, PROFILE)
    sends: dict[str, str] | None = None
    when: Callable[[User], bool] = lambda person: True


# Forms are on the page of a person alone: those of a whole list would be most of its weight.
OFFERS = (
    Offer("see", "user_detail", _("View profile"), LOOK, on=(LIST,)),
    Offer("check_access", "user_access", _("Check access"), LOOK),
    Offer("see", "who_can_log_in", _("Who can log in as this person?"), LOOK, on=(PROFILE,)),
    Offer("see", "log_in_as_whom", _("Accounts that this person can open"), LOOK, on=(PROFILE,)),
    Offer("edit_user", "user_edit", _("Edit"), EDIT),
    Offer("assign_permission_types", "user_permission_types", _("Permission types")),
    Offer("invite", "user_invite", _("Send an invitation"), on=(PROFILE,), sends={}),
    Offer(
        "protect", "user_protect", _("Protect this account"), on=(PROFILE,), sends={"protected": "on"},
        when=lambda person: not person.is_protected,
    ),
    Offer(
        "protect", "user_protect", _("Lift the protection"), on=(PROFILE,), sends={},
        when=lambda person: person.is_protected,
    ),
    Offer("change_status", "user_deactivate", _("Deactivate…"), DANGER, when=lambda person: person.is_active),
    Offer(
        "change_status", "user_reactivate", _("Reactivate"), MAIN, on=(PROFILE,), sends={},
        when=lambda person: not person.is_active,
    ),
)  # fmt: skip


class Entry(NamedTuple):
    """An entry in the menu of one person. sends: what its form sends; None if it is a link."""

    address: str
    label: str
    verb: str
    sends: dict[str, str] | None = None


class Menu(NamedTuple):
    """What the page of a person offers; more: the other parts, each with its entries, without those that are empty."""

    main: list[Entry]
    edit: list[Entry]
    more: list[tuple[str, list[Entry]]]


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
def may_pick(page: UserPage, request: Any) -> bool:
    """Return whether the rows of the list have checkboxes, with a bar of actions for many: one row has its own menu."""
    return page.count > 1 and not request.assumed_session and bool(actions_of(request.user))


@register.filter
def rows_for(people: Iterable[User], request: Any) -> Iterator[Row]:
    """Yield a row for each person; the people come with the facts of `with_standing`."""
    profile, login_as = addresses("user_detail"), addresses("login_as")
    offers = [(offer, addresses(offer.address_name), str(offer.label)) for offer in offers_on(LIST, request)]
    answers: dict[Hashable, tuple[Refusal | None, list[tuple[Offer, Callable[[int], str], str]]]] = {}
    for person in people:
        facts = policy.facts_for(request.user, person)
        if facts not in answers:
            offered = [each for each in offers if is_offered(each[0], request.user, person)]
            answers[facts] = why_not(request, person), offered
        refusal, offered = answers[facts]
        entries: dict[bool, list[Entry]] = {False: [], True: []}
        for offer, address_for, label in offered:
            entries[offer.part == DANGER].append(Entry(address_for(person.pk), label, offer.verb))
        yield Row(person, profile(person.pk), refusal, login_as(person.pk), entries[False], entries[True])


@register.simple_tag(takes_context=True)
def person_menu(context: Any, person: User) -> Menu:
    """Return what the page of this person offers."""
    request = context["request"]
    parts: dict[str, list[Entry]] = {part: [] for part in (MAIN, EDIT, LOOK, CHANGE, DANGER)}
    for offer in offers_on(PROFILE, request):
        if is_offered(offer, request.user, person):
            entry = Entry(reverse(offer.address_name, args=[person.pk]), str(offer.label), offer.verb, offer.sends)
            parts[offer.part].append(entry)
    main, edit = parts.pop(MAIN), parts.pop(EDIT)
    return Menu(main, edit, [(part, entries) for part, entries in parts.items() if entries])


@register.filter
def last_list(request: Any) -> str:
    """Return the address of the list of people that the user saw last."""
    return kept_place.last_list(request)


@register.filter
def breakable(email: str) -> str:
    """Return an email address; a long one names the places where a narrow page breaks it."""
    escaped = conditional_escape(email)
    if len(email) <= FITS_IN_A_LINE:
        return escaped
    return mark_safe(escaped.replace("@", "<wbr>@").replace(".", "<wbr>."))  # noqa: S308 escaped


@register.filter
def without(people: Iterable[User], others: Iterable[User]) -> list[User]:
    """Return the people who are not among the others."""
    left_out = {person.pk for person in others}
    return [person for person in people if person.pk not in left_out]


def offers_on(place: str, request: Any) -> list[Offer]:
    """Return what can be offered there; an assumed session has nothing that changes somebody."""
    return [offer for offer in OFFERS if place in offer.on and (offer.part == LOOK or not request.assumed_session)]


def is_offered(offer: Offer, actor: User, person: User) -> bool:
    """Return whether the actor, who sees the person, is offered this."""
    return offer.when(person) and (offer.verb == "see" or can(with_target(actor, person), offer.verb))


def addresses(name: str) -> Callable[[int], str]:
    """Return a function that returns the address of this name for the id of a user; `reverse` is called once."""
    before, _place, after = reverse(name, args=[PLACE]).rpartition(str(PLACE))
    return lambda pk: f"{before}{pk}{after}"
