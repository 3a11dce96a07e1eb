"""Stores the secrets of all second factors under the first key of SECOND_FACTOR_KEYS."""

from collections import Counter
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.second_factor_keys import Unreadable, converted, current_key, decrypt, encrypt


class Command(BaseCommand):
    help = "Encrypt the secrets of all second factors under the first key of SECOND_FACTOR_KEYS, after every restart."

    def handle(self, **options):
        done: Counter[str] = Counter()
        unreadable: list[Any] = []
        secret = Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN).order_by("pk")
        for pk in list(secret.values_list("pk", flat=True)):
            with transaction.atomic():
                # Locked, because a recovery code that is used meanwhile is marked in the same value.
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
        message = _("Under %(key)s: %(changed)d stored again, %(kept)d as before.")
        self.stdout.write(message % {"key": current_key(), "changed": done["changed"], "kept": done["kept"]})
        if unreadable:
            ids = ", ".join(map(str, sorted(set(unreadable))))
            raise CommandError(_("Not readable, and left as they are: those of the people %(ids)s.") % {"ids": ids})


def under_current_key(stored: str) -> str:
    """Return the secret under the current key; one that lies under it already stays as it is."""
    text = decrypt(stored)
    return stored if stored.startswith(f"{current_key()}:") else encrypt(text)
