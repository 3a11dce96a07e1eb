"""Rows that are left out, and which users they are about: a mistake in somebody's row says nothing about them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from accounts.mail_domains import stored_form
from accounts.models.same_names import plain

from .stored_users import StoredUser


@dataclass(slots=True)
class LeftOut:
    """
    What the rows that are left out say about whose rows they are.

    said: their HR identifiers and addresses, as they are and as they are stored. names: their names, without accents.
    addresses: their address by HR identifier.
    """

    said: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    addresses: dict[str, str] = field(default_factory=dict)

    def add(self, external_id: str, address: str, name: str, others: Iterable[str]) -> None:
        """Add a row. others: all else that may name its user, such as a second address."""
        for text in (external_id, address, *others):
            if text:
                self.said |= {text, stored_form(text), without_zeros(text)}
        if name:
            self.names.add(plain(name))
        if external_id:
            self.addresses[external_id] = stored_form(address)

    def names_user(self, external_id: str | None, email: str) -> bool:
        """Return whether a row that is left out has the HR identifier or address of a user."""
        return email in self.said or external_id in self.said

    def may_name_user(self, external_id: str | None, email: str, name: str) -> bool:
        """Return whether a row that is left out could be about a user: leading zeros apart, or by the name alone."""
        is_named = self.names_user(external_id, email) or without_zeros(external_id or "") in self.said
        return is_named or (bool(self.names) and plain(name) in self.names)

    def readdresses(self, user: StoredUser) -> bool:
        """Return whether a row that is left out has the user's HR identifier and another address."""
        address = self.addresses.get(user.external_id or "", user.email)
        return address != user.email


def without_zeros(identifier: str) -> str:
    """Return an HR identifier without leading zeros, which spreadsheets lose."""
    return (identifier.lstrip("0") or "0") if identifier.isdecimal() else identifier


def legible(cell: str) -> str:
    """Return what can be read of a cell that may be damaged, with single spaces."""
    shown = "".join(letter if letter.isprintable() else " " for letter in unicodedata.normalize("NFC", cell[:2_000]))
    return " ".join(shown.split())
