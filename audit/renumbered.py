"""
Operations of migrations that were renumbered, so that the database may hold already what they make.

An installation that migrated under the old name has the table or the index, and a row of the old name in
django_migrations, which nothing reads any more.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations


class CreateModelUnlessThere(migrations.CreateModel):
    """CreateModel that leaves an existing table as it is."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        table = to_state.apps.get_model(app_label, self.name)._meta.db_table
        if table not in schema_editor.connection.introspection.table_names():
            super().database_forwards(app_label, schema_editor, from_state, to_state)


class AddIndexUnlessThere(migrations.AddIndex):
    """AddIndex that leaves an existing index as it is."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        table = to_state.apps.get_model(app_label, self.model_name)._meta.db_table
        if not has_index(schema_editor.connection, table, self.index.name):
            super().database_forwards(app_label, schema_editor, from_state, to_state)


class RemoveIndexIfThere(migrations.RemoveIndex):
    """RemoveIndex that does nothing if there is no such index."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        table = from_state.apps.get_model(app_label, self.model_name)._meta.db_table
        if has_index(schema_editor.connection, table, self.name):
            super().database_forwards(app_label, schema_editor, from_state, to_state)


def has_index(connection: Any, table: str, name: str) -> bool:
    with connection.cursor() as cursor:
        return name in connection.introspection.get_constraints(cursor, table)
