"""Validity of password links, including those of invitations."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from allauth.account.forms import EmailAwarePasswordResetTokenGenerator
from django.utils.http import base36_to_int

from audit.verification import restores

if TYPE_CHECKING:
    from accounts.models import User


class PasswordLinkTokens(EmailAwarePasswordResetTokenGenerator):
    """
    Tokens that expire with time, and with a sign-in, a new password, another address or a deactivation.

    A reactivation doesn't make an old token valid again. A restore would, because it brings back the password that the
    token was made for, so a declared restore ends all tokens that are older than its declaration.
    """

    def _make_hash_value(self, user: User, timestamp: int) -> str:  # type: ignore[override]
        since = user.deactivated_at.isoformat() if user.deactivated_at else ""
        return super()._make_hash_value(user, timestamp) + since

    def check_token(self, user: Any, token: str | None) -> bool:
        if not (user and user.is_active and token and super().check_token(user, token)):
            return False
        return self.is_newer_than_restores(token)

    def is_newer_than_restores(self, token: str) -> bool:
        """Return whether no restore was declared since a token of the right form was made."""
        declared = restores.newest()
        if declared is None:
            return True
        # Django counts in the time zone of the machine.
        at = datetime.fromisoformat(declared.at).astimezone().replace(tzinfo=None)
        return base36_to_int(token.partition("-")[0]) > self._num_seconds(at)
