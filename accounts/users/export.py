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

from .filters import UserListForm

BATCH = 1_000
# The first nine are columns of an import: a file can be exported, edited and imported.
COLUMNS = (
    "HR identifier", "First name", "Last name", "E-mail", "Department path", "Job profile", "Language", "Time zone",
    "Active", "Permission types", "Last sign-in (UTC)", "Created (UTC)",
)  # fmt: skip


def may_export(person: User) -> bool:
    """Return whether the user may both see and export anybody."""
    return policy.holds_anywhere(person, Right.SEE_PEOPLE) and policy.holds_anywhere(person, Right.EXPORT_PEOPLE)


def filters(form: UserListForm) -> dict[str, str]:
    """Return the valid filters of the list in words, because the audit event outlives the rows."""
    asked = {name: str(value) for name, value in form.cleaned_data.items() if value}
    if form.data.get("id", "").isdecimal():
        asked["id"] = form.data["id"][:18]
    return asked


def in_order(people: QuerySet[User]) -> Iterator[User]:
    """Return an iterator over the users with everything that a row says; it reads one batch at a time."""
    people = people.select_related("job_profile").prefetch_related("groups").order_by("pk")
    return people.iterator(chunk_size=BATCH)


def department_paths() -> dict[int, str]:
    """Return the path of each department as an import spells it: "Harbour Coffee / Copenhagen"."""
    names: dict[str, str] = {}
    found = {}
    for pk, path, name in Department.objects.order_by("path").values_list("pk", "path", "name"):
        above = names.get(path[: -Department.steplen])
        found[pk] = names[path] = f"{above} / {name}" if above else name
    return found


def csv_lines(people: QuerySet[User]) -> Iterator[str]:
    """Yield CSV with a byte order mark, which tells Excel that it is UTF-8; formulas are escaped."""
    writer = csv.writer(Echo(), quoting=csv.QUOTE_ALL)
    yield "\ufeff" + writer.writerow(COLUMNS)
    for values in rows(people):
        yield writer.writerow([cell(value) for value in values])


def rows(people: QuerySet[User]) -> Iterator[list[Any]]:
    paths = department_paths()
    for person in in_order(people):
        yield [
            person.external_id, person.first_name, person.last_name, person.email,
            paths.get(person.department_id or 0), person.job_profile and person.job_profile.name,
            person.language, person.time_zone, "yes" if person.is_active else "no",
            ", ".join(sorted(group.name for group in person.groups.all())),
            moment(person.last_login), moment(person.created_at),
        ]  # fmt: skip


def json_lines(people: QuerySet[User]) -> Iterator[str]:
    """Yield one JSON object per user, with every text as it is stored."""
    paths = department_paths()
    for person in in_order(people):
        said = {
            "id": person.pk,
            "external_id": person.external_id,
            "first_name": person.first_name,
            "last_name": person.last_name,
            "email": person.email,
            "department": paths.get(person.department_id or 0),
            "job_profile": person.job_profile and person.job_profile.name,
            "language": person.language,
            "time_zone": person.time_zone,
            "is_active": person.is_active,
            "permission_types": sorted(group.name for group in person.groups.all()),
            "last_sign_in_at": moment(person.last_login),
            "created_at": moment(person.created_at),
        }
        yield json.dumps(said) + "\n"


def moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat(timespec="seconds") if at else None


def joined(lines: Iterable[str]) -> Iterator[str]:
    """Yield BATCH lines as one piece, because the server sends each piece separately."""
    lines = iter(lines)
    while piece := "".join(islice(lines, BATCH)):
        yield piece
