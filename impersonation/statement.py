"""The one statement of an assumed request: the session, both people, and what each of them holds."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import NotSupportedError, ProgrammingError, connection

from accounts.held_rights import HeldRights
from accounts.models import Organisation, User

from .models import AssumedSession

SENTINEL = UUID(int=0)
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


class Statement:
    """The queryset compiled once for each connection, and run with nothing but another id."""

    def __init__(self):
        queryset = (
            AssumedSession.objects.filter(pk=SENTINEL)
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
        compiler = queryset.query.get_compiler(connection=connection)
        self.sql, params = compiler.as_sql()
        self.params = list(params)
        self.position = self.params.index(self.prepare(SENTINEL))
        self.converters = [
            (position, converter, expression)
            for position, (converters, expression) in compiler.get_converters(
                [selected[0] for selected in compiler.select]
            ).items()
            for converter in converters
        ]

    @staticmethod
    def prepare(key: UUID):
        return AssumedSession._meta.pk.get_db_prep_value(key, connection)

    def row(self, key: UUID) -> list | None:
        params = [*self.params]
        params[self.position] = self.prepare(key)
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.cursor = prepared_cursor()
            cursor.execute(self.sql, params)
            row = cursor.fetchone()
        if row is None:
            return None
        row = list(row)
        for position, converter, expression in self.converters:
            row[position] = converter(row[position], expression, connection)
        return row


def prepared_cursor():
    """A psycopg cursor whose statement PostgreSQL parses and plans once for each connection."""
    from psycopg import Cursor

    class PreparedCursor(Cursor):
        def execute(self, query, params=None):
            return super().execute(query, params, prepare=True)

    connection.connection.prepare_threshold = 5  # Django switches preparing off; its own cursors never do it
    return PreparedCursor(connection.connection)


def find(key: UUID) -> Found | None:
    """Run the statement for one assumed session."""
    statement = getattr(connection, "_assumed_session_statement", None)
    if statement is None:
        statement = Statement()
        setattr(connection, "_assumed_session_statement", statement)  # noqa: B010 (the wrapper's type knows no such name)
    try:
        row = statement.row(key)
    except (NotSupportedError, ProgrammingError):
        # A plan goes stale when a migration changes a table under it; a new connection has none.
        if connection.in_atomic_block or connection.vendor != "postgresql":
            raise
        connection.close()
        row = statement.row(key)
    if row is None:
        return None
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
