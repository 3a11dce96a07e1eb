"""The limits of sign-in as allauth wants them: ACCOUNT_RATE_LIMITS, every action that has a page, and why."""

import re

from django.core.exceptions import ImproperlyConfigured

# An amount within a time, such as 5/5m; several are separated by commas, and all of them hold.
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
    """Return ACCOUNT_RATE_LIMITS; raise ImproperlyConfigured if an argument is not written like 5/5m,20/h."""
    return {
        # Wrong passwords (accounts/authentication/sign_in_limits.py).
        "sign_in_at_address": per("key", failures),
        "sign_in_in_known_browser": per("key", failures),
        "sign_in_by_account": per("key", failures_per_account),
        "sign_in_by_address": per("ip", failures_per_address),
        # Wrong codes of a second factor. Never per address: a right code clears what is counted under this name.
        "login_failed": per("key", failures),
        # Somebody who is signed in, and asked again: right answers count too.
        "reauthenticate": per("user", failures),
        "change_password": per("user", failures),
        # All attempts to sign in, right or wrong: a limit for the machine, not for guessers.
        "login": per("ip", sign_ins_per_address),
        "reset_password": per("ip", resets_per_address) + "," + per("key", resets_per_account),
        "reset_password_from_key": per("ip", sign_ins_per_address),
        # No page of ours leads here.
        "signup": None,
        "confirm_email": None,
        "manage_email": None,
        "change_phone": None,
        "verify_phone": None,
        "request_login_code": None,
    }


def per(whom, rates):
    """Return rates as allauth reads them: each for an address (ip), for a key, or for a user."""
    rates = rates.replace(" ", "")
    if not RATES.fullmatch(rates):
        raise ImproperlyConfigured(
            f"A limit is written like 5/5m,20/h (amount/time, with s, m, h or d), not {rates!r}."
        )
    return ",".join(f"{rate}/{whom}" for rate in rates.split(","))
