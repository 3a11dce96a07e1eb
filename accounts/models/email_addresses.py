"""The one place where an e-mail address is stored: `User.email` and its single allauth row never differ."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.db import transaction

from accounts.mail_domains import stored_form


@transaction.atomic
def store_email_addresses(users: Iterable[Any]) -> None:
    """
    Make each person's `email` the only address that signs in and resets the password.

    users: saved people, with `email` as it shall be. An address that somebody else holds raises IntegrityError.
    """
    users = list(users)
    for user in users:
        user.email = stored_form(user.email)
    get_user_model().objects.bulk_update(users, ["email"], batch_size=500)
    EmailAddress.objects.filter(user__in=users).delete()
    add_email_addresses(users)


def add_email_addresses(users: Iterable[Any]) -> None:
    """Let people who have just been stored, with their `email` in lower case, sign in with it."""
    EmailAddress.objects.bulk_create(
        [EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in users], batch_size=500
    )
