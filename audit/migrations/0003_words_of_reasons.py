"""The index of the words of reasons covers the whole table: only of such an index does PostgreSQL use the statistics."""

import logging

from django.db import DatabaseError, migrations, transaction

WORDS = (
    "CREATE INDEX audit_text_words ON audit_audittext"
    " USING gin (upper(CASE WHEN part = 'reason' THEN text END) gin_trgm_ops)"
)
# From these the planner learns how rare a word is; without them it reads reason after reason for one that nobody wrote.
STATISTICS = "ALTER INDEX audit_text_words ALTER COLUMN 1 SET STATISTICS 1000"
BEFORE = (
    "CREATE INDEX audit_text_reason_words ON audit_audittext USING gin (upper(text) gin_trgm_ops) WHERE part = 'reason'"
)
logger = logging.getLogger(__name__)


def index_words(apps, schema_editor):
    replace(schema_editor.connection, "audit_text_reason_words", WORDS, STATISTICS)


def index_words_as_before(apps, schema_editor):
    replace(schema_editor.connection, "audit_text_words", BEFORE)


def replace(connection, former, *statements):
    """On PostgreSQL: the one index for the other, where there are trigrams."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX IF EXISTS {former}")
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
    except DatabaseError as error:
        logger.warning("The audit log has no index for the words of reasons, so searching them is slow: %s", error)


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_indexes_of_the_long_log")]

    operations = [migrations.RunPython(index_words, index_words_as_before)]
