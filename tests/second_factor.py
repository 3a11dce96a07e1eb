"""What an authenticator app would show."""

from itertools import islice

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time


def code_now(secret: str, *, later: int = 0) -> str:
    """The code of now; later: steps ahead, for a code opens only once."""
    [counter] = islice(yield_hotp_counters_from_time(), 1)
    return format_hotp_value(hotp_value(secret, counter + later))
