"""
Folded names, which a search compares, and their indexes; names that are not in NFC are normalised; saved views.

Servers of the version before go on meanwhile. Whoever they create has no folded name, and a trigger of PostgreSQL
removes it when they change a name; `manage.py sweep` folds what is missing. The indexes of migration 0003 are still
used by that version.
"""

import logging
import unicodedata

import django.core.validators
from django.conf import settings
from django.db import migrations, models, transaction

import accounts.models.folding
import accounts.visible_text
from accounts.models.folding import folded
from audit.indexes import AddIndexWithoutLock
from audit.renumbered import CreateModelUnlessThere

BATCH = 5_000
HAYSTACK = "(name_folded || ' ' || split_part(email, '@', 1))"
INDEXES = {
    "user_folded_letters": f"user_search_letters({HAYSTACK})",
    "user_folded_words": f"{HAYSTACK} gin_trgm_ops",
}
FORGET = """
CREATE OR REPLACE FUNCTION forget_folded_name() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NEW.name_folded IS NOT DISTINCT FROM OLD.name_folded THEN NEW.name_folded := NULL; END IF;
  RETURN NEW;
END $$
"""
TRIGGER = """
CREATE TRIGGER user_forget_folded_name BEFORE UPDATE OF first_name, last_name ON accounts_user FOR EACH ROW
WHEN (NEW.first_name IS DISTINCT FROM OLD.first_name OR NEW.last_name IS DISTINCT FROM OLD.last_name)
EXECUTE FUNCTION forget_folded_name()
"""
DROP_TRIGGER = "DROP TRIGGER IF EXISTS user_forget_folded_name ON accounts_user"

logger = logging.getLogger(__name__)


class AddFieldUnlessThere(migrations.AddField):
    """AddField that leaves the column of an interrupted attempt as it is."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        connection, table = schema_editor.connection, to_state.apps.get_model(app_label, self.model_name)._meta.db_table
        with connection.cursor() as cursor:
            columns = {column.name for column in connection.introspection.get_table_description(cursor, table)}
        if self.name not in columns:
            super().database_forwards(app_label, schema_editor, from_state, to_state)


def forget_after_changes(apps, schema_editor):
    """Make the trigger that removes a folded name when a server of the version before changes the name."""
    if schema_editor.connection.vendor == "postgresql":
        for statement in (FORGET, DROP_TRIGGER, TRIGGER):
            schema_editor.execute(statement)


def remember_again(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(DROP_TRIGGER)
        schema_editor.execute("DROP FUNCTION IF EXISTS forget_folded_name()")


def fold_names(apps, schema_editor):
    """Fold the names of all users, a batch at a time; an interrupted attempt goes on where it was."""
    user, alias = apps.get_model("accounts", "User"), schema_editor.connection.alias
    last = 0
    while True:
        with transaction.atomic(using=alias):
            waiting = user.objects.using(alias).filter(name_folded=None, pk__gt=last).order_by("pk")
            found = list(waiting.select_for_update().only("first_name", "last_name")[:BATCH])
            if not found:
                break
            for each in found:
                each.first_name = unicodedata.normalize("NFC", each.first_name)
                each.last_name = unicodedata.normalize("NFC", each.last_name)
                each.name_folded = folded(f"{each.first_name} {each.last_name}")
            store(schema_editor.connection, found)
            last = found[-1].pk


def store(connection, users):
    """Store the names of a batch in one statement."""
    rows = [(each.first_name, each.last_name, each.name_folded, each.pk) for each in users]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "UPDATE accounts_user SET first_name = new.first_name, last_name = new.last_name, name_folded = new.folded "
                "FROM unnest(%s::text[], %s::text[], %s::text[], %s::bigint[]) AS new (first_name, last_name, folded, id) "
                "WHERE accounts_user.id = new.id",
                [list(column) for column in zip(*rows, strict=True)],
            )
        else:
            sql = "UPDATE accounts_user SET first_name = %s, last_name = %s, name_folded = %s WHERE id = %s"
            cursor.executemany(sql, rows)


def normalise_other_names(apps, schema_editor):
    """Store names of departments and job profiles, and HR identifiers, in NFC; one that is then taken stays."""
    alias = schema_editor.connection.alias
    for model, column in (("Department", "name"), ("JobProfile", "name"), ("User", "external_id")):
        rows = apps.get_model("accounts", model).objects.using(alias)
        for pk, value in rows.exclude(**{column: None}).order_by("pk").values_list("pk", column).iterator():
            composed = unicodedata.normalize("NFC", value)
            unique = model != "Department"
            if composed != value and not (unique and rows.filter(**{column: composed}).exists()):
                rows.filter(pk=pk).update(**{column: composed})


def index_folded_names(apps, schema_editor):
    """Make the indexes on PostgreSQL while others write; without trigrams the search is right, and slower."""
    connection = schema_editor.connection
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")
        has_trigrams = cursor.fetchone() is not None
    for name, expression in INDEXES.items():
        if name == "user_folded_words" and not has_trigrams:
            logger.warning("The search has no index for whole words, so it is slow in a large company.")
            continue
        with connection.cursor() as cursor:
            cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", [name])
            made = cursor.fetchone()
            if made and not made[0]:
                cursor.execute(f"DROP INDEX CONCURRENTLY {name}")
            if not made or not made[0]:
                cursor.execute(f"CREATE INDEX CONCURRENTLY {name} ON accounts_user USING gin ({expression})")
                if name == "user_folded_words":  # the planner learns from these how rare a word is
                    cursor.execute(f"ALTER INDEX {name} ALTER COLUMN 1 SET STATISTICS 500")


def drop_indexes(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX IF EXISTS user_folded_words, user_folded_letters")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0028_last_runs")]

    operations = [
        AddFieldUnlessThere("user", "name_folded", accounts.models.folding.FoldedNameField()),
        migrations.RunPython(forget_after_changes, remember_again),
        migrations.RunPython(fold_names, migrations.RunPython.noop),
        migrations.RunPython(normalise_other_names, migrations.RunPython.noop),
        AddIndexWithoutLock(
            "user",
            models.Index(condition=models.Q(("name_folded__isnull", True)), fields=["id"], name="user_unfolded"),
        ),
        migrations.RunPython(index_folded_names, drop_indexes),
        CreateModelUnlessThere(
            "SavedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "name",
                    accounts.visible_text.NameField(
                        max_length=40,
                        validators=[django.core.validators.ProhibitNullCharactersValidator()],
                        verbose_name="name",
                    ),
                ),
                ("query", models.CharField(max_length=600)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["name", "pk"],
                "default_permissions": (),
                "constraints": [models.UniqueConstraint(fields=("user", "name"), name="saved_view_has_one_name")],
            },
        ),
    ]
