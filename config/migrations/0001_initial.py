from django.db import migrations, models


class Migration(migrations.Migration):
    """The cache's own table; Django's, with what it still holds (uploaded lists of people among it), is removed."""

    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="CacheEntry",
            fields=[
                ("key", models.CharField(max_length=250, primary_key=True, serialize=False)),
                ("value", models.TextField()),
                ("expires_at", models.DateTimeField(db_index=True, null=True)),
            ],
            options={"default_permissions": ()},
        ),
        migrations.RunSQL("DROP TABLE IF EXISTS django_cache", migrations.RunSQL.noop),
    ]
