"""SQL of the most frequent queries: compiled once in each process, and prepared by PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, NotSupportedError, ProgrammingError, connection, connections
from django.db.models import AutoField, Expression, Field, JSONField, Model, QuerySet

COPIED = 100  # rows; fewer are faster as a prepared statement
# Values of these types are passed to both drivers as they are.
DRIVERS_OWN = {str, int, bool, type(None)}


class Parameter(Expression):
    """A parameter of a `Statement`; its value is passed when the statement runs."""

    def __init__(self, name: str, output_field: Field):
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", (self,)


class Compiled(NamedTuple):
    """A compiled query, with the converters (position, converter, expression) of its columns."""

    sql: str
    params: list[Any]
    converters: list[tuple[int, Callable, Any]]
    compiler: Any


class Statement:
    """
    A queryset that is compiled once for each database, and then run with different values, by all threads.

    build: returns the queryset; called when the statement first runs. Use it if the ORM takes longer to build the SQL
    than the database takes to run it.
    """

    def __init__(self, build: Callable[[], QuerySet]):
        self.build = build
        self.by_alias: dict[str, Compiled] = {}

    def rows(self, *, using: str = DEFAULT_DB_ALIAS, **given: Any) -> list[list[Any]]:
        """Return the rows as lists of Python values, with each `Parameter` replaced by the argument of its name."""
        connection = connections[using]
        compiled = self.compiled(connection)
        params = [
            value.output_field.get_db_prep_value(given[value.name], connection)
            if isinstance(value, Parameter)
            else value
            for value in compiled.params
        ]
        try:
            found = fetch(compiled.sql, params, connection)
        except (NotSupportedError, ProgrammingError):
            # A migration that changes the table makes the plan invalid; a new connection has no plans.
            if connection.vendor != "postgresql":
                raise
            if connection.in_atomic_block:
                connection.close_at = 0  # Django closes it after the request
                raise
            connection.close()
            found = fetch(compiled.sql, params, connection)
        rows = [list(row) for row in found]
        for row in rows:
            for position, converter, expression in compiled.converters:
                row[position] = converter(row[position], expression, connection)
        return rows

    def objects(self, *, using: str = DEFAULT_DB_ALIAS, **given: Any) -> list[Any]:
        """Return the rows as instances of the queryset's model, with its annotations."""
        rows = self.rows(using=using, **given)
        compiler = self.compiled(connections[using]).compiler
        model, positions = compiler.klass_info["model"], compiler.klass_info["select_fields"]
        names = [compiler.select[position][0].target.attname for position in positions]
        found = []
        for row in rows:
            instance = model.from_db(using, names, [row[position] for position in positions])
            for name, position in compiler.annotation_col_map.items():
                setattr(instance, name, row[position])
            found.append(instance)
        return found

    def compiled(self, connection: Any) -> Compiled:
        if connection.alias not in self.by_alias:
            compiler = self.build().query.get_compiler(connection=connection)
            sql, params = compiler.as_sql()
            by_position = compiler.get_converters([selected[0] for selected in compiler.select])
            converters = [
                (position, converter, expression)
                for position, (several, expression) in by_position.items()
                for converter in several
            ]
            self.by_alias[connection.alias] = Compiled(sql, list(params), converters, compiler)
        return self.by_alias[connection.alias]


def insert(instances: Sequence[Model], *, with_keys: bool = False) -> None:
    """
    Insert instances of one model as `bulk_create` does, without reading the generated keys.

    with_keys: whether the instances have keys of `new_keys`.
    """
    if not instances:
        return
    model = type(instances[0])
    names = [field.name for field in model._meta.concrete_fields if with_keys or not isinstance(field, AutoField)]
    insert_rows(model, names, database_values(model, names, instances))


