"""SQL of the most frequent queries: compiled once per connection, and prepared by PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, NotSupportedError, ProgrammingError, connection, connections
from django.db.models import AutoField, Expression, Field, Model, QuerySet


class Parameter(Expression):
    """A parameter of a `Statement`; its value is passed when the statement runs."""

    def __init__(self, name: str, output_field: Field):
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", (self,)


class Compiled(NamedTuple):
    """A compiled query of one connection, with the converters (position, converter, expression) of its columns."""

    sql: str
    params: list[Any]
    converters: list[tuple[int, Callable, Any]]
    compiler: Any


class Statement:
    """
    A queryset that is compiled once per connection, and then run with different values.

    build: returns the queryset; called when a connection first runs the statement. Use it if the ORM takes longer to
    build the SQL than the database takes to run it.
    """

    def __init__(self, build: Callable[[], QuerySet]):
        self.build = build

    def rows(self, **given: Any) -> list[list[Any]]:
        """Return the rows as lists of Python values, with each `Parameter` replaced by the argument of its name."""
        compiled = self.compiled()
        params = [
            value.output_field.get_db_prep_value(given[value.name], connection)
            if isinstance(value, Parameter)
            else value
            for value in compiled.params
        ]
        try:
            found = fetch(compiled.sql, params)
        except (NotSupportedError, ProgrammingError):
            # A migration that changes the table makes the plan invalid; a new connection has no plans.
            if connection.in_atomic_block or connection.vendor != "postgresql":
                raise
            connection.close()
            found = fetch(compiled.sql, params)
        rows = [list(row) for row in found]
        for row in rows:
            for position, converter, expression in compiled.converters:
                row[position] = converter(row[position], expression, connection)
        return rows

    def objects(self, **given: Any) -> list[Any]:
        """Return the rows as instances of the queryset's model, with its annotations."""
        rows = self.rows(**given)
        compiler = self.compiled().compiler
        model, positions = compiler.klass_info["model"], compiler.klass_info["select_fields"]
        names = [compiler.select[position][0].target.attname for position in positions]
        found = []
        for row in rows:
            instance = model.from_db(connection.alias, names, [row[position] for position in positions])
            for name, position in compiler.annotation_col_map.items():
                setattr(instance, name, row[position])
            found.append(instance)
        return found

    def compiled(self) -> Compiled:
        ready: dict[Statement, Compiled] = connection.__dict__.setdefault("_statements", {})
        if self not in ready:
            compiler = self.build().query.get_compiler(connection=connection)
            sql, params = compiler.as_sql()
            by_position = compiler.get_converters([selected[0] for selected in compiler.select])
            converters = [
                (position, converter, expression)
                for position, (several, expression) in by_position.items()
                for converter in several
            ]
            ready[self] = Compiled(sql, list(params), converters, compiler)
        return ready[self]


def insert(instances: Sequence[Model]) -> None:
    """Insert instances of one model as `bulk_create` does, without reading the generated keys."""
    if not instances:
        return
    fields: list[Any] = [field for field in instances[0]._meta.concrete_fields if not isinstance(field, AutoField)]
    name = connection.ops.quote_name
    columns = ", ".join(name(field.column) for field in fields)
    sql = f"INSERT INTO {name(instances[0]._meta.db_table)} ({columns}) VALUES ({', '.join(['%s'] * len(fields))})"  # noqa: S608
    database = connections[DEFAULT_DB_ALIAS]  # not the proxy, which costs a look-up for each value
    rows = [
        [field.get_db_prep_save(field.pre_save(instance, add=True), database) for field in fields]
        for instance in instances
    ]
    with connection.cursor() as cursor:
        prepare(cursor)
        if len(rows) == 1:
            cursor.execute(sql, rows[0])
        else:
            cursor.executemany(sql, rows)


def execute(sql: str, params: Sequence[Any]) -> int:
    """Run an SQL statement, and return the number of changed rows."""
    with connection.cursor() as cursor:
        prepare(cursor)
        cursor.execute(sql, params)
        return cursor.rowcount


def fetch(sql: str, params: Sequence[Any]) -> list[tuple]:
    """Run a query, and return its rows."""
    with connection.cursor() as cursor:
        prepare(cursor)
        cursor.execute(sql, params)
        return cursor.fetchall()


def prepare(cursor: Any) -> None:
    """Let PostgreSQL prepare the statements of this cursor once per connection, which Django's cursors never do."""
    if connection.vendor == "postgresql":
        connection.connection.prepare_threshold = 5  # Django switches preparing off
        cursor.cursor = prepared_cursor()(connection.connection)


@cache
def prepared_cursor() -> Any:
    """Return a cursor class whose statements PostgreSQL prepares; psycopg is imported on PostgreSQL only."""
    from psycopg import Cursor

    class PreparedCursor(Cursor):
        def execute(self, query: Any, params: Any = None, *, prepare: bool | None = True, binary: Any = None) -> Any:
            return super().execute(query, params, prepare=prepare, binary=binary)

    return PreparedCursor
