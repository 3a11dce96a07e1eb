"""The looks and refused requests of one assumed session, as its row stores them."""

from __future__ import annotations

from collections import Counter

# Distinct refused requests of one session that get an event of their own; further ones are only counted.
BLOCKED_AT_MOST = 500
FURTHER_BLOCKED = "blocked further"  # one line for all of them, so that the row stays short


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
