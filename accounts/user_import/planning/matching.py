"""Matching of rows and users by HR identifier, else by email address; and users that an import must not change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts import policy
from accounts.mail_domains import stored_form
from accounts.models import User
from accounts.models.users import UserQuerySet

from .choices import NOBODY, Choices, row_key
from .doubts import Doubts
from .left_out import LeftOut
from .rows import UserRow
from .stored_users import StoredUser, read_users

CHUNK = 1_000
Item = TypeVar("Item")


def is_protected(user: User, actor: User | None) -> bool:
    """
    Return whether an import must not change this user, because it could give the actor more rights.

    A user who may change an email address can take over its account; so the actor and users above the actor are left
    to User Management. Without an actor, that applies to all users who are protected or hold rights.
    """
    if actor is None:
        return user.is_superuser or user.is_staff or user.is_protected or bool(policy.holdings(user))
    return user.pk == actor.pk or policy.beyond(policy.standing(actor), policy.standing(user)) is not None


def protected_among(users: UserQuerySet, actor: User | None) -> set[int]:
    """
    Return the primary keys of the users among these that an import must not change.

    Only users with any power are asked: everybody else holds nothing, so they are above nobody. That saves reading the
    rights of each of a hundred thousand people.
    """
    powerful = users.filter(
        Q(is_superuser=True)
        | Q(is_staff=True)
        | Q(is_protected=True)
        | Q(pk__in=User.groups.through.objects.values("user"))
        | Q(pk__in=User.user_permissions.through.objects.values("user"))
    )
    found = {user.pk for user in powerful.order_by().with_standing() if is_protected(user, actor)}
    return found | {actor.pk} if actor else found


def chunks(items: Iterable[Item], size: int = CHUNK) -> Iterator[list[Item]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


@dataclass(slots=True)
class Claims:
    """Which row is about which user: `users` by line, `lines` by the primary key of the user."""

    users: dict[int, int] = field(default_factory=dict)
    lines: dict[int, int] = field(default_factory=dict)

    def add(self, row: UserRow, pk: int) -> None:
        self.users[row.line] = pk
        self.lines[pk] = row.line


class Matches:
    """
    Pairs of the rows of a file and the stored users.

    choices: for rows that may be about a user with another HR identifier or address. left_out: the rows of the file
    that are not among these. doubts: what is still open about rows.
    """

    def __init__(
        self,
        rows: list[UserRow],
        actor: User | None,
        wrong: Callable[[int, str, str], None],
        choices: Choices,
        left_out: LeftOut,
    ):
        self.rows = rows
        self.protected = protected_among(User.objects.all(), actor)
        self.wrong = wrong
        self.choices = choices
        self.left_out = left_out
        self.claims = Claims()
        # Users who keep their address: because they hold rights; because their row has none, or changes nothing yet.
        self.protected_keeping: set[int] = set()
        self.keeping: set[int] = set()
        self.doubts = Doubts(choices, left_out)
        self.claim_by_identifier()
        self.claim_by_choice()

    def claim_by_identifier(self) -> None:
        for chunk in chunks(row for row in self.rows if row.external_id):
            rows = {row.external_id: row for row in chunk}
            stored = User.objects.filter(external_id__among=list(rows)).order_by()
            for external_id, pk, email in stored.values_list("external_id", "pk", "email"):
                self.claim(rows[external_id], pk, email)

    def claim_by_choice(self) -> None:
        """
        Claim users for rows whose user a person has named, by HR identifier or email address.

        A choice that was followed before is no mistake: its row finds its user without help, and the choice has a
        former HR identifier or address of that user.
        """
        if not self.choices.same:
            return
        by_email = {row.email: row for row in self.rows if row.email}
        for row in self.rows:
            named = self.choices.same.get(row_key(row.external_id, row.email), NOBODY)
            if named == NOBODY:
                continue
            about = Q(external_id=named) | Q(email=stored_form(named))
            found = list(read_users(User.objects.filter(about)[:2]))
            if not found and (row.line in self.claims.users or self.has_holder(row)):
                continue
            if len(found) != 1 or row.line in self.claims.users or self.is_anothers(found[0], row, by_email):
                message = _("The choice that this row is about %(named)s can't be followed: %(reason)s.")
                reason = (
                    _("there is no such person, or more than one")
                    if len(found) != 1
                    else _("another row is about this person, or this row is about another person")
                )
                if row.line not in self.claims.users or self.claims.users[row.line] != (found and found[0].pk):
                    self.wrong(row.line, "external_id", message % {"named": named[:100], "reason": reason})
                continue
            self.claim(row, found[0].pk, found[0].email)

    def is_anothers(self, user: StoredUser, row: UserRow, by_email: dict[str, UserRow]) -> bool:
        """Return whether another row, also one that is left out, is about a user by identifier, choice or address."""
        other = by_email.get(user.email, row)
        finds_user = other is not row and not (other.external_id and user.external_id)
        is_left_out = self.left_out.names_user(user.external_id, user.email)
        return user.pk in self.claims.lines or finds_user or is_left_out

    def has_holder(self, row: UserRow) -> bool:
        """Return whether somebody has the address of the row."""
        return bool(row.email) and User.objects.filter(email=row.email).exists()

    def claim(self, row: UserRow, pk: int, email: str) -> None:
        """Note that the row is about a user, given the primary key and the stored address."""
        self.claims.add(row, pk)
        if row.email and row.email != email and pk in self.protected:
            self.protected_keeping.add(pk)
        elif not row.email or row.unknown:
            self.keeping.add(pk)

    def pairs(self) -> Iterator[tuple[UserRow, StoredUser | None]]:
        """
        Yield each row with its user, or with None if the user is new.

        Rows about which something is in doubt are not yielded before it is decided.
        """
        new: list[UserRow] = []
        for chunk in chunks(self.rows):
            claimed = [self.claims.users[row.line] for row in chunk if row.line in self.claims.users]
            about = Q(pk__among=claimed) | Q(email__among=[row.email for row in chunk if row.email])
            users = list(read_users(User.objects.filter(about).order_by()))
            by_id = {user.pk: user for user in users}
            by_email = {user.email: user for user in users}
            for row in chunk:
                user = by_id.get(self.claims.users.get(row.line, 0))
                user = self.settle(row, user, by_email.get(row.email))
                if user is not None:
                    if row.line not in self.claims.users:
                        self.claims.add(row, user.pk)
                    yield row, user
                elif row.line not in self.doubts.lines:
                    new.append(row)
        self.doubts.search(new, self.claims.lines)
        for row in new:
            if row.line not in self.doubts.lines:
                yield row, None

    def settle(self, row: UserRow, user: StoredUser | None, holder: StoredUser | None) -> StoredUser | None:
        """
        Return the user of the row; report a problem or doubt if another user has its address.

        user: the user with the row's HR identifier. holder: the user who has the row's email address today.
        """
        if holder is None or holder == user:
            return user
        other = self.claims.lines.get(holder.pk)
        if other is not None:
            # The holder's own row gives them another address, because no address is in a file twice.
            if holder.pk in self.protected_keeping:
                message = _("This is the address of %(name)s, who holds rights here and keeps it.")
                self.wrong(row.line, "email", message % {"name": holder.name})
            elif holder.pk in self.keeping:
                message = _("This is the address of %(name)s, who keeps it: see line %(line)s.")
                self.wrong(row.line, "email", message % {"name": holder.name, "line": other})
            elif not row.external_id:
                message = _("This is the address of %(name)s; line %(line)s gives them another one.")
                self.wrong(row.line, "email", message % {"name": holder.name, "line": other})
            return user
        is_new = bool(row.external_id) and self.choices.same.get(row.external_id or "") == NOBODY
        if user is None and not is_new and not self.left_out.readdresses(holder):
            if not (row.external_id and holder.external_id) or self.doubts.joins(row, holder):
                return holder
            self.doubts.address(row, holder)
            return None
        message = _("This is the address of somebody else: %(name)s, HR identifier %(identifier)s.")
        self.wrong(row.line, "email", message % {"name": holder.name, "identifier": holder.external_id or "–"})
        return user
