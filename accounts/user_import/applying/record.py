"""Audit events and mails of an import: the same events that User Management records for each user."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from accounts.models.mails import Mail, mail_to
from accounts.user_import.planning.plan import Creation
from audit import log
from audit.kinds import Kind

Changes = dict[str, tuple[Any, Any]]


class Record:
    """The recorder of an import; every event has the importing user and the name and SHA-256 of the file."""

    def __init__(self, actor: User | None, file: dict[str, str]):
        self.actor, self.file = actor, file
        self.recorded_actor = actor.as_person() if actor else None

    def imported(self, counts: dict[str, int]) -> None:
        log.record(Kind.USERS_IMPORTED, actor=self.recorded_actor, detail=self.file | counts)

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

    def record(self, kind: Kind, user: User, detail: dict[str, Any]) -> None:
        log.record(kind, actor=self.recorded_actor, target=user.as_person(), detail=detail)


def in_words(value: Any) -> str | None:
    return None if value is None else str(value)
