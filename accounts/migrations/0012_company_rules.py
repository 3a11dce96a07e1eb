import os

import accounts.models.tickets
import django.core.validators
from django.db import migrations, models

NUMBERS = {
    'idle_minutes': 'ASSUMED_SESSION_IDLE_MINUTES',
    'max_minutes': 'ASSUMED_SESSION_MAX_MINUTES',
    'starts_per_hour': 'LOGIN_AS_STARTS_PER_HOUR',
    'step_up_minutes': 'STEP_UP_MINUTES',
}
GREATEST = 32767  # of a PositiveSmallIntegerField


def keep_values_of_environment(apps, schema_editor):
    """Store the rules that the environment held before this version, if they differ from the defaults."""
    organisation = apps.get_model('accounts', 'Organisation')
    row = organisation.objects.first() or organisation(pk=1)
    wanted = values_of(os.environ)
    if any(getattr(row, name) != value for name, value in wanted.items()):
        for name, value in wanted.items():
            setattr(row, name, value)
        row.save()


def values_of(environment):
    """Return the values by column that the environment gives, without what was never valid."""
    wanted = {}
    for column, name in NUMBERS.items():
        text = environment.get(name, '').strip()
        if text.isascii() and text.isdigit():
            wanted[column] = min(max(int(text), 1), GREATEST)
    if environment.get('LOGIN_AS_NOTICE') in ('start', 'end', 'none'):
        wanted['notice'] = environment['LOGIN_AS_NOTICE']
    if environment.get('ACCESS_HISTORY_NAMES_STAFF'):
        truths = ('true', 'on', 'ok', 'y', 'yes', '1')  # of django-environ
        wanted['names_staff'] = environment['ACCESS_HISTORY_NAMES_STAFF'].strip().lower() in truths
    return wanted


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0011_place_mails'),
    ]

    operations = [
        migrations.AddField(
            model_name='organisation',
            name='default_mode',
            field=models.CharField(choices=[('look_only', 'Look only'), ('act', 'Act')], db_default='look_only', default='look_only', max_length=10, verbose_name='Mode that is preselected where both are allowed'),
        ),
        migrations.AddField(
            model_name='organisation',
            name='idle_minutes',
            field=models.PositiveSmallIntegerField(db_default=15, default=15, verbose_name='Minutes without a request until an assumed session ends'),
        ),
        migrations.AddField(
            model_name='organisation',
            name='max_minutes',
            field=models.PositiveSmallIntegerField(db_default=60, default=60, verbose_name='Minutes until an assumed session ends, whatever happens'),
        ),
        migrations.AddField(
            model_name='organisation',
            name='names_staff',
            field=models.BooleanField(db_default=True, default=True, help_text='Otherwise they read “a member of support”. The audit log has the name always.', verbose_name='Tell people who it was'),
        ),
        migrations.AddField(
            model_name='organisation',
            name='notice',
            field=models.CharField(choices=[('start', 'When the assumed session starts'), ('end', 'When it has ended'), ('none', 'Never')], db_default='start', default='start', max_length=10, verbose_name='Tell people that somebody logged in as them'),
        ),
        migrations.AddField(
            model_name='organisation',
            name='starts_per_hour',
            field=models.PositiveSmallIntegerField(db_default=20, default=20, verbose_name='Assumed sessions that one person may start within an hour'),
        ),
        migrations.AddField(
            model_name='organisation',
            name='step_up_minutes',
            field=models.PositiveSmallIntegerField(db_default=10, default=10, verbose_name='Minutes after which somebody must sign in again to start one, or to change other people'),
        ),
        migrations.AddField(
            model_name='organisation',
            name='ticket_address',
            field=models.CharField(blank=True, db_default='', default='', help_text='Such as https://tickets.example/browse/{ticket}. Leave it empty to show tickets without a link.', max_length=300, validators=[django.core.validators.ProhibitNullCharactersValidator(), accounts.models.tickets.validate_ticket_address], verbose_name='Address of a ticket'),
        ),
        migrations.AddField(
            model_name='organisation',
            name='ticket_pattern',
            field=models.CharField(blank=True, db_default='', default='', help_text='Such as [A-Z]+-\\d+ for SUP-7: letters, digits, \\d for any digit, sets such as [A-Z], and repeats such as + or {3,5}. Leave it empty to accept every ticket.', max_length=100, validators=[django.core.validators.ProhibitNullCharactersValidator(), accounts.models.tickets.validate_ticket_pattern], verbose_name='Pattern of tickets'),
        ),
        migrations.AddField(
            model_name='organisation',
            name='ticket_required',
            field=models.BooleanField(db_default=False, default=False, verbose_name='Each assumed session needs a ticket'),
        ),
        migrations.AddConstraint(
            model_name='organisation',
            constraint=models.CheckConstraint(condition=models.Q(('notice__in', ['start', 'end', 'none'])), name='organisation_notice_is_known'),
        ),
        migrations.AddConstraint(
            model_name='organisation',
            constraint=models.CheckConstraint(condition=models.Q(('default_mode__in', ['look_only', 'act'])), name='organisation_default_mode_is_known'),
        ),
        migrations.AddConstraint(
            model_name='organisation',
            constraint=models.CheckConstraint(condition=models.Q(('idle_minutes__gte', 1), ('max_minutes__gte', 1), ('starts_per_hour__gte', 1), ('step_up_minutes__gte', 1)), name='organisation_limits_are_at_least_one'),
        ),
        migrations.RunPython(keep_values_of_environment, migrations.RunPython.noop, elidable=True),
    ]
