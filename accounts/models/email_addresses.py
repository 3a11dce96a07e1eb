"""The only writer of e-mail addresses: it keeps `User.email` equal to the user's single allauth EmailAddress."""

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
    Make each user's `email` the only address that signs in and resets the password.

    users: saved users, with the new address in `email`. Raise IntegrityError if another user has the address.
    """
    users = list(users)
    for user in users:
        user.email = stored_form(user.email)
    get_user_model().objects.bulk_update(users, ["email"], batch_size=500)
    EmailAddress.objects.filter(user__in=users).delete()
    add_email_addresses(users)


def add_email_addresses(users: Iterable[Any]) -> None:
    """Let users sign in who have just been stored. Their `email` is already in its stored form."""
    EmailAddress.objects.bulk_create(
        [EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in users], batch_size=500
    )
