"""What an authenticator app would show."""

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time


def code_now(secret: str, *, later: int = 0) -> str:
    """The code of now; later: steps ahead, for a code opens only once."""
    counters = list(yield_hotp_counters_from_time())
    counter = counters[len(counters) // 2]  # the first one is on its way out, and may be gone before it is compared
    return format_hotp_value(hotp_value(secret, counter + later))
