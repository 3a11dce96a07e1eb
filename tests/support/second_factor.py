"""Codes of an authenticator app."""

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time


def code_now(secret: str, *, later: int = 0) -> str:
    """Return the current TOTP code. later: number of time steps ahead, because a code is accepted only once."""
    # The codes of all three counters are accepted, so the time step may end meanwhile.
    _before, counter, _after = yield_hotp_counters_from_time()
    return format_hotp_value(hotp_value(secret, counter + later))
