
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0010_names_that_can_be_seen'),
    ]

    operations = [
        migrations.AlterField(
            model_name='mail',
            name='kind',
            field=models.CharField(choices=[('invitation', 'Invitation'), ('password_link', 'Password Link'), ('address_changed', 'Address Changed'), ('sign_in_changed', 'Sign In Changed'), ('place_given', 'Place Given'), ('place_withdrawn', 'Place Withdrawn')], max_length=20),
        ),
    ]
