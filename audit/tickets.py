"""
Tickets as links, on the auditor's pages and elsewhere.

The log knows no ticket system. The app that knows its address registers here how to find the address of a ticket.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

AddressOf = Callable[[str], str]  # of a ticket: its address, or "" if it has none
sources: list[Callable[[], AddressOf]] = []


def addresses() -> AddressOf:
    """Return the function that knows the addresses of tickets, for one page: its first call may cost a query."""
    find = cache(sources[-1] if sources else lambda: no_address)
    return lambda ticket: find()(ticket)


def no_address(ticket: str) -> str:
    """Return "": nobody has registered an address of tickets."""
    return ""


def linked(ticket: str, address: str) -> SafeString:
    """Return a ticket as HTML: a link if it has an address."""
    return SafeString(render_to_string("_ticket.html", {"ticket": ticket, "address": address}).strip())