def new_keys(model: type[Model], count: int) -> list[int]:
    """Return the next generated keys of a model, for rows that are inserted at once, in the same transaction."""
    table, key = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            named = [connection.ops.quote_name(table), key, count]
            cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)", named)
            return [number for (number,) in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = (cursor.fetchone() or [0])[0]
        return list(range(last + 1, last + 1 + count))


def database_values(model: type[Model], names: Sequence[str], instances: Sequence[Any]) -> list[list[Any]]:
    """Return the values of the fields as the database takes them; values of a type in DRIVERS_OWN are not converted."""
    database = connections[DEFAULT_DB_ALIAS]  # not the proxy, which costs a look-up for each value
    columns: list[list[Any]] = []
    for field in fields_of(model, names):
        values = [field.pre_save(instance, add=True) for instance in instances]
        if isinstance(field, JSONField) or not {*map(type, values)} <= DRIVERS_OWN:
            values = [field.get_db_prep_save(value, database) for value in values]
        columns.append(values)
    return [list(row) for row in zip(*columns, strict=True)]


def fields_of(model: type[Model], names: Sequence[str]) -> list[Any]:
    return [model._meta.get_field(name) for name in names]


def insert_rows(model: type[Model], names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows of values as the database takes them; many rows are copied on PostgreSQL."""
    name = connection.ops.quote_name
    columns = ", ".join(name(field.column) for field in fields_of(model, names))
    into = f"{name(model._meta.db_table)} ({columns})"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql" and len(rows) >= COPIED:
            with connections[DEFAULT_DB_ALIAS].wrap_database_errors, cursor.copy(f"COPY {into} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        sql = f"INSERT INTO {into} VALUES ({', '.join(['%s'] * len(names))})"  # noqa: S608 (names of columns)
        prepare(cursor)
        if len(rows) == 1:
            cursor.execute(sql, rows[0])
        else:
            cursor.executemany(sql, rows)


def update_rows(model: type[Model], names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Set the fields of many rows. rows: the primary key and then the new values, as the database takes them."""
    name = connection.ops.quote_name
    table, key, fields = name(model._meta.db_table), model._meta.pk, fields_of(model, names)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            columns = [name(field.column) for field in (key, *fields)]
            types = [f"%s::{field.rel_db_type(connection)}[]" for field in (key, *fields)]
            sets = ", ".join(f"{column} = new.{column}" for column in columns[1:])
            sql = (
                f"UPDATE {table} SET {sets} FROM unnest({', '.join(types)}) AS new ({', '.join(columns)}) "  # noqa: S608
                f"WHERE {table}.{columns[0]} = new.{columns[0]}"
            )
            cursor.execute(sql, [list(column) for column in zip(*rows, strict=True)])
            return
        sets = ", ".join(f"{name(field.column)} = %s" for field in fields)
        sql = f"UPDATE {table} SET {sets} WHERE {name(str(key.column))} = %s"  # noqa: S608 (names of columns)
        cursor.executemany(sql, [(*values, pk) for pk, *values in rows])


def delete_rows(model: type[Model], field_name: str, values: Sequence[Any]) -> None:
    """Delete the rows in which a field has one of the values, without signals and without what points to them."""
    name = connection.ops.quote_name
    [field] = fields_of(model, [field_name])
    sql = f"DELETE FROM {name(model._meta.db_table)} WHERE {name(field.column)} = "  # noqa: S608 (names alone)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(sql + f"ANY(%s::{field.rel_db_type(connection)}[])", [list(values)])
        else:
            cursor.executemany(sql + "%s", [(value,) for value in values])


def execute(sql: str, params: Sequence[Any]) -> int:
    """Run an SQL statement, and return the number of changed rows."""
    with connection.cursor() as cursor:
        prepare(cursor)
        cursor.execute(sql, params)
        return cursor.rowcount


def fetch(sql: str, params: Sequence[Any], connection: Any = connection) -> list[tuple]:
    """Run a query, and return its rows."""
    with connection.cursor() as cursor:
        prepare(cursor, connection)
        cursor.execute(sql, params)
        return cursor.fetchall()


def prepare(cursor: Any, connection: Any = connection) -> None:
    """
    Let PostgreSQL prepare the statements of this cursor once per connection, which Django's cursors never do.

    Behind a pooler that gives each transaction another session (DATABASE_POOLER), nothing is prepared.
    """
    if connection.vendor == "postgresql" and getattr(connection, "keeps_sessions", True):
        connection.connection.prepare_threshold = 5  # Django switches preparing off
        cursor.cursor = prepared_cursor()(connection.connection)


class Shown(NamedTuple):
    """What Django shows of a statement, in its log and to tests; psycopg keeps the text of its own cursors only."""

    query: bytes


@cache
def prepared_cursor() -> Any:
    """Return a cursor class whose statements PostgreSQL prepares; psycopg is imported on PostgreSQL only."""
    from psycopg import Cursor

    class PreparedCursor(Cursor):
        def execute(self, query: Any, params: Any = None, *, prepare: bool | None = True, binary: Any = None) -> Any:
            done = super().execute(query, params, prepare=prepare, binary=binary)
            self._query = Shown(query.encode())  # type: ignore[assignment]
            return done

    return PreparedCursor
