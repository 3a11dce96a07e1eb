"""What an authenticator app would show."""

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time


def code_now(secret: str, *, later: int = 0) -> str:
    """The code of now; later: steps ahead, for a code opens only once."""
    _before, counter, _after = yield_hotp_counters_from_time()  # all three open, so that a step may end meanwhile
    return format_hotp_value(hotp_value(secret, counter + later))
