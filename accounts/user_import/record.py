"""Audit events and mails of an import: the same events that User Management records for each user."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from accounts.models.mails import Mail, mail_to
from audit import log
from audit.kinds import Kind

from .plan import Creation

Changes = dict[str, tuple[Any, Any]]


class Record:
    """The recorder of an import; every event has the importing user and the name and SHA-256 of the file."""

    def __init__(self, importer: User | None, file: dict[str, str]):
        self.user, self.file = importer, file
        self.importer = importer.as_person() if importer else None

    def imported(self, counts: dict[str, int]) -> None:
        log.record(Kind.USERS_IMPORTED, actor=self.importer, detail=self.file | counts)

    def changed(self, person: User, changes: Changes) -> Mail | None:
        """
        Record the changes of a user before they are made, and return the mail to the former address, if any.

        changes: for each field its value before and after.
        """
        if "is_active" in changes:
            kind = Kind.USER_REACTIVATED if changes["is_active"][1] else Kind.USER_DEACTIVATED
            self.record(kind, person, self.file)
        rest = {name: both for name, both in changes.items() if name != "is_active"}
        if rest:
            before, after = ({name: in_words(both[which]) for name, both in rest.items()} for which in (0, 1))
            self.record(Kind.USER_CHANGED, person, self.file | {"before": before, "after": after})
        if "email" not in rest:
            return None
        former, new = rest["email"]
        return mail_to(Mail.Kind.ADDRESS_CHANGED, person, by=self.user, address=former, new=new)

    def created(self, person: User, creation: Creation) -> None:
        after = {
            "email": person.email,
            "first_name": person.first_name,
            "last_name": person.last_name,
            "external_id": person.external_id,
            "department": in_words(creation.department),
            "job_profile": creation.job_profile or None,
        }
        self.record(Kind.USER_CREATED, person, self.file | {"after": after})

    def record(self, kind: Kind, person: User, detail: dict[str, Any]) -> None:
        log.record(kind, actor=self.importer, target=person.as_person(), detail=detail)


def in_words(value: Any) -> str | None:
    return None if value is None else str(value)
