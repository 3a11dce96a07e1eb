"""Absent users: those with an HR identifier whom a list of current staff does not name."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from accounts.models import User

CHUNK = 5_000


def find_absent(claimed: Collection[int], present: Collection[str]) -> Iterator[User]:
    """
    Yield active users with an HR identifier whom no row is about.

    claimed: primary keys of the users that rows are about. present: HR identifiers and addresses of all rows, those
    that could not be read included, because a mistake in somebody's row does not make them absent.
    """
    absent = [
        pk
        for pk, external_id, email in User.objects.filter(is_active=True, external_id__isnull=False)
        .order_by("pk")
        .values_list("pk", "external_id", "email")
        .iterator(chunk_size=CHUNK)
        if pk not in claimed and external_id not in present and email not in present
    ]
    for start in range(0, len(absent), 1_000):
        yield from User.objects.filter(pk__in=absent[start : start + 1_000]).with_standing().order_by("pk")
