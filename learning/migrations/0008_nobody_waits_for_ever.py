
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('learning', '0007_forget_what_is_not_asked'),
    ]

    operations = [
        migrations.AlterField(
            model_name='module',
            name='prerequisites',
            field=models.ManyToManyField(blank=True, help_text='Modules that must be submitted before this one is shown. Nobody waits for a draft, for a module that is no longer published, or for one that is not meant for them.', related_name='leads_to', to='learning.module', verbose_name='builds on'),
        ),
    ]
