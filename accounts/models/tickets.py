"""Ticket numbers: the pattern that a company gives them, and the address of a ticket in its ticket system."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

LONGEST_TICKET = 50
TICKET = "{ticket}"  # the place of the ticket in an address
REPEATS_AT_MOST = 3
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
    return address.replace(TICKET, quote(ticket, safe="")) if address and ticket else ""
