"""Queries that every request runs: compiled once for each connection, and on PostgreSQL planned once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import NotSupportedError, ProgrammingError, connection
from django.db.models import Field, QuerySet


class CompiledQuery:
    """
    A query that finds one row by one key.

    build: makes the queryset, values_list of what is wanted, filtered on the sentinel. field: what the key is
    prepared by. sentinel: a key that nothing has; it marks the one parameter that changes.
    """

    def __init__(self, build: Callable[[Any], QuerySet], field: Field, sentinel: Any):
        self.build, self.field, self.sentinel = build, field, sentinel

    def row(self, key: Any) -> list | None:
        """The row of this key, its values as the ORM would give them."""
        statement = self._of_this_connection()
        try:
            return statement.row(self.prepare(key))
        except (NotSupportedError, ProgrammingError):
            # A plan goes stale when a migration changes a table under it; a new connection has none.
            if connection.in_atomic_block or connection.vendor != "postgresql":
                raise
            connection.close()
            return statement.row(self.prepare(key))

    def prepare(self, key: Any) -> Any:
        return self.field.get_db_prep_value(key, connection)

    def _of_this_connection(self) -> Statement:
        statements = getattr(connection, "_compiled_queries", None)
        if statements is None:
            statements = {}
            setattr(connection, "_compiled_queries", statements)  # noqa: B010 (the wrapper's type knows no such name)
        if self not in statements:
            statements[self] = Statement(self.build(self.sentinel), self.prepare(self.sentinel))
        return statements[self]


class Statement:
    """The query's SQL for one kind of database, with the place of its key."""

    def __init__(self, queryset: QuerySet, sentinel: Any):
        compiler = queryset.query.get_compiler(connection=connection)
        self.sql, params = compiler.as_sql()
        self.params = list(params)
        self.position = self.params.index(sentinel)
        selected = [expression for expression, *_ in compiler.select]
        self.converters = [
            (position, converter, expression)
            for position, (converters, expression) in compiler.get_converters(selected).items()
            for converter in converters
        ]

    def row(self, key: Any) -> list | None:
        params = [*self.params]
        params[self.position] = key
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.cursor = prepared_cursor()
            cursor.execute(self.sql, params)
            found = cursor.fetchone()
        if found is None:
            return None
        row = list(found)
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
