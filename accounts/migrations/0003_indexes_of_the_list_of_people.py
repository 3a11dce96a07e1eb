"""The list of User Management stays quick in a large company: an index for each sorting, and one for the search."""

import logging

from django.db import DatabaseError, migrations, models, transaction

from audit.renumbered import AddIndexUnlessThere, RemoveIndexIfThere

# What accounts.search asks for. Trigrams need the extension; what is shorter is looked up in an array of each letter and
# each pair of neighbours, whose cost keeps the planner from computing it where the index can tell.
HAYSTACK = "upper(first_name || ' ' || last_name || ' ' || split_part(email, '@', 1))"
LETTERS = r"""
CREATE OR REPLACE FUNCTION user_search_letters(text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS $$ BEGIN RETURN string_to_array($1, NULL)
  || string_to_array(regexp_replace($1, '(..)', E'\\1\n', 'g'), E'\n')
  || string_to_array(regexp_replace(substr($1, 2), '(..)', E'\\1\n', 'g'), E'\n');
END $$
"""
LETTERS_INDEX = f"CREATE INDEX IF NOT EXISTS user_search_letters ON accounts_user USING gin (user_search_letters({HAYSTACK}))"
WORDS_INDEX = (
    f"CREATE INDEX IF NOT EXISTS user_search_words ON accounts_user"
    f" USING gin ({HAYSTACK} gin_trgm_ops, upper(email::text) gin_trgm_ops)"
)
# The planner learns from these how rare a word is.
STATISTICS = [f"ALTER INDEX user_search_words ALTER COLUMN {number} SET STATISTICS 500" for number in (1, 2)]

logger = logging.getLogger(__name__)


def index_search(apps, schema_editor):
    """Make the indexes where the database is PostgreSQL; without trigrams the search is right, and slower."""
    connection = schema_editor.connection
    if connection.vendor != "postgresql":
        return
    statements = [LETTERS, LETTERS_INDEX]
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DatabaseError as error:
        logger.warning("The search has no index for whole words, so it is slow in a large company: %s", error)
    else:
        statements += [WORDS_INDEX, *STATISTICS]
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def drop_search_indexes(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("DROP INDEX IF EXISTS user_search_words, user_search_letters")
            cursor.execute("DROP FUNCTION IF EXISTS user_search_letters(text)")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_protection_and_organisation")]

    operations = [
        RemoveIndexIfThere("user", "user_by_name"),
        AddIndexUnlessThere(
            "user", models.Index(fields=["first_name", "last_name", "id", "department"], name="user_by_name")
        ),
        AddIndexUnlessThere(
            "user",
            models.Index(fields=["is_active", "first_name", "last_name", "id", "department"], name="user_by_status"),
        ),
        AddIndexUnlessThere(
            "user", models.Index(fields=["department", "first_name", "last_name", "id"], name="user_by_department")
        ),
        AddIndexUnlessThere("user", models.Index(fields=["last_login", "id", "department"], name="user_by_last_login")),
        AddIndexUnlessThere(
            "user",
            models.Index(condition=models.Q(("is_superuser", True)), fields=["id"], name="user_owners"),
        ),
        AddIndexUnlessThere("department", models.Index(fields=["name", "path"], name="department_by_name")),
        migrations.RunPython(index_search, drop_search_indexes),
    ]
