"""Systems whose exports are recognised by their shape, because the same heading means something else elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field

from .fields import Field


@dataclass(frozen=True, slots=True)
class System:
    """
    A system that exports lists of people.

    signature: normalised headings that only its files contain together. columns: what its columns are, if the
    vocabulary alone would say otherwise; Field.UNUSED for those that must not be read.
    """

    name: str
    signature: frozenset[str]
    columns: dict[str, Field] = field(default_factory=dict)


SYSTEMS: tuple[System, ...] = (
    System("Canvas", frozenset({"userid", "loginid", "status"}), {"userid": Field.EXTERNAL_ID}),
)


def recognised(keys: set[str]) -> System | None:
    """Return the system that wrote a file with these normalised headings, or None."""
    return next((system for system in SYSTEMS if system.signature <= keys), None)
