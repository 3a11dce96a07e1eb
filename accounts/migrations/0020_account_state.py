"""What the access check says about an account: the last refused request, mails to a typed address, people of one name."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# As accounts/models/same_names.py spells a name.
PLAIN_NAME = (
    "translate(replace(replace(replace(replace(replace(upper(first_name || ' ' || last_name), "
    "'Æ', 'AE'), 'Œ', 'OE'), 'ẞ', 'SS'), 'ß', 'SS'), 'Þ', 'TH'), "
    "'ÀÁÂÃÄÅĀĂĄÇĆČĎÐĐÈÉÊËĒĖĘĚĞĢÌÍÎÏĪĮİĶŁĻÑŃŅŇÒÓÔÕÖØŌŐŔŘŚŞŠȘŤȚÙÚÛÜŪŮŰŲÝŸŹŻŽ', "
    "'AAAAAAAAACCCDDDEEEEEEEEGGIIIIIIIKLLNNNNOOOOOOOORRSSSSTTUUUUUUUUYYZZZ')"
)
INDEX = f"CREATE INDEX user_by_plain_name ON accounts_user (({PLAIN_NAME}))"


def index_names(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(INDEX)


def drop_index_of_names(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX IF EXISTS user_by_plain_name")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0019_know_drafts")]

    operations = [
        migrations.CreateModel(
            name="LastRefusal",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("forbidden", "Forbidden"),
                            ("out_of_date", "Out Of Date"),
                            ("no_page", "No Page"),
                            ("no_file", "No File"),
                            ("too_large", "Too Large"),
                            ("form_errors", "Form Errors"),
                            ("too_many", "Too Many"),
                            ("failed", "Failed"),
                        ],
                        max_length=20,
                    ),
                ),
                ("path", models.CharField(blank=True, max_length=200)),
                ("status", models.PositiveSmallIntegerField()),
                ("at", models.DateTimeField()),
            ],
            options={"default_permissions": ()},
        ),
        migrations.AddIndex(
            model_name="mail",
            index=models.Index(
                condition=models.Q(("recipient", None)), fields=["address"], name="mail_by_typed_address"
            ),
        ),
        migrations.RunPython(index_names, drop_index_of_names),
    ]
