"""HR identifiers are looked up without regard to capitals: by links of ticket systems, and by the search."""

from django.db import migrations, models
from django.db.models.functions import Upper

from audit.indexes import AddIndexWithoutLock


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0014_objections")]

    operations = [
        AddIndexWithoutLock("user", models.Index(Upper("external_id"), name="user_by_identifier")),
    ]
