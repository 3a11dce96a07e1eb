"""`manage.py check_names`: list stored names and addresses that would be refused today. It changes nothing."""

from django.apps import apps
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from accounts.mail_domains import validate_mailable
from accounts.models import User
from accounts.visible_text import NameField, validate_name
from audit.reading import visible


def checked():
    """Yield each column to check, as (model, field name, validator)."""
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, NameField) and not model._meta.proxy:
                yield model, field.name, validate_name
    yield Group, "name", validate_name
    yield User, "email", validate_mailable


class Command(BaseCommand):
    help = "List stored names and addresses that would be refused today; change nothing."

    def handle(self, **options):
        found = 0
        for model, field, validate in checked():
            for key, value in model._default_manager.order_by("pk").values_list("pk", field).iterator():
                try:
                    if value:
                        validate(value)
                except ValidationError as error:
                    found += 1
                    said = " ".join(error.messages)
                    self.stdout.write(f"{model._meta.label} {key} {field}: {visible(value)}: {said}")
        self.stdout.write(_("%(count)d found.") % {"count": found})
