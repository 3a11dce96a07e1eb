"""The list of User Management stays quick in a large company: an index for each sorting, and one for the search."""

import logging

from django.db import DatabaseError, migrations, models, transaction

# What accounts.search asks for, as docs/operations.md repeats it for those who make it by hand.
HAYSTACK = "upper(first_name || ' ' || last_name || ' ' || split_part(email, '@', 1))"
PAIRS = (
    rf"upper(' ' || regexp_replace({HAYSTACK}, '(..)', '\1 ', 'g')"
    rf" || ' ' || regexp_replace(substr({HAYSTACK}, 2), '(..)', '\1 ', 'g') || ' ')"
)
INDEX = (
    f"CREATE INDEX IF NOT EXISTS user_search ON accounts_user"
    f" USING gin ({HAYSTACK} gin_trgm_ops, ({PAIRS}) gin_trgm_ops, upper(email::text) gin_trgm_ops)"
)
# The planner knows from these how rare a word is: with fewer it takes rare ones for frequent.
STATISTICS = [f"ALTER INDEX user_search ALTER COLUMN {number} SET STATISTICS 500" for number in (1, 2, 3)]

logger = logging.getLogger(__name__)


def index_search(apps, schema_editor):
    """Make the index where the database is PostgreSQL and lets us; without it the search is right, and slower."""
    connection = schema_editor.connection
    if connection.vendor != "postgresql":
        return
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DatabaseError as error:
        logger.warning("The search of people has no index, so it is slow in a large company: %s", error)
        return
    with connection.cursor() as cursor:
        for statement in (INDEX, *STATISTICS):
            cursor.execute(statement)


def drop_search_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX IF EXISTS user_search")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_protection_and_organisation")]

    operations = [
        migrations.AddIndex(
            "user", models.Index(fields=["is_active", "first_name", "last_name", "id"], name="user_by_status")
        ),
        migrations.AddIndex(
            "user", models.Index(fields=["department", "first_name", "last_name", "id"], name="user_by_department")
        ),
        migrations.AddIndex("user", models.Index(fields=["last_login", "id"], name="user_by_last_login")),
        migrations.AddIndex(
            "user",
            models.Index(condition=models.Q(("is_superuser", True)), fields=["id"], name="user_owners"),
        ),
        migrations.RunPython(index_search, drop_search_index),
    ]
