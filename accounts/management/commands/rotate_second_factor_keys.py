"""`manage.py rotate_second_factor_keys`: encrypt the secrets of all second factors under the current key."""

from collections import Counter
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.second_factor_keys import Unreadable, converted, current_key, decrypt, encrypt


class Command(BaseCommand):
    help = "Encrypt all secrets of second factors under the first key of SECOND_FACTOR_KEYS. Restart all servers first."

    def handle(self, **options):
        done: Counter[str] = Counter()
        unreadable: list[Any] = []
        secret = Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN).order_by("pk")
        for pk in list(secret.values_list("pk", flat=True)):
            with transaction.atomic():
                # Locked, because using a recovery code meanwhile would change the same value.
                factor = secret.select_for_update().filter(pk=pk).first()
                if factor is None:
                    continue
                try:
                    data = converted(factor.data, under_current_key)
                except Unreadable:
                    unreadable.append(factor.user_id)
                    continue
                done["changed" if data != factor.data else "kept"] += 1
                if data != factor.data:
                    factor.data = data
                    factor.save(update_fields=["data"])
        message = _("Key %(key)s: %(changed)d encrypted again, %(kept)d unchanged.")
        self.stdout.write(message % {"key": current_key(), "changed": done["changed"], "kept": done["kept"]})
        if unreadable:
            ids = ", ".join(map(str, sorted(set(unreadable))))
            message = _("Not readable and left unchanged: the second factors of the people %(ids)s.")
            raise CommandError(message % {"ids": ids})


def under_current_key(stored: str) -> str:
    """Return the secret under the current key, unchanged if it already is."""
    text = decrypt(stored)
    return stored if stored.startswith(f"{current_key()}:") else encrypt(text)
