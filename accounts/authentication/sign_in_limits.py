"""
Rate limits of wrong passwords, so that guessing is slow and guessers don't lock out the owner of an account.

Each attempt is counted before its password is hashed, and taken back if the password was right. In a browser that is
known to the account, an attempt counts in that browser alone. In every other browser it counts for the account at
this IP address, for the IP address, and for the account at all IP addresses. The counting is allauth's: sliding
windows under a lock in the cache.
"""

from __future__ import annotations

import hashlib
import logging
import unicodedata
from datetime import UTC, datetime
from typing import Any, NoReturn

from allauth.account.signals import password_reset
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.db import DatabaseError
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

from accounts.models import User
from audit import clock

from . import known_browsers
from .remote_address import remote_address

logger = logging.getLogger(__name__)
APP = "allauth.account"  # its setting ACCOUNT_RATE_LIMITS holds the amounts
FORGOTTEN_AFTER = 7 * 24 * 60 * 60  # seconds; longer than any window


class SignInLimits:
    """Mixin for allauth's account adapter that counts attempts; its place is before DefaultAccountAdapter."""

    def get_client_ip(self, request: HttpRequest) -> str:
        return remote_address(request)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        self._login_failed_rl_usage = count_attempt(request, credentials["email"])  # authenticate() takes it back

    def post_login(self, request: HttpRequest, user: User, **details: Any) -> HttpResponse:
        response = super().post_login(request, user, **details)  # type: ignore[misc]
        known_browsers.remember(request, response, user)
        return response


def count_attempt(request: HttpRequest, email: str) -> ratelimit.RateLimitUsage:
    """Count an attempt before the password is compared. End the request with status 429 if there were too many."""
    counted = ratelimit.RateLimitUsage(usage=[])
    for action, key in counters(request, email):
        usage = ratelimit.consume(request, app=APP, action=action, key=key)
        if usage is None:
            counted.rollback()  # a refused attempt counts nowhere, or it would prolong the lock
            refuse(request, email, action, key)
        counted.usage += usage.usage
    return counted


def counters(request: HttpRequest, email: str) -> list[tuple[str, str]]:
    """Return where an attempt counts: actions of ACCOUNT_RATE_LIMITS, each with its cache key."""
    account = account_key(email)
    actor: Any = request.actor  # type: ignore[attr-defined]
    own_session = actor.is_authenticated and account_key(actor.email) == account
    known = "session" if own_session else known_browsers.token_for(request, email)
    if known:
        return [("sign_in_in_known_browser", f"{account}:{known}")]
    return [
        ("sign_in_at_address", f"{account}:{ratelimit.get_ip(request)}"),
        ("sign_in_by_address", ""),
        ("sign_in_by_account", account),
    ]


def account_key(email: str) -> str:
    """Return the counter key of an account: equal for all spellings of its address, new after a lock is lifted."""
    spelled = unicodedata.normalize("NFKC", email.strip()).casefold()
    account = hashlib.sha256(spelled.encode()).hexdigest()
    return f"{account}:{cache.get(f'sign_in_lifted:{account}', '')}"


def refuse(request: HttpRequest, email: str, action: str, key: str) -> NoReturn:
    """End the request with status 429 and a page that says when the next attempt is possible."""
    at = max(open_again_at(action, key, request=request), clock.seconds() + 1)
    if action != "sign_in_by_address":  # that is not a lock of this account
        cache.set(f"sign_in_locked:{account_key(email)}", at, at - clock.seconds())
    request.open_again_at = datetime.fromtimestamp(at, UTC)  # type: ignore[attr-defined]
    raise ImmediateHttpResponse(ratelimit.respond_429(request))


def open_again_at(action: str, key: str, *, request: HttpRequest | None = None) -> float:
    """
    Return when the next attempt is possible, in seconds since the epoch; a past time means now.

    Without a request, the limits of its IP address are left out.
    """
    times = [0.0]
    for rate in ratelimit.get_rates(app=APP, action=action):
        if rate.per == "ip" and request is None:
            continue
        counted = cache.get(ratelimit.get_cache_key(request, app=APP, action=action, rate=rate, key=key), [])
        if len(counted) >= rate.amount:
            times.append(counted[rate.amount - 1] + rate.duration)
    return max(times)


def sign_in_locked_until(user: User) -> datetime | None:
    """Return until when sign-in to the account is locked in any browser, or None if it is not."""
    try:
        account = account_key(user.email)
        at = max(
            cache.get(f"sign_in_locked:{account}", 0.0),
            open_again_at("sign_in_by_account", account),
            open_again_at("login_failed", second_factor_key(user)),
        )
    except DatabaseError:
        logger.exception("Whether sign-in is locked can't be read; the page shows the rest")
        return None
    return datetime.fromtimestamp(at, UTC) if at > clock.seconds() else None


def links_refused_until(user: User) -> datetime | None:
    """Return until when the sign-in page refuses to send the user a link to a new password, or None if it does not."""
    try:
        at = open_again_at("reset_password", user.email)
    except DatabaseError:
        logger.exception("Whether links are refused can't be read; the page shows the rest")
        return None
    return datetime.fromtimestamp(at, UTC) if at > clock.seconds() else None


def lift_sign_in_lock(user: User) -> None:
    """Forget all failed attempts on the account: passwords and codes, in all browsers and at all IP addresses."""
    account, _, _ = account_key(user.email).partition(":")
    cache.set(f"sign_in_lifted:{account}", clock.seconds(), FORGOTTEN_AFTER)
    ratelimit.clear(None, app=APP, action="login_failed", key=second_factor_key(user))
    for action in ("reauthenticate", "change_password"):
        ratelimit.clear(None, app=APP, action=action, user=user)


def second_factor_key(user: User) -> str:
    """Return the key under which allauth counts wrong codes (allauth.mfa.base.internal.flows.check_rate_limit)."""
    return f"mfa-auth-user-{user.pk}"


@receiver(password_reset)
def lift_after_reset(sender: type, user: User, **details: Any) -> None:
    """Lift the sign-in lock of a user who has set a new password with a link from their mailbox."""
    lift_sign_in_lock(user)
