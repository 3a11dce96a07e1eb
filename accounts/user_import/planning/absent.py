"""Absent users: users with an HR identifier who are not in a list of current staff."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from accounts.models import User

from .left_out import LeftOut
from .stored_users import StoredUser, read_users

CHUNK = 5_000


def find_absent(claimed: Collection[int], present: Collection[str], left_out: LeftOut) -> Iterator[StoredUser]:
    """
    Yield active users with an HR identifier that no row is about.

    claimed: primary keys of the users that rows are about. present: HR identifiers and addresses of all rows that were
    read, and of the users that rows in doubt may be about. left_out: the other rows; nobody who may be meant by one of
    them is absent, because a mistake in somebody's row does not make them absent.
    """
    stored = User.objects.filter(is_active=True, external_id__isnull=False).order_by("pk")
    absent = [
        pk
        for pk, external_id, email, first_name, last_name in stored.values_list(
            "pk", "external_id", "email", "first_name", "last_name"
        ).iterator(chunk_size=CHUNK)
        if pk not in claimed
        and external_id not in present
        and email not in present
        and not left_out.may_name_user(external_id, email, f"{first_name} {last_name}")
    ]
    for start in range(0, len(absent), 1_000):
        yield from read_users(User.objects.filter(pk__in=absent[start : start + 1_000]).order_by("pk"))
