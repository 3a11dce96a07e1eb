"""Validity of password links, including those of invitations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.forms import EmailAwarePasswordResetTokenGenerator

if TYPE_CHECKING:
    from accounts.models import User


class PasswordLinkTokens(EmailAwarePasswordResetTokenGenerator):
    """
    Tokens that expire with time, and with a sign-in, a new password, another address or a deactivation.

    A reactivation doesn't make an old token valid again.
    """

    def _make_hash_value(self, user: User, timestamp: int) -> str:  # type: ignore[override]
        since = user.deactivated_at.isoformat() if user.deactivated_at else ""
        return super()._make_hash_value(user, timestamp) + since

    def check_token(self, user: Any, token: str | None) -> bool:
        return bool(user and user.is_active and super().check_token(user, token))
