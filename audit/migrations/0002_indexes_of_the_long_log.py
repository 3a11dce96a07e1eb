"""Lists, search and summary stay quick in a log of ten million events."""

import logging

from django.db import DatabaseError, migrations, models, transaction

WORDS = (
    "CREATE INDEX audit_text_reason_words ON audit_audittext USING gin (upper(text) gin_trgm_ops) WHERE part = 'reason'"
)
logger = logging.getLogger(__name__)


def index_words(apps, schema_editor):
    """Trigrams of the reasons where PostgreSQL has them; without them the search is right, and slower."""
    connection = schema_editor.connection
    if connection.vendor != "postgresql":
        return
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            cursor.execute(WORDS)
    except DatabaseError as error:
        logger.warning("The audit log has no index for the words of reasons, so searching them is slow: %s", error)


def drop_words(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX IF EXISTS audit_text_reason_words")


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.AddIndex(
            "auditevent",
            models.Index(fields=["kind", "outcome", "seq"], name="audit_event_by_kind_outcome"),
        ),
        migrations.AddIndex(
            "auditevent",
            models.Index(fields=["kind", "at", "actor_id"], name="audit_event_by_kind_time"),
        ),
        migrations.AddIndex(
            "auditevent",
            models.Index(
                fields=["kind", "seq"],
                condition=models.Q(("assumed_session__isnull", True)),
                name="audit_event_outside_by_kind",
            ),
        ),
        migrations.AddIndex(
            "audittext",
            models.Index(fields=["event"], condition=models.Q(("part", "reason")), name="audit_text_reasons"),
        ),
        migrations.RunPython(index_words, drop_words),
    ]
