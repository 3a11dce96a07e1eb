"""One spelling of “email” on every page; the label changes and the table stays."""

import django.core.validators
from django.db import migrations, models

import accounts.mail_domains


class Migration(migrations.Migration):
    # Some databases got the last two of these without the first, before the three had an order.
    dependencies = [
        ("accounts", "0029_see_progress"),
        ("accounts", "0030_folded_names"),
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
