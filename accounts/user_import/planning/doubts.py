"""Rows that may be about a user with another HR identifier or another address, and the questions about them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.models.same_names import plain

from .choices import NOBODY, Choices, row_key
from .left_out import LeftOut, without_zeros
from .questions import Kind, Question
from .rows import UserRow
from .stored_users import StoredUser, read_users

# With more users of one name than this, the name says nothing.
MAX_CANDIDATES = 3
# More rows than this with the address and name of a user are asked about together.
MAX_SINGLE = 5


class Doubts:
    """
    Collector of doubts about rows.

    lines: the lines of rows in doubt. named: HR identifiers and addresses of the users that they may be about.
    same_address: questions about rows with the address and name of a user. asked: all other questions.
    """

    def __init__(self, choices: Choices, left_out: LeftOut):
        self.choices = choices
        self.left_out = left_out
        self.lines: set[int] = set()
        self.named: set[str] = set()
        self.asked: list[Question] = []
        self.same_address: list[Question] = []

    def joins(self, row: UserRow, holder: StoredUser) -> bool:
        """Return whether a person said that rows with the address and name of a user are about that user."""
        is_named = row.external_id and row_key(row.external_id, row.email) in self.choices.same
        return bool(self.choices.same_addresses) and not is_named and has_name(holder, row)

    def address(self, row: UserRow, holder: StoredUser) -> None:
        """Add the doubt that a row with a new HR identifier has the address of a user with another one."""
        question = self.question(row, [holder], _("the same address, with another HR identifier"))
        (self.same_address if has_name(holder, row) else self.asked).append(question)

    def search(self, rows: list[UserRow], claimed: Container[int]) -> None:
        """
        Add the doubts about rows that seem to be about new people.

        Somebody is the same person, perhaps, if no other row is about them and they have the same name, or the same HR
        identifier but for leading zeros. claimed: primary keys of the users that rows are about. A row with neither HR
        identifier nor address is in no doubt, because no answer could name it.
        """
        keys = ((row, row_key(row.external_id, row.email)) for row in rows)
        rows = [row for row, key in keys if key and self.choices.same.get(key) != NOBODY]
        by_number: dict[str, list[UserRow]] = defaultdict(list)
        by_name: dict[str, list[UserRow]] = defaultdict(list)
        for row in rows:
            if row.external_id and row.external_id.isdecimal():
                by_number[without_zeros(row.external_id)].append(row)
            if row.last_name:
                by_name[plain(f"{row.first_name} {row.last_name}")].append(row)
        if not rows:
            return
        numbers: dict[int, list[int]] = defaultdict(list)
        names: dict[int, list[int]] = defaultdict(list)
        stored = User.objects.order_by().values_list("pk", "external_id", "email", "first_name", "last_name")
        for pk, external_id, email, first_name, last_name in stored.iterator(chunk_size=5_000):
            if pk in claimed or self.left_out.names_user(external_id, email):
                continue
            if external_id and external_id.isdecimal():
                for row in by_number.get(without_zeros(external_id), ()):
                    numbers[row.line].append(pk)
            for row in by_name.get(plain(f"{first_name} {last_name}"), ()):
                names[row.line].append(pk)
        self.add(rows, numbers, names)

    def add(self, rows: list[UserRow], numbers: dict[int, list[int]], names: dict[int, list[int]]) -> None:
        """Add a doubt for each row with candidates: primary keys by line, by HR identifier and by name."""
        found = {pk for pks in [*numbers.values(), *names.values()] if len(pks) <= MAX_CANDIDATES for pk in pks}
        users = {user.pk: user for user in read_users(User.objects.filter(pk__in=found))}
        for row in rows:
            by_number, by_name = numbers.get(row.line, []), names.get(row.line, [])
            pks = by_number or by_name
            if not pks or len(pks) > MAX_CANDIDATES:
                continue
            reason = _("the same HR identifier, but for leading zeros") if by_number else _("the same name")
            self.asked.append(self.question(row, [users[pk] for pk in pks], reason))

    def question(self, row: UserRow, users: list[StoredUser], reason: str) -> Question:
        self.lines.add(row.line)
        self.named.update(user.external_id or user.email for user in users)
        message = _("%(row)s looks like %(users)s (%(reason)s). The same person?")
        named = {"row": in_short(row), "users": get_text_list(list(map(described, users)), _("or")), "reason": reason}
        choices = [
            (user.external_id or user.email, _("Yes, the same as %(user)s") % {"user": described(user)})
            for user in users
        ]
        question = Question(
            Kind.PERSON,
            row_key(row.external_id, row.email),
            "",
            message % named,
            [*choices, (NOBODY, _("No, somebody new"))],
        )
        question.lines.append(row.line)
        return question

    def questions(self) -> list[Question]:
        """Return the questions; many rows with the address and name of a user are one question."""
        if len(self.same_address) <= MAX_SINGLE or self.choices.same_addresses is False:
            return self.same_address + self.asked
        lines = [line for question in self.same_address for line in question.lines]
        message = ngettext(
            "%(count)s row has the address and name of a person with another HR identifier. The same person?",
            "%(count)s rows have the address and name of people with other HR identifiers. The same people?",
            len(lines),
        )
        choices = [("same", _("Yes, the same people")), ("single", _("Ask about each of them"))]
        together = Question(Kind.PEOPLE, "addresses", "", message % {"count": len(lines)}, choices)
        together.lines = lines
        return [together, *self.asked]


def has_name(user: StoredUser, row: UserRow) -> bool:
    return plain(f"{user.first_name} {user.last_name}") == plain(f"{row.first_name} {row.last_name or ''}")


def in_short(row: UserRow) -> str:
    """Return a row as a question names it."""
    parts = [row.external_id, f"{row.first_name} {row.last_name or ''}".strip(), row.email]
    return " ".join(part for part in parts if part)


def described(user: StoredUser) -> str:
    """Return a user as a question names them."""
    named = " ".join(part for part in (user.external_id, user.name, user.email) if part)
    return named if user.is_active else _("%(user)s, deactivated") % {"user": named}
