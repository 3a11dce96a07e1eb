"""
Indexes that were added to migrations, or removed from them, after some installations had applied these.

A new installation has nothing to do here.
"""

from django.db import migrations, models

from audit.renumbered import AddIndexUnlessThere

TITLES = models.Index(
    condition=models.Q(("before__isnull", False), ("field", "title")), fields=["kind", "number"], name="change_of_title"
)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0026_import_feed")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[AddIndexUnlessThere("fieldchange", TITLES)], state_operations=[]
        ),
    ]
