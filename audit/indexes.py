"""The operation of migrations that adds an index to a long table while the platform is running."""

from __future__ import annotations

from typing import Any

from django.db import migrations


class AddIndexWithoutLock(migrations.AddIndex):
    """
    AddIndex that lets others write meanwhile, on PostgreSQL; the migration has `atomic = False`.

    An index that is there stays, and one that an interrupted attempt has left unfinished is made again.
    """

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        connection = schema_editor.connection
        model = to_state.apps.get_model(app_label, self.model_name)
        if connection.vendor != "postgresql":
            if self.index.name not in constraints(connection, model._meta.db_table):
                super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        name = schema_editor.quote_name(self.index.name)
        with connection.cursor() as cursor:
            cursor.execute("SELECT NOT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", [name])
            found = cursor.fetchone()
        if found and found[0]:
            schema_editor.execute(f"DROP INDEX CONCURRENTLY {name}")
        if not found or found[0]:
            schema_editor.execute(self.index.create_sql(model, schema_editor, concurrently=True), params=None)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        name = schema_editor.quote_name(self.index.name)
        is_ours = schema_editor.connection.vendor == "postgresql"
        schema_editor.execute(f"DROP INDEX {'CONCURRENTLY ' if is_ours else ''}IF EXISTS {name}")


def constraints(connection: Any, table: str) -> dict[str, Any]:
    with connection.cursor() as cursor:
        return connection.introspection.get_constraints(cursor, table)
