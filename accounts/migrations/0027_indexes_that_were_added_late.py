"""
An index that was added to migration 0016 after some installations had applied it.

A new installation has nothing to do here.
"""

from django.db import migrations, models

from audit.indexes import AddIndexWithoutLock

TITLES = models.Index(
    condition=models.Q(("before__isnull", False), ("field", "title")), fields=["kind", "number"], name="change_of_title"
)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0026_import_feed")]

    operations = [migrations.SeparateDatabaseAndState([AddIndexWithoutLock("fieldchange", TITLES)])]
