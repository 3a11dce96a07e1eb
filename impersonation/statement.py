"""The one statement of an assumed request: the session, both people, and what each of them holds."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from accounts.compiled import CompiledQuery
from accounts.held_rights import HeldRights
from accounts.models import Organisation, User
from accounts.person_statement import USER_FIELDS, person

from .models import AssumedSession

SESSION_FIELDS = [field.attname for field in AssumedSession._meta.concrete_fields]


@dataclass(slots=True)
class Found:
    """What the statement found; a person who was deleted since is None."""

    session: AssumedSession
    actor: User | None
    target: User | None
    company_allows_login_as: bool


def everything_of(key: UUID):
    return (
        AssumedSession.objects.filter(pk=key)
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


STATEMENT = CompiledQuery(everything_of, AssumedSession._meta.pk, sentinel=UUID(int=0))


def find(key: UUID) -> Found | None:
    """Run the statement for one assumed session."""
    row = STATEMENT.row(key)
    if row is None:
        return None
    width, people = len(SESSION_FIELDS), len(USER_FIELDS)
    *_, actor_path, target_path, actor_held, target_held, allowed = row
    session = AssumedSession.from_db(connection.alias, SESSION_FIELDS, row[:width])
    actor = person(row[width : width + people], actor_path, actor_held, allowed)
    target = person(row[width + people : width + 2 * people], target_path, target_held, allowed)
    return Found(session, actor, target, allowed)
