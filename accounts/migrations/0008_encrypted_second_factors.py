import re

from django.db import migrations

from accounts.second_factor_keys import converted, decrypt, encrypt

# Under a key of ours or not: encrypted twice, it would pass for a secret. Every Fernet token begins with these letters.
ENCRYPTED = re.compile(r"[^:]+:gAAAA[\w=-]+", re.ASCII)


def under_key(text):
    """What the new code has stored before this ran is encrypted already."""
    return text if ENCRYPTED.fullmatch(str(text)) else encrypt(text)


def convert_all(convert):
    def run(apps, schema_editor):
        factors = apps.get_model("mfa", "Authenticator").objects.using(schema_editor.connection.alias)
        for factor in factors.exclude(type="webauthn").select_for_update().order_by("pk"):
            factor.data = converted(factor.data, convert)
            factor.save(update_fields=["data"])

    return run


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0007_label_of_the_second_factor"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [migrations.RunPython(convert_all(under_key), convert_all(decrypt))]
