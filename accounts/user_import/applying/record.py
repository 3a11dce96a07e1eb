"""Audit events and mails of an import: the same events that User Management records for each user."""

from __future__ import annotations

from typing import Any

from accounts.models import ImportedPerson, User, UserImport
from accounts.models.mails import Mail, mail_to
from accounts.user_import.planning.plan import Creation, Update
from audit import log
from audit.kinds import Kind, Outcome

Changes = dict[str, tuple[Any, Any]]
PLAIN_FIELDS = ("email", "first_name", "last_name", "external_id", "language", "time_zone", "is_active")


class Record:
    """The recorder of an import; every event has the importing user, the name and SHA-256 of the file, and the run."""

    def __init__(self, run: UserImport, actor: User | None):
        self.run, self.actor = run, actor
        self.recorded_actor = actor.as_person() if actor else None
        self.file: dict[str, Any] = {"file": run.file_name, "sha256": run.sha256, "import": run.pk}
        if run.undoes_id:
            self.file["undoes"] = run.undoes_id

    def imported(self) -> None:
        outcome = Outcome.FAILED if self.run.state == UserImport.State.STOPPED else Outcome.DONE
        detail = self.file | self.run.counts
        log.record(Kind.USERS_IMPORTED, outcome=outcome, actor=self.recorded_actor, detail=detail)

    def changed(self, user: User, changes: Changes) -> Mail | None:
        """
        Record the changes of a user before they are made, and return the mail to the former address, if any.

        changes: for each field its value before and after.
        """
        if "is_active" in changes:
            kind = Kind.USER_REACTIVATED if changes["is_active"][1] else Kind.USER_DEACTIVATED
            self.record(kind, user, self.file)
        rest = {name: both for name, both in changes.items() if name != "is_active"}
        if rest:
            before, after = ({name: in_words(both[which]) for name, both in rest.items()} for which in (0, 1))
            self.record(Kind.USER_CHANGED, user, self.file | {"before": before, "after": after})
        if "email" not in rest:
            return None
        former, new = rest["email"]
        return mail_to(Mail.Kind.ADDRESS_CHANGED, user, actor=self.actor, address=former, new=new)

    def created(self, user: User, creation: Creation) -> None:
        after = {
            "email": user.email,
            "first_name": user.first_name,
            "last_name": user.last_name,
            "external_id": user.external_id,
            "department": in_words(creation.department),
            "job_profile": creation.job_profile or None,
        }
        self.record(Kind.USER_CREATED, user, self.file | {"after": after})

    def changed_person(self, update: Update, profiles: dict[str, int]) -> ImportedPerson:
        """Return the values of a changed user, for the record of the run."""
        before, after = (
            {name: exact(name, both[which], profiles) for name, both in update.changes.items()} for which in (0, 1)
        )
        left, moved = after.get("is_active") is False, "department" in after
        return ImportedPerson(
            run=self.run, user_id=update.id, line=update.line or 0, left=left, moved=moved, before=before, after=after
        )

    def created_person(self, user: User, line: int) -> ImportedPerson:
        """Return the values of a created user, for the record of the run."""
        after = {name: getattr(user, name) for name in PLAIN_FIELDS}
        after |= {"department": user.department_id, "job_profile": user.job_profile_id}
        return ImportedPerson(run=self.run, user=user, line=line, created=True, after=after)

    def record(self, kind: Kind, user: User, detail: dict[str, Any]) -> None:
        log.record(kind, actor=self.recorded_actor, target=user.as_person(), detail=detail)


def in_words(value: Any) -> str | None:
    return None if value is None else str(value)


def exact(field: str, value: Any, profiles: dict[str, int]) -> Any:
    """Return a value of a plan as the record of a run keeps it: departments and job profiles by number."""
    if field == "department":
        return value.id if value else None
    return profiles.get(value) if field == "job_profile" else value
