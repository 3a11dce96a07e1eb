"""What an import leaves behind: values of each person, their audit events, mails to former addresses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from accounts.models import ImportedPerson, User, UserImport
from accounts.models.mails import Mail, mail_to, put_all
from accounts.user_import.planning.plan import PLAIN_FIELDS, Creation, Update
from audit import log
from audit.context import Person
from audit.kinds import Kind, Outcome
from audit.statements import insert_rows

COLUMNS = ("run", "user", "line", "created", "left", "moved", "before", "after")
PersonRow = tuple[int, int, int, bool, bool, bool, str, str]
Event = dict[str, Any]


class Record:
    """The recorder of an import; every event has the importing user, the name and SHA-256 of the file, and the run."""

    def __init__(self, run: UserImport, actor: User | None):
        self.run, self.actor = run, actor
        self.recorded_actor = actor.as_person() if actor else None
        self.file: dict[str, Any] = {"file": run.file_name, "sha256": run.sha256, "import": run.pk}
        if run.undoes_id:
            self.file["undoes"] = run.undoes_id
        # Who is to be recorded, and why. Their events are longer, and are made while they are written.
        self.people: list[tuple[Person, Update | Creation]] = []

    def imported(self) -> None:
        outcome = Outcome.FAILED if self.run.state == UserImport.State.STOPPED else Outcome.DONE
        detail = self.file | self.run.counts
        log.record(Kind.USERS_IMPORTED, outcome=outcome, actor=self.recorded_actor, detail=detail)

    def changed(self, changed: list[tuple[User, Update]], profiles: dict[str, int]) -> None:
        """Note users before they are changed, store their values, and write to their former addresses."""
        self.people += [(user.as_person(), update) for user, update in changed]
        self.keep([self.changed_person(update, profiles) for _user, update in changed])
        put_all(
            mail_to(Mail.Kind.ADDRESS_CHANGED, user, actor=self.actor, address=address[0], new=address[1])
            for user, update in changed
            if (address := update.changes.get("email"))
        )

    def created(self, created: list[tuple[User, Creation]]) -> None:
        """Note created users, and store their values."""
        self.people += [(user.as_person(), creation) for user, creation in created]
        self.keep([self.created_person(user, creation.row.line) for user, creation in created])

    def record_people(self) -> None:
        """Record an event for each person, or two for somebody who is also deactivated or reactivated."""
        log.record_each(self.events())

    def events(self) -> Iterator[Event]:
        for person, act in self.people:
            made = created_detail(person, act) if isinstance(act, Creation) else changed_details(act)
            for kind, detail in made:
                yield {"kind": kind, "actor": self.recorded_actor, "target": person, "detail": self.file | detail}

    def changed_person(self, update: Update, profiles: dict[str, int]) -> PersonRow:
        """Return the values of a changed user, for the record of the run."""
        before, after = (
            {name: exact(name, both[which], profiles) for name, both in update.changes.items()} for which in (0, 1)
        )
        left, moved = after.get("is_active") is False, "department" in after
        return self.run.pk, update.id, update.line or 0, False, left, moved, json.dumps(before), json.dumps(after)

    def created_person(self, user: User, line: int) -> PersonRow:
        """Return the values of a created user, for the record of the run."""
        after = {name: getattr(user, name) for name in PLAIN_FIELDS}
        after |= {"department": user.department_id, "job_profile": user.job_profile_id}
        return self.run.pk, user.pk, line, True, False, False, "{}", json.dumps(after)

    def keep(self, rows: list[PersonRow]) -> None:
        insert_rows(ImportedPerson, COLUMNS, rows)


def changed_details(update: Update) -> Iterator[tuple[Kind, dict[str, Any]]]:
    """Yield the events of a changed user: kind and detail."""
    changes = update.changes
    if "is_active" in changes:
        yield (Kind.USER_REACTIVATED if changes["is_active"][1] else Kind.USER_DEACTIVATED), {}
    rest = {name: both for name, both in changes.items() if name != "is_active"}
    if rest:
        before, after = ({name: in_words(both[which]) for name, both in rest.items()} for which in (0, 1))
        yield Kind.USER_CHANGED, {"before": before, "after": after}


def created_detail(person: Person, creation: Creation) -> Iterator[tuple[Kind, dict[str, Any]]]:
    row = creation.row
    after: dict[str, Any] = {
        "email": person.email,
        "first_name": row.first_name,
        "last_name": row.last_name or "",
        "external_id": row.external_id,
        "department": in_words(creation.department),
        "job_profile": creation.job_profile or None,
    }
    said: dict[str, Any] = {"language": row.language, "time_zone": row.time_zone}
    after |= {name: value for name, value in said.items() if value is not None}
    if row.is_active is False:  # everybody else who is new is active
        after["is_active"] = False
    yield Kind.USER_CREATED, {"after": after}


def in_words(value: Any) -> str | None:
    return None if value is None else str(value)


def exact(field: str, value: Any, profiles: dict[str, int]) -> Any:
    """Return a value of a plan as the record of a run keeps it: departments and job profiles by number."""
    if field == "department":
        return value.id if value else None
    return profiles.get(value) if field == "job_profile" else value
