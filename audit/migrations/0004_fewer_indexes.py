"""The log without indexes that others make needless: of a text's event, of reasons, and for LIKE on hashes."""

import django.db.models.deletion
from django.db import migrations, models

from audit import triggers

ITS_EVENT = {"on_delete": django.db.models.deletion.DO_NOTHING, "to": "audit.auditevent", "db_index": False}


def without_triggers(apps, schema_editor):
    """SQLite can't rebuild a table that another's trigger names; they come back with `post_migrate`."""
    if schema_editor.connection.vendor == "sqlite":
        triggers.drop(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_words_of_reasons")]

    operations = [
        migrations.RunPython(without_triggers, without_triggers),
        migrations.RemoveIndex("audittext", "audit_text_reasons"),
        migrations.AlterField("auditerasure", "event", models.ForeignKey(related_name="erasures", **ITS_EVENT)),
        migrations.AlterField("audittext", "event", models.ForeignKey(related_name="texts", **ITS_EVENT)),
        migrations.AlterField("auditevent", "prev_hash", models.CharField(editable=False, max_length=64)),
        migrations.AddConstraint(
            "auditevent", models.UniqueConstraint(fields=["prev_hash"], name="audit_event_follows_one_event")
        ),
    ]
