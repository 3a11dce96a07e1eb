"""Ticket numbers: the pattern that a company gives them, and the address of a ticket in its ticket system."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

LONGEST_TICKET = 50
TICKET = "{ticket}"  # the place of the ticket in an address
REPEATS_AT_MOST = 3
LONGEST_RETURN = 500  # characters of an address to return to
# A pattern is a row of characters, \d and [sets], each with a repeat or without one. There are no groups, no choices
# and no optional parts, so the time to match grows with the third power of the length at most.
ITEM = re.compile(
    r"(?:[A-Za-z0-9 _#/:-]|\\[d.#/-]|\[(?:[A-Za-z0-9]-[A-Za-z0-9]|[A-Za-z0-9_])+\])(\+|\{\d{1,2}(?:,\d{1,2})?\})?",
    re.ASCII,
)


def validate_ticket_pattern(pattern: str) -> None:
    """Raise ValidationError unless this is a pattern of the limited syntax that is safe to match."""
    position, repeats = 0, 0
    while position < len(pattern):
        item = ITEM.match(pattern, position)
        if item is None:
            message = _(
                "The pattern can't be read from “%(rest)s” on. It consists of letters, digits, \\d for any digit, sets "
                "such as [A-Z], and repeats such as + or {3,5}."
            )
            raise ValidationError(message, code="unreadable", params={"rest": pattern[position:]})
        repeats += item[1] is not None
        position = item.end()
    if repeats > REPEATS_AT_MOST:
        message = _("The pattern has %(count)d repeats; %(most)d are allowed.")
        raise ValidationError(message, code="too_slow", params={"count": repeats, "most": REPEATS_AT_MOST})
    try:
        re.compile(pattern, re.ASCII)
    except re.error:
        message = _("A set or a repeat of the pattern begins after its end, such as [Z-A] or {5,3}.")
        raise ValidationError(message, code="backwards") from None


def matches(pattern: str, ticket: str) -> bool:
    """Return whether the ticket has the form of the pattern; each ticket has the form of an empty pattern."""
    return not pattern or (len(ticket) <= LONGEST_TICKET and re.fullmatch(pattern, ticket, re.ASCII) is not None)


def validate_ticket_address(address: str) -> None:
    """Raise ValidationError unless this is an address over HTTPS with the place of the ticket behind the host."""
    schemes = ("https", "http") if settings.PLAIN_HTTP else ("https",)
    try:
        parts = urlsplit(address)
        is_safe = parts.scheme in schemes and bool(parts.hostname) and "@" not in parts.netloc and parts.port != 0
    except ValueError:
        is_safe = False
    if not is_safe or not re.fullmatch(r"[!-~]+", address) or "\\" in address:
        message = _("Please give an address such as https://tickets.example/browse/{ticket}.")
        raise ValidationError(message, code="no_address")
    if address.count(TICKET) != 1 or TICKET in parts.netloc:
        message = _("The address must contain {ticket} once, behind the name of the host.")
        raise ValidationError(message, code="no_ticket")


def link(address: str, ticket: str) -> str:
    """Return the address of the ticket, or "" if the company has given none or there is no ticket."""
    if ticket.strip(".") == "":
        return ""  # no ticket; or "..", which would lead to another folder
    return address.replace(TICKET, quote(ticket, safe="")) if address else ""


def leads_to_ticket(own: str, returns_to: str) -> bool:
    """
    Return whether an untrusted address is that of the ticket; a query or a fragment may follow.

    own: the ticket's address, as `link` returns it. The text is compared instead of its parts, because browsers and
    libraries disagree about the parts of unusual addresses.
    """
    if not own or not returns_to.startswith(own) or len(returns_to) > LONGEST_RETURN:
        return False
    more = returns_to[len(own) :]
    if not more:
        return True
    begins = "" if "#" in own else "&#" if "?" in own else "?#"
    return more[0] in begins and "\\" not in more and re.fullmatch(r"[!-~]+", more) is not None


@dataclass(frozen=True, slots=True)
class TicketRules:
    """
    The company's rules of tickets.

    required: whether each assumed session needs a ticket. pattern, address: "" if the company has given none.
    """

    required: bool = False
    pattern: str = ""
    address: str = ""

    def validate(self, ticket: str) -> None:
        """Raise ValidationError if a ticket is missing, or doesn't have the form of the company's tickets."""
        if not ticket:
            if self.required:
                raise ValidationError(_("Please give the ticket that this is about."), code="required")
        elif not matches(self.pattern, ticket):
            message = _("This doesn't look like a ticket of your company, whose pattern is %(pattern)s.")
            raise ValidationError(message, code="no_ticket", params={"pattern": self.pattern})

    def link(self, ticket: str) -> str:
        """Return the address of a ticket, or "" if it has none: tickets of before may not fit the pattern."""
        return link(self.address, ticket) if matches(self.pattern, ticket) else ""

    def way_back(self, ticket: str, returns_to: str) -> str:
        """Return the address to return to: the one that was asked for if it leads to this ticket, else the ticket's."""
        own = self.link(ticket)
        return returns_to if leads_to_ticket(own, returns_to) else own
