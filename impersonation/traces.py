"""What an assumed session has looked at and was refused: how the log names it, and whether it is new."""

from __future__ import annotations

from collections import Counter
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest

from accounts.authorization.decorators import View

# Distinct refused requests of one session that get an event of their own; further ones are only counted.
BLOCKED_AT_MOST = 500
LONGEST = 200  # characters of a path in an event


class Traces(Counter[str]):
    """
    The looks and the refused requests of one session, each with its number.

    They are stored in the session's row, which every request reads anyway: a second look costs no query.
    """

    @classmethod
    def of(cls, stored: str) -> Traces:
        """Return the traces that a row holds, one in a line; a line that nobody can read counts as absent."""
        traces = cls()
        for line in stored.splitlines():
            number, _, key = line.partition(" ")
            if key and number.isascii() and number.isdigit() and len(number) < 10:
                traces[key] = int(number)
        return traces

    def __str__(self) -> str:
        return "\n".join(f"{number} {key}" for key, number in self.items())

    @property
    def blocked(self) -> dict[str, int]:
        """Return the refused requests and their numbers."""
        return {key: number for key, number in self.items() if key.startswith("blocked ")}

    def blocked_again(self) -> dict[str, int]:
        """Return how often requests were refused beyond their first event, by rule, method and page."""
        again: Counter[str] = Counter()
        for place, (key, number) in enumerate(self.blocked.items()):
            again[" ".join(key.split(" ")[1:4])] += number - (place < BLOCKED_AT_MOST)
        return {words: number for words, number in again.items() if number}


def name_of(request: HttpRequest, view: View) -> str:
    """Return the name of a view, as events store it: that of its address, because packages reuse function names."""
    match: Any = request.resolver_match  # a view runs, so the address was resolved
    return match.view_name if match.url_name else getattr(view, "__name__", type(view).__name__)


def page(request: HttpRequest) -> str:
    """Return the address of the page without its arguments, in one word."""
    match: Any = request.resolver_match
    return quote(match.route, safe="/<>:")


def arguments(request: HttpRequest) -> str:
    """Return the arguments of the address in one word, because an address may contain any character."""
    match: Any = request.resolver_match
    return quote(",".join(map(str, [*match.args, *match.kwargs.values()])), safe=",")[:LONGEST]


def key_of_look(request: HttpRequest) -> str:
    """Return the key under which a look is noted: the page and its object."""
    return f"looked {page(request)} {arguments(request)}"


def key_of_block(request: HttpRequest, why: str) -> str:
    """Return the key under which a refused request is noted: the rule, the method, the page and its object."""
    return f"blocked {why} {quote(request.method or '')[:20]} {page(request)} {arguments(request)}"


def look(request: HttpRequest, view: View) -> dict[str, Any]:
    """
    Return what the event of a look says: the view, the object and its title, and never what the object contains.

    A user has no title, because the erasure of a name reaches only the events that concern its owner.
    """
    shown = getattr(view, "shown", None)
    match: Any = request.resolver_match
    found = shown.find(**match.kwargs) if shown and shown.find else None
    return {
        "view": name_of(request, view),
        "object": f"{found._meta.label_lower} {found.pk}" if found else arguments(request),
        "title": "" if found is None or hasattr(found, "as_person") else str(found),
    }


def block(request: HttpRequest, view: View, why: str) -> dict[str, Any]:
    """Return what the event of a refused request says: the method, the address, the view, its object, and the rule."""
    return {
        "method": (request.method or "")[:20],
        "path": request.path[:LONGEST],
        "view": name_of(request, view),
        "object": arguments(request),
        "why": why,
    }
