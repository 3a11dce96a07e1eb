"""Users as the rows of a file: CSV and JSON Lines, streamed in batches."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from django.db.models import QuerySet

from accounts import policy
from accounts.models import Department, User
from accounts.policy.rights import Right
from audit.export import Echo, cell

from . import id_ranges
from .filters import UserListForm

BATCH = 1_000
# The first nine are columns of an import: a file can be exported, edited and imported.
COLUMNS = (
    "HR identifier", "First name", "Last name", "Email", "Department path", "Job profile", "Language", "Time zone",
    "Active", "Permission types", "Last sign-in (UTC)", "Created (UTC)",
)  # fmt: skip


def may_export(user: User) -> bool:
    """Return whether the user may both see and export anybody."""
    return policy.holds_anywhere(user, Right.SEE_PEOPLE) and policy.holds_anywhere(user, Right.EXPORT_PEOPLE)


def filters(form: UserListForm) -> dict[str, str]:
    """Return the valid filters of the list in words, because the audit event outlives the rows."""
    asked = {name: str(value) for name, value in form.cleaned_data.items() if value}
    for name in ("id", "import"):
        if form.data.get(name, "").isdecimal():
            asked[name] = form.data[name][:18]
    return asked


def recorded(users: QuerySet[User]) -> tuple[str, int]:
    """Return the ids of the users as the audit event keeps them (id_ranges.py), and their number."""
    return id_ranges.compact(users.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=BATCH))


def in_order(users: QuerySet[User], ids: str) -> Iterator[User]:
    """
    Yield the users with everything that a row says; read one batch at a time.

    ids: those that the audit event names. Who matches the filters only since then is left out, because their access
    history would not tell of this file.
    """
    users = users.select_related("job_profile").prefetch_related("groups").order_by("pk")
    named = id_ranges.members(ids)
    expected = next(named, None)
    for user in users.iterator(chunk_size=BATCH):
        while expected is not None and expected < user.pk:
            expected = next(named, None)
        if expected == user.pk:
            yield user


def department_paths() -> dict[int, str]:
    """Return the path of each department as an import spells it: "Harbour Coffee / Copenhagen"."""
    names: dict[str, str] = {}
    found = {}
    for pk, path, name in Department.objects.order_by("path").values_list("pk", "path", "name"):
        above = names.get(path[: -Department.steplen])
        found[pk] = names[path] = f"{above} / {name}" if above else name
    return found


def csv_lines(users: QuerySet[User], ids: str) -> Iterator[str]:
    """Yield CSV with a byte order mark, which tells Excel that it is UTF-8; formulas are escaped."""
    writer = csv.writer(Echo(), quoting=csv.QUOTE_ALL)
    yield "\ufeff" + writer.writerow(COLUMNS)
    for values in rows(users, ids):
        yield writer.writerow([cell(value) for value in values])


def rows(users: QuerySet[User], ids: str) -> Iterator[list[Any]]:
    paths = department_paths()
    for user in in_order(users, ids):
        yield [
            user.external_id, user.first_name, user.last_name, user.email,
            paths.get(user.department_id or 0), user.job_profile and user.job_profile.name,
            user.language, user.time_zone, "yes" if user.is_active else "no",
            ", ".join(sorted(group.name for group in user.groups.all())),
            moment(user.last_login), moment(user.created_at),
        ]  # fmt: skip


def json_lines(users: QuerySet[User], ids: str) -> Iterator[str]:
    """Yield one JSON object per user, with every text as it is stored."""
    paths = department_paths()
    for user in in_order(users, ids):
        said = {
            "id": user.pk,
            "external_id": user.external_id,
            "first_name": user.first_name,
            "last_name": user.last_name,
            "email": user.email,
            "department": paths.get(user.department_id or 0),
            "job_profile": user.job_profile and user.job_profile.name,
            "language": user.language,
            "time_zone": user.time_zone,
            "is_active": user.is_active,
            "permission_types": sorted(group.name for group in user.groups.all()),
            "last_sign_in_at": moment(user.last_login),
            "created_at": moment(user.created_at),
        }
        yield json.dumps(said) + "\n"


def moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat(timespec="seconds") if at else None


def joined(lines: Iterable[str]) -> Iterator[str]:
    """Yield BATCH lines as one piece, because the server sends each piece separately."""
    lines = iter(lines)
    while piece := "".join(islice(lines, BATCH)):
        yield piece
