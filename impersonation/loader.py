"""The one statement of an assumed request: the session, both people, and what each of them holds."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from accounts.models import Organisation, User
from accounts.policy.holdings import HeldRights
from audit.statements import Parameter, Statement

from .models import AssumedSession

SESSION_FIELDS = [field.attname for field in AssumedSession._meta.concrete_fields]
USER_FIELDS = [field.attname for field in User._meta.concrete_fields]
EMAIL = USER_FIELDS.index("email")  # never null in a person's own row, so null says that there is no row


@dataclass(slots=True)
class Found:
    """What the statement found; a person who was deleted since is None."""

    session: AssumedSession
    actor: User | None
    target: User | None
    company_allows_login_as: bool


EVERYTHING = Statement(
    lambda: (
        AssumedSession.objects.filter(pk=Parameter("pk", AssumedSession._meta.pk))
        .order_by()
        .values_list(
            *SESSION_FIELDS,
            *(f"actor__{name}" for name in USER_FIELDS),
            *(f"target__{name}" for name in USER_FIELDS),
            "actor__department__path",
            "target__department__path",
            HeldRights("actor_id"),
            HeldRights("target_id"),
            Organisation.allows_login_as(),
        )
    )
)


def find(key: UUID) -> Found | None:
    """Run the statement for one assumed session."""
    rows = EVERYTHING.rows(pk=key)
    if not rows:
        return None
    [row] = rows
    width, people = len(SESSION_FIELDS), len(USER_FIELDS)
    *_, actor_path, target_path, actor_held, target_held, allowed = row
    session = AssumedSession.from_db(connection.alias, SESSION_FIELDS, row[:width])
    actor = person(row[width : width + people], actor_path, actor_held, allowed)
    target = person(row[width + people : width + 2 * people], target_path, target_held, allowed)
    return Found(session, actor, target, allowed)


def person(values: list, department_path: str | None, held: str | None, allowed: bool) -> User | None:
    if values[EMAIL] is None:
        return None
    user = User.from_db(connection.alias, USER_FIELDS, values)
    user.department_path, user.held, user.company_allows_login_as = department_path, held, allowed
    return user
