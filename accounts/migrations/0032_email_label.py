"""One spelling of “email” on every page; the label changes and the table stays."""

import django.core.validators
from django.db import migrations, models

import accounts.mail_domains


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0031_brand"),
    ]

    operations = [
        migrations.AlterField(
            model_name="user",
            name="email",
            field=models.EmailField(
                max_length=254,
                unique=True,
                validators=[
                    django.core.validators.ProhibitNullCharactersValidator(),
                    accounts.mail_domains.validate_mailable,
                ],
                verbose_name="email address",
            ),
        ),
    ]
