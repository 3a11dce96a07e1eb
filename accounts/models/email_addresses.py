"""The only writer of email addresses: it keeps `User.email` equal to the user's single allauth EmailAddress."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from allauth.account.models import EmailAddress, EmailConfirmation
from django.contrib.auth import get_user_model
from django.db import transaction

from accounts.mail_domains import stored_form
from audit.statements import delete_rows, insert_rows, update_rows


@transaction.atomic
def store_email_addresses(users: Iterable[Any]) -> None:
    """
    Make each user's `email` the only address that signs in and resets the password.

    users: saved users, with the new address in `email`. Raise IntegrityError if another user has the address.
    """
    users = list(users)
    for user in users:
        user.email = stored_form(user.email)
    replace_email_addresses([(user.pk, user.email) for user in users])


@transaction.atomic
def replace_email_addresses(addresses: Sequence[tuple[int, str]]) -> None:
    """Do the same for many users, each given by id and new address in its stored form."""
    if not addresses:
        return
    update_rows(get_user_model(), ["email"], addresses)
    users = [pk for pk, _address in addresses]
    # A link to confirm the former address must not confirm the new one.
    EmailConfirmation.objects.filter(email_address__user__in=users).delete()
    delete_rows(EmailAddress, "user", users)
    add_email_addresses(addresses)


def add_email_addresses(addresses: Iterable[tuple[int, str]]) -> None:
    """Let users sign in who have just been stored, each given by id and address in its stored form."""
    rows = [(pk, address, True, True) for pk, address in addresses]
    insert_rows(EmailAddress, ("user", "email", "verified", "primary"), rows)
