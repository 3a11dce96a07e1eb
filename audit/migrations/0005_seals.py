"""What a seal has to know: the time of its last event, its file, and the keys of the rotations that it covers."""

import django.db.models.deletion
from django.db import migrations, models
from django.utils import timezone

from audit import triggers


def without_triggers(apps, schema_editor):
    """SQLite can't rebuild a table that another's trigger names; they come back with `post_migrate`."""
    if schema_editor.connection.vendor == "sqlite":
        triggers.drop(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_fewer_indexes")]

    operations = [
        migrations.RunPython(without_triggers, without_triggers),
        migrations.AddField("auditseal", "through_at", models.DateTimeField(default=timezone.now), False),
        migrations.AddField("auditseal", "export_name", models.TextField(default=""), False),
        migrations.AddField("auditseal", "rotated_to", models.CharField(max_length=50, null=True)),
        migrations.AddField("auditseal", "used_keys", models.TextField(default=""), False),
        migrations.AlterField(
            "auditseal",
            "sealed_by",
            models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="audit.auditevent",
            ),
        ),
        migrations.RunPython(without_triggers, without_triggers),  # the first step of going back
    ]
