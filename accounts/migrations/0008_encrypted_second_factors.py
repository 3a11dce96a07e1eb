from django.db import migrations

from accounts.second_factor_keys import Unreadable, converted, decrypt, encrypt


def under_key(text):
    """What the new code has stored before this ran is encrypted already."""
    try:
        decrypt(text)
    except Unreadable:
        return encrypt(text)
    return text


def convert_all(convert):
    def run(apps, schema_editor):
        factors = apps.get_model("mfa", "Authenticator").objects.using(schema_editor.connection.alias)
        for factor in factors.exclude(type="webauthn").order_by("pk"):
            factor.data = converted(factor.data, convert)
            factor.save(update_fields=["data"])

    return run


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0007_label_of_the_second_factor"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [migrations.RunPython(convert_all(under_key), convert_all(decrypt))]
