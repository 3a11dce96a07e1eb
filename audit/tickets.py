"""
Tickets as links, on the auditor's pages and elsewhere.

The log knows no ticket system. The app that knows its address registers here how to find the address of a ticket.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

AddressOf = Callable[[str], str]  # of a ticket: its address, or "" if it has none
sources: list[Callable[[Any], AddressOf]] = []


def addresses(reader: Any) -> AddressOf:
    """
    Return the function that knows the addresses of tickets.

    reader: the user who reads the page; the company's rules were read in the same query.
    """
    return sources[-1](reader) if sources else no_address


def no_address(ticket: str) -> str:
    """Return "": nobody has registered an address of tickets."""
    return ""


def linked(ticket: str, address: str) -> SafeString:
    """Return a ticket as HTML: a link if it has an address."""
    return SafeString(render_to_string("_ticket.html", {"ticket": ticket, "address": address}).strip())
