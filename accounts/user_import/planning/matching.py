"""Matching of rows and users by HR identifier, else by e-mail address; and users that an import must not change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TypeVar

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts import policy
from accounts.models import User

from .rows import UserRow

CHUNK = 1_000
Item = TypeVar("Item")


def is_protected(user: User, actor: User | None) -> bool:
    """
    Return whether an import must not change this user, because it could give the actor more rights.

    A user who may change an e-mail address can take over its account; so the actor and users above the actor are left
    to User Management. Without an actor, that applies to all users who are protected or hold rights.
    """
    if actor is None:
        return user.is_superuser or user.is_staff or user.is_protected or bool(policy.holdings(user))
    return user.pk == actor.pk or policy.beyond(policy.standing(actor), policy.standing(user)) is not None


def chunks(items: Iterable[Item], size: int = CHUNK) -> Iterator[list[Item]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


class Matches:
    """Pairs of the rows of a file and the stored users."""

    def __init__(self, rows: list[UserRow], actor: User | None, wrong: Callable[[int, str, str], None]):
        self.rows = rows
        self.actor = actor
        self.wrong = wrong
        # Line to user id, and the reverse, by HR identifier; and ids of users who keep an address despite their row.
        self.claims: dict[int, int] = {}
        self.claimed_by: dict[int, int] = {}
        self.keeping: set[int] = set()
        self.claim()

    def protected(self, user: User) -> bool:
        return is_protected(user, self.actor)

    def claim(self) -> None:
        for chunk in chunks(row for row in self.rows if row.external_id):
            rows = {row.external_id: row for row in chunk}
            for user in User.objects.filter(external_id__in=rows).with_standing():
                row = rows[user.external_id]
                self.claims[row.line] = user.pk
                self.claimed_by[user.pk] = row.line
                if row.email != user.email and self.protected(user):
                    self.keeping.add(user.pk)

    def pairs(self) -> Iterator[tuple[UserRow, User | None]]:
        """Yield each row with its user, or with None if the user is new."""
        for chunk in chunks(self.rows):
            claimed = [self.claims[row.line] for row in chunk if row.line in self.claims]
            about = Q(pk__in=claimed) | Q(email__in=[row.email for row in chunk if row.email])
            users = list(User.objects.filter(about).with_standing().select_related("job_profile").order_by())
            by_id = {user.pk: user for user in users}
            by_email = {user.email: user for user in users}
            for row in chunk:
                user = by_id.get(self.claims.get(row.line, 0))
                yield row, self.settle(row, user, by_email.get(row.email))

    def settle(self, row: UserRow, user: User | None, holder: User | None) -> User | None:
        """
        Return the user of the row, and report a problem if another user keeps its address.

        user: the user with the row's HR identifier. holder: the user who has the row's e-mail address today.
        """
        if holder is None or holder == user:
            return user
        other = self.claimed_by.get(holder.pk)
        if other is not None:
            # The holder's own row gives them another address, because no address is in a file twice.
            if holder.pk in self.keeping:
                message = _("This is the address of %(name)s, who holds rights here and keeps it.")
                self.wrong(row.line, "email", message % {"name": holder.name})
            elif not row.external_id:
                message = _("This is the address of %(name)s, to whom line %(line)s gives another one.")
                self.wrong(row.line, "email", message % {"name": holder.name, "line": other})
            return user
        if user is None and not (row.external_id and holder.external_id):
            return holder
        message = _("This is the address of somebody else: %(name)s, HR identifier %(identifier)s.")
        self.wrong(row.line, "email", message % {"name": holder.name, "identifier": holder.external_id or "–"})
        return user
