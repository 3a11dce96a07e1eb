"""Rate limits of sign-in in the form of allauth's ACCOUNT_RATE_LIMITS, with the reason for each."""

import re

from django.core.exceptions import ImproperlyConfigured

# Each rate is an amount within a time, such as 5/5m. Several are separated by commas, and all of them apply.
RATES = re.compile(r"\d+/\d*[smhd](,\d+/\d*[smhd])*")


def of_account(
    *,
    failures,
    failures_per_account,
    failures_per_address,
    sign_ins_per_address,
    resets_per_account,
    resets_per_address,
):
    """Return ACCOUNT_RATE_LIMITS. Raise ImproperlyConfigured if an argument isn't written like 5/5m,20/h."""
    return {
        # Wrong passwords (accounts/authentication/sign_in_limits.py).
        "sign_in_at_address": per("key", failures),
        "sign_in_in_known_browser": per("key", failures),
        "sign_in_by_account": per("key", failures_per_account),
        "sign_in_by_address": per("ip", failures_per_address),
        # Wrong codes of a second factor. Never per address, because a right code resets the counter of this name.
        "login_failed": per("key", failures),
        # Re-authentication of a signed-in user; right answers count too.
        "reauthenticate": per("user", failures),
        "change_password": per("user", failures),
        # All attempts to sign in, right or wrong: the limit protects the machine, it doesn't stop guessing.
        "login": per("ip", sign_ins_per_address),
        "reset_password": per("ip", resets_per_address) + "," + per("key", resets_per_account),
        "reset_password_from_key": per("ip", sign_ins_per_address),
        # The platform has no page for these.
        "signup": None,
        "confirm_email": None,
        "manage_email": None,
        "change_phone": None,
        "verify_phone": None,
        "request_login_code": None,
    }


def per(whom, rates):
    """Return rates as allauth parses them, each per address ("ip"), per key ("key") or per user ("user")."""
    rates = rates.replace(" ", "")
    if not RATES.fullmatch(rates):
        raise ImproperlyConfigured(
            f"A limit is written like 5/5m,20/h (amount/time, with s, m, h or d), not {rates!r}."
        )
    return ",".join(f"{rate}/{whom}" for rate in rates.split(","))
