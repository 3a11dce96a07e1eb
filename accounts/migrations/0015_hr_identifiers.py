"""HR identifiers are looked up without regard to capitals: by links of ticket systems, and by the search."""

from django.db import migrations, models
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    dependencies = [("accounts", "0014_objections")]

    operations = [
        migrations.AddIndex("user", models.Index(Upper("external_id"), name="user_by_identifier")),
    ]
